"""The tables about who speaks: vectors of voices, and pseudonyms for voices that are alike."""

from __future__ import annotations

import pyarrow as pa

from schemas.columns import EMBEDDING, MODEL, OF_SEGMENT, PLACE_KEY, SEGMENT_ID, STRETCH, label
from schemas.table import Table, column

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
            EMBEDDING,
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
            label(
                "recording_speaker",
                "S1, S2, ... in the order in which the recording's voices are first heard; no two channels share "
                "one; null where nobody on the channel says enough",
                regex=r"S[1-9]\d*$",
                nullable=True,
            ),
            label(
                "corpus_speaker",
                "P001, P002, ... over all recordings, the most talkative first; numbered anew by each "
                "`earwitness speakers`; null where recording_speaker is",
                regex=r"P\d{3,}$",
                nullable=True,
            ),
            label(
                "assigned",
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
            label(
                "evidence",
                "voice: the mix was clustered; voice and channel: channels were kept apart, each clustered by itself",
                oneof=("voice", "voice and channel"),
            ),
            column("threshold", pa.float32(), "least mean cosine at which voices were joined", low=-1, high=1),
            MODEL,
        ]
    ),
)
