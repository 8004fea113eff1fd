"""The words in which mentions are looked for: those of segments that may hold one, and of the segments around."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.mentions.phrase import Phrase, folded_words, pattern, without_possessive
from pipelines.writing.line import Line
from pipelines.writing.scripts import between, is_unspaced, tokens
from pipelines.writing.scripts import words as words_of

SLOT_MS = 30_000
"""The words around are read by slots of this length: as long as nearly all segments are at most."""
MOST_PAUSE_MS = 2_000
"""Words of two segments stand in a row where no longer pause lies between them."""

LETTERS = "letters_of"
"""What the question calls :func:`pipelines.mentions.phrase.letters`."""

Ask = Callable[[str, Sequence[Any]], pa.Table]
"""Asks the tables in SQL."""

NEAR = """
    WITH hits AS (
        SELECT recording_id, channel, model,
               unnest(range(start_ms // {slot} - 1, end_ms // {slot} + 2)) AS slot
        FROM transcripts WHERE {matches}
    )
    SELECT recording_id, channel, model, start_ms, end_ms, words, text, doubtful
    FROM transcripts SEMI JOIN hits
        ON hits.recording_id = transcripts.recording_id AND hits.channel = transcripts.channel
        AND hits.model = transcripts.model AND hits.slot = transcripts.start_ms // {slot}
    ORDER BY recording_id, channel, model, start_ms"""


@dataclass(frozen=True)
class Spoken:
    """Words one after the other, in the order of recording, channel, model and time.

    Attributes:
        recordings: the id of each segment's recording, object [n_segments].
        channels: of each segment, int [n_segments].
        slots, last_slots: of SLOT_MS, in which each segment begins and ends, int [n_segments].
        doubtful: of each segment, why it may be made up; empty where nothing speaks against it.
        speech: of each segment, the same number where recording, channel and model are, int [n_segments].
        segment: of each word, int [n_words].
        words: as they were recognised, object [n_words]; in segments of a script without blanks letters (grapheme
            clusters), and what is between blanks of others.
        word_starts, word_ends: in ms, int [n_words].
        confidences: float32 [n_words].
        glued: whether a word stands without a blank behind the one before it, bool [n_words].
        begins: whether a word begins there, which letters of scripts without blanks do not all, bool [n_words].
        forms: the folded words that occur; object [n_forms].
        form: of each folded word its place in ``forms``, int [n_folded]; a word with a hyphen has two, a dash none.
        bare: the same without a possessive, where it has one.
        word: the word that each folded word is of, int [n_folded].
        linked: whether a folded word follows the one before it in a row, bool [n_folded].
    """

    recordings: np.ndarray
    channels: np.ndarray
    slots: np.ndarray
    last_slots: np.ndarray
    doubtful: Sequence[tuple[str, ...]]
    speech: np.ndarray
    segment: np.ndarray
    words: np.ndarray
    word_starts: np.ndarray
    word_ends: np.ndarray
    confidences: np.ndarray
    glued: np.ndarray
    begins: np.ndarray
    forms: np.ndarray
    form: np.ndarray
    bare: np.ndarray
    word: np.ndarray
    linked: np.ndarray

    def row(self, first: int, stop: int) -> str:
        """The words from ``first`` to before ``stop``, as their script is written."""
        words, glued = self.words[first:stop], self.glued[first:stop]
        return "".join(w if g else f" {w}" for w, g in zip(words, glued, strict=True)).lstrip()


def near_words(ask: Ask, phrases: Sequence[Phrase]) -> Spoken:
    """The words of all segments that may hold one of the phrases, with those around."""
    matches = " OR ".join(f"regexp_matches(nfc_normalize({LETTERS}(text)), ?)" for _ in phrases)
    return spoken(ask(NEAR.format(matches=matches, slot=SLOT_MS), [pattern(phrase) for phrase in phrases]))


def spoken(segments: pa.Table) -> Spoken:
    """Words from rows of recording_id, channel, model, start_ms, end_ms and words, sorted by these."""
    counts, said = _said(segments)
    segment = np.repeat(np.arange(len(counts)), counts)
    coded = pa.array(said.words, pa.string()).dictionary_encode()
    distinct = coded.dictionary.to_pylist()
    codes = coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    starts, ends = said.starts, said.ends

    forms: dict[str, int] = {}
    pieces = [[forms.setdefault(piece, len(forms)) for piece in folded_words(word)] for word in distinct]
    bare = list(pieces)
    for number, word in enumerate(distinct):
        if (other := without_possessive(word)) != word:
            bare[number] = [forms.setdefault(piece, len(forms)) for piece in folded_words(other)]
    of_each = np.array([len(piece) for piece in pieces], np.int64)
    first = np.cumsum(of_each) - of_each
    flat_pieces = np.array([form for piece in pieces for form in piece], np.int64)
    flat_bare = np.array([form for piece in bare for form in piece], np.int64)
    word = np.repeat(np.arange(len(codes)), of_each[codes])
    within = np.arange(len(word)) - np.repeat(np.cumsum(of_each[codes]) - of_each[codes], of_each[codes])
    place = first[codes[word]] + within

    row = segments.select(["recording_id", "channel", "model"]).to_pydict()
    speaking = {key: number for number, key in enumerate(dict.fromkeys(zip(*row.values(), strict=True)))}
    speech = np.array([speaking[key] for key in zip(*row.values(), strict=True)], np.int64)
    of = segment[word]
    linked = np.ones(len(word), bool)
    linked[:1] = False
    if len(word):
        pause = starts[word[1:]].astype(np.int64) - ends[word[:-1]]
        linked[1:] = (of[1:] == of[:-1]) | ((speech[of[1:]] == speech[of[:-1]]) & (pause <= MOST_PAUSE_MS))
    return Spoken(
        recordings=np.array(row["recording_id"], dtype=object),
        channels=np.array(row["channel"], np.int64),
        slots=segments["start_ms"].to_numpy() // SLOT_MS,
        last_slots=segments["end_ms"].to_numpy() // SLOT_MS,
        doubtful=_doubtful(segments),
        speech=speech,
        segment=segment,
        words=np.array(distinct, dtype=object)[codes],
        word_starts=starts,
        word_ends=ends,
        confidences=said.confidences,
        glued=said.glued,
        begins=said.begins,
        forms=np.array(list(forms), dtype=object),
        form=flat_pieces[place],
        bare=flat_bare[place],
        word=word,
        linked=linked,
    )


def _doubtful(segments: pa.Table) -> list[tuple[str, ...]]:
    """The codes of each segment: none of what nobody judged."""
    if "doubtful" not in segments.column_names:
        return [()] * len(segments)
    return [tuple(codes or ()) for codes in segments["doubtful"].to_pylist()]


class _Said(NamedTuple):
    """Words of many segments: see :class:`Spoken`."""

    words: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    confidences: np.ndarray
    glued: np.ndarray
    begins: np.ndarray


def _said(segments: pa.Table) -> tuple[np.ndarray, _Said]:
    """How many words each segment has, and the words."""
    chunks = segments["words"].chunks
    lists = pa.concat_arrays(chunks) if chunks else pa.array([], segments.schema.field("words").type)
    counts = pc.list_value_length(lists).to_numpy(zero_copy_only=False).astype(np.int64)
    flat = lists.flatten()
    coded = flat.field("word").dictionary_encode()
    distinct = coded.dictionary.to_pylist()
    codes = coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    starts, ends, confidences = (
        flat.field(name).to_numpy(zero_copy_only=False) for name in ("start_ms", "end_ms", "confidence")
    )
    n = len(codes)
    as_they_are = _Said(
        np.array(distinct, dtype=object)[codes], starts, ends, confidences, np.zeros(n, bool), np.ones(n, bool)
    )
    of_unspaced = np.array([is_unspaced(word) for word in distinct], bool)
    bounds = np.concatenate([[0], np.cumsum(counts)])
    unspaced = np.unique(np.searchsorted(bounds, np.flatnonzero(of_unspaced[codes]), side="right") - 1)
    if not len(unspaced):
        return counts, as_they_are
    texts = segments["text"].to_pylist() if "text" in segments.column_names else [""] * len(counts)
    parts: list[_Said] = []
    done = 0
    for number in unspaced:
        low, high = bounds[number], bounds[number + 1]
        parts.append(_Said(*(column[done:low] for column in as_they_are)))
        parts.append(_letter_by_letter(_Said(*(column[low:high] for column in as_they_are)), texts[number] or ""))
        if low:  # which may go on with what was said before a pause
            parts[-1].glued[:1] = not between(as_they_are.words[low - 1], parts[-1].words[0])
        counts[number], done = len(parts[-1].words), high
    parts.append(_Said(*(column[done:] for column in as_they_are)))
    return counts, _Said(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _letter_by_letter(said: _Said, text: str) -> _Said:
    """A segment of a script without blanks, whatever the recogniser took for its words."""
    line = Line.of(list(said.words), text)
    places = list(tokens(line.text))
    times = list(zip(said.starts.tolist(), said.ends.tolist(), strict=True))
    spans = np.array([line.span(a, b, times) for a, b in places], said.starts.dtype).reshape(-1, 2)
    begun = {a for a, _ in words_of(line.text)}
    confidences = [np.mean([said.confidences[line.owners[at]] for at in range(a, b)]) for a, b in places]
    return _Said(
        np.array([line.text[a:b] for a, b in places] + [None], dtype=object)[:-1],
        spans[:, 0],
        spans[:, 1],
        np.array(confidences, said.confidences.dtype),
        np.array([a > 0 and not line.text[a - 1].isspace() for a, _ in places], bool),
        np.array([not begun.isdisjoint(range(a, b)) for a, b in places], bool),
    )
