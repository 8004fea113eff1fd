"""The tables over speech: segments between pauses, what is said in them and how."""

from __future__ import annotations

import pyarrow as pa

from schemas.columns import (
    ID,
    MILLISECONDS,
    MODEL,
    OF_RECORDING,
    OF_SEGMENT,
    PLACE_KEY,
    SEGMENT_ID,
    STRETCH,
    share,
)
from schemas.reasons import Stage
from schemas.table import Table, column

SEGMENTS = Table(
    name="segments",
    row="a stretch of speech between pauses, longer than 30 s only where it holds none",
    key=("segment_id",),
    references=(OF_RECORDING,),
    hears="segments",
    shaped_by=("channels", "speech"),
    stage=Stage.SPEECH,
    schema=pa.schema(
        [
            SEGMENT_ID,
            *STRETCH,
            share("speech_probability", "mean probability of speech over its frames (silero-vad)"),
        ]
    ),
)

WORD = pa.struct(
    [
        column("word", pa.string(), "the word as it was recognised"),
        column("start_ms", MILLISECONDS, "where it starts in the recording", unit="ms", low=0),
        column("end_ms", MILLISECONDS, "where it ends in the recording", unit="ms", low=0),
        share("confidence", "mean posterior of its tokens"),
    ]
)

TRANSCRIPTS = Table(
    name="transcripts",
    row="a segment: what was said in it",
    key=("segment_id",),
    references=(OF_SEGMENT,),
    made_by="transcripts",
    shaped_by=("language",),
    needs=("segments",),
    schema=pa.schema(
        [
            SEGMENT_ID,
            *STRETCH,
            column("text", pa.string(), "the transcript; empty where nothing was recognised"),
            column("words", pa.list_(WORD), "each word with its times in the recording and its confidence"),
            column("language", ID, "as given, or as the model detected it", nullable=True),
            share("confidence", "mean posterior of the tokens"),
            MODEL,
        ]
    ),
)

CLASS_PROBABILITY = pa.struct(
    [
        column("label", pa.string(), "the class"),
        share("probability", "its probability"),
    ]
)

EMOTIONS = Table(
    name="emotions",
    row="a stretch of a segment, at most 5 s, cut at pauses: the class that the voice sounds like",
    key=PLACE_KEY,
    references=(OF_SEGMENT,),
    made_by="emotions",
    shaped_by=("emotion_seconds",),
    needs=("segments",),
    schema=pa.schema(
        [
            SEGMENT_ID,
            *STRETCH,
            column("label", ID, "the most probable class"),
            share("confidence", "its probability"),
            column("probabilities", pa.list_(CLASS_PROBABILITY), "every class with its probability"),
            MODEL,
        ]
    ),
)

PROSODY = Table(
    name="prosody",
    row="a segment: the melody, loudness and pace of the voice",
    key=("segment_id",),
    references=(OF_SEGMENT,),
    hears="segments",
    shaped_by=("channels",),
    needs=("segments",),
    schema=pa.schema(
        [
            SEGMENT_ID,
            *STRETCH,
            column(
                "f0_median_hz",
                pa.float32(),
                "median fundamental frequency of the voiced frames",
                unit="Hz",
                low=0,
                high=501,
                nullable=True,
            ),
            column(
                "f0_median_semitones",
                pa.float32(),
                "the same in semitones above 100 Hz",
                unit="semitones re 100 Hz",
                nullable=True,
            ),
            column(
                "f0_range_semitones",
                pa.float32(),
                "from the 5th to the 95th percentile of the voiced frames",
                unit="semitones",
                low=0,
                nullable=True,
            ),
            share("voiced_share", "share of the frames that are voiced"),
            column("intensity_dbfs", pa.float32(), "mean energy; null for digital silence", unit="dBFS", nullable=True),
            column(
                "intensity_range_db",
                pa.float32(),
                "from the 5th to the 95th percentile of the frames that are speech",
                unit="dB",
                low=0,
                nullable=True,
            ),
            column(
                "speaking_rate",
                pa.float32(),
                "syllable nuclei a second (de Jong and Wempe 2009): for comparison, it counts too few",
                unit="1/s",
                low=0,
            ),
            share("pause_share", "share of the segment in which the speech probability is under 0.5"),
        ]
    ),
)

SPEAKERS = Table(
    name="speakers",
    row="a stretch as in emotions: the vector of the voice. Biometric data: off unless asked for",
    key=PLACE_KEY,
    references=(OF_SEGMENT,),
    made_by="speakers",
    shaped_by=("emotion_seconds",),
    needs=("segments",),
    schema=pa.schema(
        [
            SEGMENT_ID,
            *STRETCH,
            column(
                "embedding",
                pa.list_(pa.field("item", pa.float16(), nullable=False)),
                "unit vector; a dot product is the cosine",
                norm=1,
            ),
            MODEL,
        ]
    ),
)

SPEAKER_LABELS = Table(
    name="speaker_labels",
    row="a stretch of speakers: a pseudonym for its voice, by clustering; which voices are alike, not who speaks",
    key=PLACE_KEY,
    references=(OF_SEGMENT,),
    needs=("segments", "speakers"),
    command="speakers",
    schema=pa.schema(
        [
            SEGMENT_ID,
            *STRETCH,
            column(
                "recording_speaker",
                ID,
                "S1, S2, ... in the order in which the recording's voices are first heard; no two channels share "
                "one; null where nobody on the channel says enough",
                regex=r"S[1-9]\d*$",
                nullable=True,
            ),
            column(
                "corpus_speaker",
                ID,
                "P001, P002, ... over all recordings, the most talkative first; numbered anew by each "
                "`earwitness speakers`; null where recording_speaker is",
                regex=r"P\d{3,}$",
                nullable=True,
            ),
            column(
                "assigned",
                ID,
                "clustered: the stretch helped to find its speaker; nearest: too short or too odd for that, and given "
                "the nearest; none: no speaker was found on its channel",
                oneof=("clustered", "nearest", "none"),
            ),
            column(
                "similarity",
                pa.float32(),
                "mean cosine with the other stretches that its speaker was found by, weighted by their length; "
                "null where there are none",
                low=-1,
                high=1,
                nullable=True,
            ),
            column(
                "margin",
                pa.float32(),
                "similarity less that with the likeliest other speaker of its channel: how sure, under 0 nearer to the "
                "other; null where the channel has no other, or similarity is",
                low=-2,
                high=2,
                nullable=True,
            ),
            column(
                "evidence",
                ID,
                "voice: the mix was clustered; voice and channel: channels were kept apart, each clustered by itself",
                oneof=("voice", "voice and channel"),
            ),
            column("threshold", pa.float32(), "least mean cosine at which voices were joined", low=-1, high=1),
            MODEL,
        ]
    ),
)
