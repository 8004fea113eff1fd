"""Tiers: read back, and what holds for any stretches."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from praatio import textgrid as reader

from pipelines.export.speech import Stretch
from pipelines.export.textgrid import apart, written


def test_what_overlaps_meets_in_the_middle() -> None:
    windows = [Stretch(0, 10_000, "a"), Stretch(5_000, 15_000, "b"), Stretch(10_000, 20_000, "c")]
    assert apart(windows, 20_000) == [
        Stretch(0, 7_500, "a"),
        Stretch(7_500, 12_500, "b"),
        Stretch(12_500, 20_000, "c"),
    ]


def test_what_does_not_overlap_stays() -> None:
    words = [Stretch(10, 20, "a"), Stretch(20, 30, "b"), Stretch(40, 50, "c")]
    assert apart(words, 50) == words


def test_words_without_length_get_a_millisecond() -> None:
    assert apart([Stretch(5, 5, "a"), Stretch(5, 5, "b")], 9) == [Stretch(5, 6, "a"), Stretch(6, 7, "b")]
    assert apart([Stretch(8, 9, "a"), Stretch(9, 9, "b")], 9) == [Stretch(7, 8, "a"), Stretch(8, 9, "b")]


STRETCHES = st.lists(
    st.tuples(st.integers(0, 100), st.integers(0, 40)).map(lambda t: Stretch(t[0], t[0] + t[1], f"{t}")), max_size=60
)


@given(STRETCHES)
def test_any_stretches_come_apart(stretches: list[Stretch]) -> None:
    end = max([len(stretches), 1, *(s.end_ms for s in stretches)])
    found = apart(stretches, end)
    assert sorted(s.label for s in found) == sorted(s.label for s in stretches)
    for one, other in pairwise([Stretch(0, 0, ""), *found, Stretch(end, end, "")]):
        assert one.end_ms <= other.start_ms
    assert all(s.start_ms < s.end_ms for s in found)


@given(STRETCHES, st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1))
def test_tiers_tile_the_recording(tmp_path_factory: object, stretches: list[Stretch], label: str) -> None:
    tiers = {"words": [*stretches, Stretch(150, 151, label)], "emotions (channel 2)": []}
    path = Path(f"{tmp_path_factory.getbasetemp()}/any.TextGrid")  # type: ignore[attr-defined]
    path.write_text(written(tiers, 160), "utf-8")
    grid = reader.openTextgrid(str(path), includeEmptyIntervals=True)
    assert grid.tierNames == tuple(tiers)
    assert grid.maxTimestamp == 0.16
    for tier in grid.tiers:
        assert tier.entries[0].start == 0
        assert tier.entries[-1].end == 0.16
        for one, other in pairwise(tier.entries):
            assert one.end == other.start
    labels = [entry.label for entry in grid.getTier("words").entries if entry.label]
    assert labels == [s.label for s in apart(tiers["words"], 160)]
