"""From the likeliest token of each frame to a text and its words with their times."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple, Protocol

import numpy as np
from tokenizers.decoders import DecodeStream

from schemas.transcript import Transcript, Word
from transforms.models.checkpoint import Located

FINE_MS = 25.0
"""Frames up to this length tell where a word ends: its last letter has a frame of its own then, and the end is off by
no more than the start.  With longer ones (80 ms) nearly every word ends one frame after its last token, wherever it
was spoken to."""

ASKED = ("pad_token", "word_delimiter_token")
"""What the tokenizer tells apart from letters."""


@dataclass(frozen=True)
class Frames:
    """The likeliest token of each frame, int [n_frames], its posterior, float32 [n_frames], and the clip's length."""

    tokens: np.ndarray
    posteriors: np.ndarray
    seconds: float


class Spelling(Protocol):
    """How a tokenizer's tokens become text and words."""

    def transcript(self, frames: Frames, language: str | None) -> Transcript:
        """Of the frames of a whole clip."""
        ...


class Token(NamedTuple):
    """A token that was said, from one frame to another (exclusive), with its mean probability over ``heard`` frames."""

    number: int
    first: int
    end: int
    probability: float
    heard: int = 1


class Stretch(NamedTuple):
    """A word of a text, and the tokens that spell it: from one to another (exclusive)."""

    text: str
    first: int
    end: int


def spelling_of(located: Located, tokenizer: Any, config: Any, frame_ms: float) -> Spelling:
    """Letters where the tokenizer tells words apart by a token, else subwords.

    Raises:
        ModelError: nothing says which token is the blank.
    """
    settle_blank(located, tokenizer, config.vocab_size, config.pad_token_id)
    letters = getattr(tokenizer, "word_delimiter_token", None) is not None
    return Letters(tokenizer, frame_ms) if letters else Subwords(tokenizer, frame_ms)


def settle_blank(located: Located, tokenizer: Any, tokens: int, configured: int | None) -> None:
    """Have the tokenizer know the blank of CTC, its pad token: the one of the config where it knows none itself.

    A tokenizer whose files do not say which token that is makes up one that the model cannot say; every blank would
    then be spelt out.

    Args:
        tokens: that the model tells apart.
        configured: the config's ``pad_token_id``.

    Raises:
        ModelError: the config names none of the model's tokens either.
    """
    if tokenizer.pad_token_id is not None and tokenizer.pad_token_id < tokens:
        return
    if configured is None or not 0 <= configured < tokens:
        raise located.error(
            f"nothing says which of its {tokens} tokens is the blank: its tokenizer has no pad token among them, its "
            "config.json no pad_token_id; copy tokenizer_config.json and special_tokens_map.json from the checkpoint "
            "that this one was trained from"
        )
    tokenizer.pad_token = tokenizer.convert_ids_to_tokens(configured)


class Letters:
    """Letters, with a token between words: wav2vec 2.0 and its kin.

    The text is that of the checkpoint's own tokenizer.  A word's times are the frames from its first to its last
    token; with frames of more than :data:`FINE_MS` its end is where the next word begins, or where the clip ends.
    """

    def __init__(self, tokenizer: Any, frame_ms: float) -> None:
        # It asks itself for them at every frame, and finds them the long way: two fifths of the decoding.
        vars(tokenizer).update({name: getattr(tokenizer, name) for name in ASKED})
        self._tokenizer = tokenizer
        self._silent = [tokenizer.pad_token_id, tokenizer.word_delimiter_token_id]
        self._frame_ms = frame_ms

    def transcript(self, frames: Frames, language: str | None) -> Transcript:
        """Of the frames of a whole clip."""
        decoded = self._tokenizer.decode(frames.tokens.tolist(), output_word_offsets=True)
        spoken = ~np.isin(frames.tokens, self._silent)
        words = []
        for offset in decoded["word_offsets"]:
            start, end = int(offset["start_offset"]), int(offset["end_offset"])
            text = offset["word"].lower() if self._tokenizer.do_lower_case else offset["word"]
            confidence = mean(frames.posteriors[start:end][spoken[start:end]])
            words.append(Word(text, round(start * self._frame_ms), round(end * self._frame_ms), confidence))
        if self._frame_ms > FINE_MS:
            words = bounded(words, frames.seconds)
        return transcript(decoded["text"], words, frames, spoken, language)


class Subwords:
    """Subwords of which each brings the blank before it along: Parakeet, Granite Speech, LASR.

    The text is what the checkpoint's own tokenizer spells, without special tokens; its words are what stands between
    blanks.  A word begins with the first frame of its first token.
    """

    def __init__(self, tokenizer: Any, frame_ms: float) -> None:
        self._tokenizer = tokenizer
        self._special = set(tokenizer.all_special_ids)
        self._frame_ms = frame_ms

    def transcript(self, frames: Frames, language: str | None) -> Transcript:
        """Of the frames of a whole clip: repeats merged, blanks left out; a word's end is only bounded."""
        blank = self._tokenizer.pad_token_id
        text, words = self.spelt(runs(frames, blank))
        spoken = frames.tokens != blank
        words = bounded(words, frames.seconds)
        return transcript(text, words, frames, spoken, language)

    def spelt(self, tokens: Sequence[Token]) -> tuple[str, list[Word]]:
        """The text and its words; each ends where its last token does, save punctuation marks, which take no time."""
        said = [token for token in tokens if token.number not in self._special]
        text, stretches = self._stretches([token.number for token in said])
        words = []
        for word, first, end in stretches:
            part = said[first:end]
            start, stop = (round(frame * self._frame_ms) for frame in (part[0].first, _end(part, self._tokenizer)))
            heard = [token.heard for token in part]
            confidence = float(np.average([token.probability for token in part], weights=heard))
            words.append(Word(word, start, stop, confidence))
        return text, words

    def _stretches(self, numbers: list[int]) -> tuple[str, list[Stretch]]:
        """The text of tokens, and which of them spell each word of it."""
        text = self._tokenizer.decode(numbers, skip_special_tokens=True, group_tokens=False)
        ends = self._ends(numbers, text)
        stretches = []
        for word in re.finditer(r"\S+", text):
            first = int(np.searchsorted(ends, word.start(), side="right"))
            end = int(np.searchsorted(ends, word.end(), side="left")) + 1
            while first and ends[first - 1] == word.start() == (ends[first - 2] if first > 1 else 0):
                first -= 1  # bytes of its first letter, which show nothing by themselves
            stretches.append(Stretch(word.group(), first, end))
        return text, stretches

    def _ends(self, numbers: list[int], text: str) -> np.ndarray:
        """How many characters of the text there are after each token, int [n_tokens]."""
        stream = DecodeStream(skip_special_tokens=True)
        shown = [stream.step(self._tokenizer.backend_tokenizer, number) or "" for number in numbers]
        if "".join(shown) != text:  # the tokenizer tidies up, so that only whole texts tell
            prefixes = (numbers[: i + 1] for i in range(len(numbers)))
            lengths = [
                len(self._tokenizer.decode(prefix, skip_special_tokens=True, group_tokens=False)) for prefix in prefixes
            ]
            return np.minimum(np.maximum.accumulate(np.array(lengths, dtype=int)), len(text))
        return np.cumsum([len(part) for part in shown], dtype=int)


def runs(frames: Frames, blank: int) -> list[Token]:
    """The tokens of CTC: repeats merged, blanks left out; of each the mean posterior of its frames."""
    said, first = [], 0
    for number, group in groupby(frames.tokens.tolist()):
        end = first + len(list(group))
        if number != blank:
            said.append(Token(number, first, end, mean(frames.posteriors[first:end]), end - first))
        first = end
    return said


def bounded(words: Sequence[Word], seconds: float) -> list[Word]:
    """Words that end where the next one begins, the last where the clip of so many seconds does."""
    last = [max(words[-1].start_ms, round(1000 * seconds))] if words else []
    ends = [word.start_ms for word in words[1:]] + last
    return [Word(w.word, w.start_ms, end, w.confidence, "bound") for w, end in zip(words, ends, strict=True)]


def transcript(
    text: str, words: Sequence[Word], frames: Frames, spoken: np.ndarray, language: str | None
) -> Transcript:
    """Of the frames of a whole clip, with what is sure of the frames that say something.

    Confidence is the mean of their posteriors; of an empty text that of all frames.
    """
    # A NaN anywhere in the posteriors has to come out, whichever frames are spoken.
    certain = text and np.isfinite(frames.posteriors).all()
    posteriors = frames.posteriors[spoken] if certain else frames.posteriors
    sure = mean_log(posteriors) if text else None
    return Transcript(text, tuple(words), mean(posteriors), language, mean_log_probability=sure)


def mean(probabilities: Any) -> float:
    """In double precision."""
    return float(np.mean(probabilities, dtype=np.float64))


def mean_log(probabilities: Any) -> float:
    """The mean of their natural logarithms, at most 0: a posterior that rounding brought to 0 counts as the least."""
    return mean(np.log(np.clip(probabilities, np.finfo(np.float32).tiny, 1)))


def _end(part: Sequence[Token], tokenizer: Any) -> int:
    """Where the last token of a word that is no mark ends: a comma is not spoken."""
    said = [token for token in part if any(c.isalnum() for c in tokenizer.convert_ids_to_tokens(token.number))]
    return (said or part)[-1].end
