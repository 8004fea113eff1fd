"""What a model heard in a talk, told for each of its segments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from schemas.records import Clip, Failure, Talk
from schemas.transcript import Transcript, Word
from transforms.rows.doubts import in_loops

LEAST_UNHEARD_MS = 1000
"""Of speech at the end of a talk that is worth another pass; breaths and knocks that pass for speech are shorter."""


def by_segment(talk: Talk, heard: Transcript | Failure) -> Iterator[tuple[Clip, Transcript | Failure]]:
    """Each segment with what was said in it; a talk that failed failed in each of them.

    A word goes to the segment that holds most of it, one that lies in a pause to the segment that is nearer, and is
    put at its edge, so that the times of words lie inside their segment.  Where a segment has no word, its confidence
    is that of the talk: of the model's having heard what it heard, and nothing here; so is the mean of its log
    probabilities.
    """
    first = talk.place.start_ms
    clips = []
    for place, speech in zip(talk.segments, talk.speech or [None] * len(talk.segments), strict=True):
        start, end = ((at - first) * talk.rate // 1000 for at in (place.start_ms, place.end_ms))
        clips.append(Clip(place, talk.samples[start:end], talk.rate, place.id, speech))
    if isinstance(heard, Failure):
        yield from ((clip, heard) for clip in clips)
        return
    spans = [(place.start_ms - first, place.end_ms - first) for place in talk.segments]
    places = [_nearest(word, spans) for word in heard.words]
    texts = _texts(heard.text, heard.words, places, len(spans))
    loops = in_loops([word.word for word in heard.words])
    for i, (clip, (start, end)) in enumerate(zip(clips, spans, strict=True)):
        words = tuple(_inside(word, start, end) for word, at in zip(heard.words, places, strict=True) if at == i)
        confidence = _mean(words) if words else heard.confidence
        log = _mean_log(words) if words else heard.mean_log_probability
        own = [loop for loop, at in zip(loops.tolist(), places, strict=True) if at == i]
        looped = sum(own) / len(own) if own else 0.0
        yield (
            clip,
            replace(heard, text=texts[i], words=words, confidence=confidence, mean_log_probability=log, looped=looped),
        )


def unheard(talk: Talk, told: Sequence[tuple[Clip, Transcript | Failure]]) -> Talk | None:
    """The segments at the end of a talk of which nothing was said, as a talk; None where there are none, or nothing
    was said at all, or they are so short that silence is likely right."""
    said = [i for i, (_, heard) in enumerate(told) if isinstance(heard, Transcript) and heard.words]
    if not said:
        return None
    segments = talk.segments[said[-1] + 1 :]
    if sum(place.end_ms - place.start_ms for place in segments) < LEAST_UNHEARD_MS:
        return None
    start = (segments[0].start_ms - talk.place.start_ms) * talk.rate // 1000
    place = replace(talk.place, start_ms=segments[0].start_ms)
    return Talk(place, talk.samples[start:], talk.rate, segments, talk.speech[said[-1] + 1 :])


def _nearest(word: Word, spans: Sequence[tuple[int, int]]) -> int:
    """The number of the stretch that holds most of a word; of the nearest one if none holds any of it."""

    def shared(i: int) -> int:
        """Milliseconds in both; below 0 what lies between them."""
        return min(word.end_ms, spans[i][1]) - max(word.start_ms, spans[i][0])

    return max(range(len(spans)), key=lambda i: (shared(i), -i))


def _inside(word: Word, start: int, end: int) -> Word:
    """The word with its times from ``start``, inside the stretch that ends at ``end``."""
    low, high = (min(max(at, start), end) - start for at in (word.start_ms, word.end_ms))
    return replace(word, start_ms=low, end_ms=high)


def _texts(text: str, words: Sequence[Word], places: Sequence[int], n: int) -> list[str]:
    """The part of the text that belongs to each segment: from its first word to its last one.

    The words stand in the text in their order, but not every language puts spaces between them.
    """
    if not words:
        return [text, *[""] * (n - 1)]
    parts: list[tuple[int, int] | None] = [None] * n
    at = 0
    for word, i in zip(words, places, strict=True):
        found = text.find(word.word, at)
        if found < 0:  # a text that does not hold its own words
            return [" ".join(w.word for w, place in zip(words, places, strict=True) if place == j) for j in range(n)]
        at = found + len(word.word)
        part = parts[i]
        parts[i] = (found if part is None else part[0], at)
    return ["" if part is None else text[slice(*part)].strip() for part in parts]


def _mean_log(words: Sequence[Word]) -> float | None:
    known = [(word.log_probability, word.tokens) for word in words if word.log_probability is not None]
    return sum(log * tokens for log, tokens in known) / sum(tokens for _, tokens in known) if known else None


def _mean(words: Sequence[Word]) -> float:
    """Over all tokens of the words."""
    return sum(word.confidence * word.tokens for word in words) / sum(word.tokens for word in words)
