"""The tables over speech: segments between pauses, what is said in them and how."""

from __future__ import annotations

import pyarrow as pa

from schemas.columns import (
    MODEL,
    OF_RECORDING,
    OF_SEGMENT,
    PLACE_KEY,
    SEGMENT_ID,
    STRETCH,
    label,
    list_of,
    milliseconds,
    share,
)
from schemas.doubts import JUDGED
from schemas.reasons import Stage
from schemas.table import Table, column

FRAME_MS = 32
"""The length of a frame of the speech detector: ends of segments lie on multiples of it."""

SEGMENTS = Table(
    name="segments",
    row="a stretch of speech between pauses, longer than 30 s only where it holds none",
    key=("segment_id",),
    references=(OF_RECORDING,),
    hears="segments",
    shaped_by=("channels", "mix", "tracks", "speech"),
    stage=Stage.SPEECH,
    version=2,  # 1: speech was looked for at the level of the file
    schema=pa.schema(
        [
            SEGMENT_ID,
            *STRETCH,
            share("speech_probability", "mean probability of speech over its frames (silero-vad)"),
            column(
                "bleed_of",
                pa.int16(),
                "the channel whose speech this is, of a talker who is but heard through this one's microphone; then "
                "only that channel has words; null: its own speech, the mix, or a row of earlier versions",
                low=1,
                nullable=True,
            ),
        ]
    ),
)

ENDS = ("measured", "bound")
"""What the end of a word is: where the model heard it end, or only where the next word or the silence begins."""

WORD = pa.struct(
    [
        column("word", pa.string(), "the word as it was recognised"),
        milliseconds("start_ms", "where it starts in the recording"),
        milliseconds("end_ms", "where it ends in the recording"),
        share("confidence", "mean posterior of its tokens"),
        column(
            "end_is",
            pa.string(),
            "measured: the model heard the word end there; bound: it only tells where words begin, the end is where "
            "the next one begins, or the segment ends; null in rows of earlier versions",
            oneof=ENDS,
            nullable=True,
        ),
    ]
)

TRANSCRIPTS = Table(
    name="transcripts",
    row="a segment: what was said in it",
    key=("segment_id",),
    references=(OF_SEGMENT,),
    made_by="transcripts",
    shaped_by=("language", "vocabulary"),
    needs=("segments",),
    version=2,  # 1: Whisper heard each segment alone
    schema=pa.schema(
        [
            SEGMENT_ID,
            *STRETCH,
            column("text", pa.string(), "the transcript; empty where nothing was recognised"),
            column("words", list_of(WORD), "each word with its times in the recording and its confidence"),
            label("language", "as given, or as the model detected it", nullable=True),
            share("confidence", "mean posterior of the tokens"),
            *JUDGED,
            MODEL,
        ]
    ),
)

LANGUAGE_PROBABILITY = pa.struct(
    [
        column("language", pa.string(), "its code"),
        share("probability", "its probability"),
    ]
)

LANGUAGES = Table(
    name="languages",
    row="a segment: the language that its first 30 s sound like",
    key=("segment_id",),
    references=(OF_SEGMENT,),
    made_by="languages",
    needs=("segments",),
    schema=pa.schema(
        [
            SEGMENT_ID,
            *STRETCH,
            label("language", "the most probable language: its code, of ISO 639-1 where it has one, else of ISO 639-3"),
            share("confidence", "its probability"),
            column("probabilities", list_of(LANGUAGE_PROBABILITY), "the ten most probable languages, likeliest first"),
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
            label("label", "the most probable class"),
            share("confidence", "its probability"),
            column("probabilities", list_of(CLASS_PROBABILITY), "every class with its probability"),
            MODEL,
        ]
    ),
)

_SCALE = "on the model's own scale: about 0 to 1, where it was trained so; not bounded, and no percentage"

DIMENSIONS = Table(
    name="dimensions",
    row="a stretch of a segment, as in emotions: how aroused, dominant and positive the voice sounds",
    key=PLACE_KEY,
    references=(OF_SEGMENT,),
    made_by="dimensions",
    shaped_by=("emotion_seconds",),
    needs=("segments",),
    schema=pa.schema(
        [
            SEGMENT_ID,
            *STRETCH,
            column("arousal", pa.float32(), f"from calm to excited, {_SCALE}"),
            column("dominance", pa.float32(), f"from weak to strong, {_SCALE}"),
            column("valence", pa.float32(), f"from negative to positive, {_SCALE}"),
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
    shaped_by=("channels", "mix", "tracks"),
    needs=("segments",),
    version=3,  # 2: tones were voiced, an offset counted as sound; 1: its frames began with the segment
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
            column(
                "intensity_dbfs",
                pa.float32(),
                "mean energy without offset; null for digital silence",
                unit="dBFS",
                nullable=True,
            ),
            column(
                "intensity_range_db",
                pa.float32(),
                "from the 5th to the 95th percentile of the frames that are speech, without offset",
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
