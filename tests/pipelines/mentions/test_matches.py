"""Which words are a mention, against the distance computed run by run."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.mentions.context import contexts
from pipelines.mentions.matches import matches
from pipelines.mentions.phrase import fold, phrase_of
from pipelines.mentions.words import MOST_PAUSE_MS, SLOT_MS, Spoken, spoken
from schemas.catalog import TABLES


def said(*segments: str | tuple[str, int], channel: int = 0, word_ms: int = 100) -> Spoken:
    """Segments one after the other, or with their starts in ms."""
    rows, at = [], 0
    for segment in segments:
        text, at = (segment, at) if isinstance(segment, str) else segment
        words = [
            {"word": word, "start_ms": at + i * word_ms, "end_ms": at + (i + 1) * word_ms, "confidence": 0.5}
            for i, word in enumerate(text.split())
        ]
        end = at + len(words) * word_ms
        rows.append(
            {"recording_id": "r", "channel": channel, "model": "m", "start_ms": at, "end_ms": end, "words": words}
        )
        at = end + 500
    declared = TABLES["transcripts"].schema
    schema = pa.schema([(name, declared.field(name).type) for name in rows[0]]) if rows else declared
    return spoken(pa.Table.from_pylist(rows, schema=schema))


def found(spoken: Spoken, phrase: str, **how: int | bool) -> list[tuple[str, int]]:
    there = matches(spoken, phrase_of(phrase, **how))  # type: ignore[arg-type]
    spans = zip(there.first, there.last, there.distance, strict=True)
    return [(" ".join(spoken.words[a : b + 1]), int(d)) for a, b, d in spans]


@pytest.mark.parametrize(
    ("text", "phrase", "expected"),
    [
        ("the Acme, cola", "acme", ["Acme,"]),
        ("Acme's ACME’S acmes", "acme", ["Acme's", "ACME’S"]),
        ("acme cola acme - cola! acme-cola", "acme cola", ["acme cola", "acme - cola!", "acme-cola"]),
        ("acme the cola", "acme cola", []),
        ("an acme-cola bottle", "cola", ["acme-cola"]),
        ("acme acme acme", "acme acme", ["acme acme"]),  # mentions do not overlap
        ("... --", "acme", []),
        ("CAFE café", "Café", ["CAFE", "café"]),
        ("", "acme", []),
    ],
)
def test_exact_mentions(text: str, phrase: str, expected: list[str]) -> None:
    assert found(said(text), phrase) == [(one, 0) for one in expected]


@pytest.mark.parametrize(
    ("text", "phrase", "expected"),
    [
        ("ackme ame akme axle", "acme", [("ackme", 1), ("ame", 1), ("akme", 1)]),
        ("acmecola a me cola ac me colar", "acme cola", [("acmecola", 1), ("a me cola", 1), ("ac me colar", 2)]),
        ("an acme cola", "acme cola", [("acme cola", 0)]),  # the nearest of those that overlap
        ("kai", "kia", []),
        ("ac me", "acme", [("ac me", 1)]),
    ],
)
def test_fuzzy_mentions(text: str, phrase: str, expected: list[tuple[str, int]]) -> None:
    assert found(said(text), phrase, fuzzy=True) == expected


def test_a_pause_parts_no_phrase_but_a_long_one_does() -> None:
    assert found(said("an acme", "cola bottle"), "acme cola") == [("acme cola", 0)]
    short = said(("acme", 0), ("cola", 100 + MOST_PAUSE_MS))
    assert found(short, "acme cola") == [("acme cola", 0)]
    assert found(said(("acme", 0), ("cola", 101 + MOST_PAUSE_MS)), "acme cola") == []
    assert found(said("an akme", "cola bottle"), "acme cola", fuzzy=True) == []  # misspelt: in one segment


def test_context_is_of_the_slots_around() -> None:
    there = said(("a b", 0), ("c d", SLOT_MS), ("e acme f", SLOT_MS + 5000), ("g", 2 * SLOT_MS), ("h", 3 * SLOT_MS))
    where = matches(there, phrase_of("acme"))
    assert contexts(there, where, 2) == (["d e"], ["f g"])
    assert contexts(there, where, 99) == (["a b c d e"], ["f g"])
    assert contexts(there, where, 0) == ([""], [""])


def distance(one: str, other: str) -> int:
    """Levenshtein's, by the recurrence of Wagner and Fischer (1974)."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


@pytest.mark.slow
@settings(max_examples=300)
@given(
    words=st.lists(st.text("ab-' ", min_size=1, max_size=5).filter(lambda w: " " not in w), max_size=8),
    asked=st.lists(st.text("ab", min_size=1, max_size=4), min_size=1, max_size=2),
    share=st.floats(0, 1),
)
def test_every_run_that_is_near_is_found_or_overlapped_by_a_nearer_one(
    words: Sequence[str], asked: Sequence[str], share: float
) -> None:
    edits = int(share * (sum(map(len, asked)) // 2))
    there = said(" ".join(words))
    where = matches(there, phrase_of(" ".join(asked), fuzzy=True, distance=edits))
    kept = list(zip(where.first, where.last, where.distance, strict=True))
    text = " ".join(asked)
    for a, b, d in kept:
        assert d <= edits
        near = fold(" ".join(there.words[a : b + 1]))
        assert (
            d == 0
            or any(  # of a word with a hyphen a part may be the mention
                distance(" ".join(near.split()[i:j]), text) == d for i in range(6) for j in range(i + 1, 12)
            )
        )
    for (_, last, _), (first, _, _) in pairwise(kept):
        assert last <= first
    for a in range(len(there.words)):
        for b in range(a, len(there.words)):
            run = fold(" ".join(there.words[a : b + 1]))
            if run and distance(run, text) <= edits:
                assert any(first <= b and last >= a and d <= distance(run, text) for first, last, d in kept)
