"""How a run is cut into portions."""

from __future__ import annotations

import random

import pytest

from pipelines.run.portions import (
    CHUNK_BYTES,
    CHUNK_FILES,
    LONGEST_SECONDS,
    PARTS,
    SHORTEST_SECONDS,
    Portion,
    Unread,
    chunks,
    cut,
)
from schemas.reasons import Reason, Stage
from schemas.records import Known, Problem, Source
from transforms.plan import SECONDS_PER_FILE


def source(name: str, size: int = 1) -> Source:
    return Source(name, name, size, 0)


def known(name: str, seconds: float, content: str | None = None) -> Known:
    return Known(source(name), content or f"id-{name}", seconds)


def test_every_file_is_in_one_portion_and_none_is_longer_than_may_be() -> None:
    seconds = random.Random(1).choices([3, 40, 300, 900], k=200)
    files = [known(f"{i:03d}", s) for i, s in enumerate(seconds)]
    portions = cut(files, 4, 1000)
    assert sorted(one.source.uri for portion in portions for one in portion.known) == [f"{i:03d}" for i in range(200)]
    assert all(portion.seconds <= 1000 for portion in portions)


def test_portions_grow_smaller_towards_the_end() -> None:
    """What is left at any time is several times what the next one holds, down to the shortest."""
    files = [known(f"{i:04d}", 60) for i in range(3000)]
    seconds = [portion.seconds for portion in cut(files, 8)]
    assert sum(seconds) == pytest.approx(3000 * (60 + SECONDS_PER_FILE))
    assert max(seconds) == seconds[0] <= LONGEST_SECONDS
    assert seconds == sorted(seconds, reverse=True)
    for i, one in enumerate(seconds):
        assert one <= max(SHORTEST_SECONDS, sum(seconds[i:]) / (8 * PARTS)) + 1e-6
    assert len(seconds) < 150


def test_the_longest_begins_first_and_stands_alone() -> None:
    files = [known("a", 10), known("b", 36_000), known("c", 20)]
    first, *others = cut(files, 4, 1800)
    assert [one.source.uri for one in first.known] == ["b"]
    assert [one.source.uri for portion in others for one in portion.known] == ["a", "c"]


def test_the_order_in_which_files_come_changes_nothing() -> None:
    files = [known(f"{i:03d}", i % 7 * 100) for i in range(50)]
    mixed = random.Random(2).sample(files, len(files))
    assert cut(mixed, 4, 1000) == cut(files, 4, 1000)


def test_copies_are_heard_in_one_portion_and_count_once() -> None:
    copies = [known(f"copy-{i}", 900, "same") for i in range(5)]
    portions = cut([*copies, known("other", 900)], 4, 1000)
    assert sorted(len(portion.known) for portion in portions) == [1, 5]
    assert {portion.seconds for portion in portions} == {900 + SECONDS_PER_FILE}


def test_what_could_not_be_read_is_in_the_last() -> None:
    broken = Known(source("broken"), None, 0.0, Problem(Stage.IDENTIFY, Reason.EMPTY_FILE, ""))
    portions = cut([broken, known("a", 900), known("b", 900)], 4, 1000)
    assert broken in portions[-1].known
    assert cut([broken], 4, 1000) == [Portion.of([broken])]
    assert cut([], 4, 1000) == []


@pytest.mark.parametrize("n", [2, 3, 8])
def test_halves_hold_all_and_end_with_one_content(n: int) -> None:
    portion = Portion.of([known(str(i), 100) for i in range(n)] + [known("copy", 100, "id-0")])
    left = [portion]
    ends = []
    while left:
        one = left.pop()
        halves = one.halves()
        if halves is None:
            ends.append(one)
        else:
            assert sorted(f.uri for half in halves for f in half.files) == sorted(f.uri for f in one.files)
            left += halves
    assert len(ends) == n
    assert {len(end.known) for end in ends} == {1, 2}


def test_a_long_recording_is_parted_from_the_short_ones() -> None:
    halves = Portion.of([known("a", 1000), *(known(f"b{i}", 10) for i in range(20))]).halves()
    assert halves is not None
    assert [len(half.known) for half in halves] == [1, 20]


def test_chunks_are_of_so_many_bytes_and_files() -> None:
    small = [source(f"{i}") for i in range(2 * CHUNK_FILES + 1)]
    assert [len(chunk.sources) for chunk in chunks(small)] == [CHUNK_FILES, CHUNK_FILES, 1]
    large = [source(f"{i}", CHUNK_BYTES) for i in range(3)]
    assert [len(chunk.sources) for chunk in chunks(large)] == [1, 1, 1]
    assert list(chunks([])) == []


def test_a_broken_file_keeps_its_name() -> None:
    problem = Problem(Stage.DECODE, Reason.WORKER_DIED, "2 workers died over it")
    for holds in (Unread((source("a"),)), Portion.of([known("a", 3)])):
        (one,) = holds.broken(problem)
        assert (one.source.uri, one.recording_id, one.problem) == ("a", None, problem)
        assert holds.halves() is None
