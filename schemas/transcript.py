"""What was said in a clip, and how sure the model is of it."""

from __future__ import annotations

import zlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Word:
    """A word with its times from the start of the clip.

    Attributes:
        confidence: in [0, 1], the mean over its tokens.
        end_is: what its end is, measured or bound.
        tokens: how many it has.
        log_probability: the mean over its tokens, natural; None where the model gives none.
    """

    word: str
    start_ms: int
    end_ms: int
    confidence: float
    end_is: str = "measured"
    tokens: int = 1
    log_probability: float | None = None


@dataclass(frozen=True)
class Transcript:
    """What was said in a clip, and what the model knows of how sure that is; None where it knows nothing of it.

    Attributes:
        no_speech_probability: that nobody speaks, of the pass of the model that heard it.
        mean_log_probability: natural, over the tokens of the text; of an empty text over what was given instead,
            or None.
        looped: share of the words that stand in a loop of what was heard at once; None where nobody looked beyond them.
        temperature: at which the tokens were drawn; 0 takes the likeliest one.
    """

    text: str
    words: tuple[Word, ...]
    confidence: float
    language: str | None
    no_speech_probability: float | None = None
    mean_log_probability: float | None = None
    looped: float | None = None
    temperature: float | None = None

    @property
    def compression_ratio(self) -> float:
        """Bytes of the text for one byte of it compressed (zlib): high where it repeats itself; 0 of an empty text."""
        text = self.text.encode()
        return len(text) / len(zlib.compress(text)) if text else 0.0
