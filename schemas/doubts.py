"""Why a text may be made up: the closed list of codes that ``transcripts.doubtful`` may hold, and their thresholds."""

from __future__ import annotations

from enum import StrEnum

import pyarrow as pa

from schemas.columns import list_of, share
from schemas.table import column

COMPRESSED_OVER = 2.4
"""Bytes of a text over those of zlib: the ``compression_ratio_threshold`` of openai/whisper."""
LOG_PROBABILITY_UNDER = -1.0
"""The ``logprob_threshold`` of openai/whisper: a geometric mean of 0.37."""
SPEECH_UNDER = 0.65
"""Chosen on one half of the sounds of ESC-10 and tried on the other: docs/doubtful.md has the figures."""
LETTERS_A_SECOND_OVER = 46.0
"""Hamlet's soliloquy, 1,105 letters, in 23.8 s: the fastest talker that was measured (Guinness World Records, 1995)."""


class Doubt(StrEnum):
    """What speaks against a text.  What each means stands in :data:`MEANT`."""

    REPETITION = "repetition"
    NO_SPEECH = "no_speech"
    LOW_PROBABILITY = "low_probability"
    FASTER_THAN_SPEECH = "faster_than_speech"


MEANT: dict[Doubt, str] = {
    Doubt.REPETITION: f"the text repeats itself: its compression_ratio is over {COMPRESSED_OVER:g}, "
    "or most words of the row stand in a loop of the same words, four times or oftener",
    Doubt.NO_SPEECH: "that somebody speaks is little probable: segments.speech_probability, times 1 - "
    f"no_speech_probability where the recogniser gives one, is under {SPEECH_UNDER:g}",
    Doubt.LOW_PROBABILITY: f"the recogniser was not sure of it: mean_log_probability is under "
    f"{LOG_PROBABILITY_UNDER:g}, a geometric mean of 0.37",
    Doubt.FASTER_THAN_SPEECH: f"nobody speaks as fast: over {LETTERS_A_SECOND_OVER:g} letters a second of the segment; "
    "a letter of a script of syllables counts as three",
}

JUDGED = (
    share(
        "no_speech_probability",
        "Whisper's own, for the half minute in which it heard the segment: that nobody speaks; null: the recogniser "
        "has none, or a row of earlier versions",
        nullable=True,
    ),
    column(
        "mean_log_probability",
        pa.float32(),
        "mean natural logarithm of the posteriors whose mean is confidence; null: an empty text, or a row of earlier "
        "versions",
        high=0,
        nullable=True,
    ),
    column(
        "compression_ratio",
        pa.float32(),
        "bytes of the text over those that zlib makes of them, under 1 for a short one; null: an empty text, or a row "
        "of earlier versions",
        low=0,
        nullable=True,
    ),
    column(
        "doubtful",
        list_of(pa.string()),
        "why the text may be made up: codes of the closed list below; empty: nothing speaks against it; null in rows "
        "of earlier versions, which nobody judged",
        nullable=True,
    ),
)
"""The columns by which a transcript is judged, and the judgement."""
