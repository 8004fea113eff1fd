"""How recordings are laid out over shards and workers."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.reasons import Reason, Stage
from schemas.records import Known, Problem, Recording, Shard, Source
from transforms.plan import SECONDS_PER_FILE, join_copies, make_lanes, make_shards
from transforms.stages.plan import deal


def known(number: int, content: int, seconds: float) -> Known:
    return Known(Source(f"/{number:04x}.wav", f"/{number:04x}.wav", 1, 1), f"{content:032x}", seconds)


def broken(number: int) -> Known:
    source = Source(f"/broken{number}.wav", f"/broken{number}.wav", 0, 0)
    return Known(source, None, 0.0, Problem(Stage.IDENTIFY, Reason.EMPTY_FILE, "empty"))


def recording(content: int, seconds: float) -> Recording:
    return join_copies([known(content, content, seconds)])[0][0]


def shard(name: int, seconds: float) -> Shard:
    return Shard(f"{name:06}", (recording(name, seconds),))


def cost(of: Shard) -> float:
    return of.seconds + SECONDS_PER_FILE * len(of.recordings)


lengths = st.floats(0, 5000, allow_nan=False)
contents = st.dictionaries(st.integers(0, 40), lengths, max_size=30)


@st.composite
def sources(draw: st.DrawFn) -> list[Known]:
    """Some contents, each held by one to three files, and some broken files, in any order."""
    found: list[Known] = []
    for content, seconds in draw(contents).items():
        for _ in range(draw(st.integers(1, 3))):
            found.append(known(len(found), content, seconds))
    found += [broken(i) for i in range(draw(st.integers(0, 3)))]
    return draw(st.permutations(found))


@given(sources())
def test_copies_are_joined_and_none_is_lost(found: list[Known]) -> None:
    recordings, failed = join_copies(found)
    assert [r.recording_id for r in recordings] == sorted({k.recording_id for k in found if k.recording_id})
    held = [(r.recording_id, s) for r in recordings for s in r.sources]
    assert sorted(held, key=str) == sorted([(k.recording_id, k.source) for k in found if k.recording_id], key=str)
    for one in recordings:
        assert list(one.sources) == sorted(one.sources, key=lambda s: s.uri)
    assert sorted(failed, key=str) == sorted([k for k in found if k.recording_id is None], key=str)


@given(sources(), st.floats(1, 4000), st.integers(1, 6), st.randoms())
def test_the_plan_does_not_depend_on_the_order(
    found: list[Known], longest: float, lanes: int, order: random.Random
) -> None:
    shuffled = found[:]
    order.shuffle(shuffled)
    shards = make_shards(*join_copies(found), longest)
    assert make_shards(*join_copies(shuffled), longest) == shards
    again = shards[:]
    order.shuffle(again)
    assert make_lanes(again, lanes) == make_lanes(shards, lanes)
    assert list(deal(shuffled, lanes, longest, None)) == list(deal(found, lanes, longest, None))


@given(sources(), st.floats(1, 4000))
def test_every_recording_is_in_exactly_one_shard(found: list[Known], longest: float) -> None:
    recordings, failed = join_copies(found)
    shards = make_shards(recordings, failed, longest)
    assert [r for s in shards for r in s.recordings] == recordings
    assert [k for s in shards for k in s.failed] == failed
    names = [s.name for s in shards]
    assert len(set(names)) == len(names)
    assert names == sorted(names)
    for one in shards:
        assert cost(one) <= longest + 1e-6 or len(one.recordings) == 1
    # Full ones: no two neighbours could have shared a shard.
    for one, following in pairwise(shards):
        assert cost(one) + following.recordings[0].seconds + SECONDS_PER_FILE > longest - 1e-6


@given(sources(), st.integers(1, 6), st.floats(1, 4000))
def test_every_source_is_dealt_once(found: list[Known], lanes: int, longest: float) -> None:
    dealt = list(deal(found, lanes, longest, None))
    assert len(dealt) <= lanes
    uris = [s.uri for lane in dealt for one in lane for r in one.recordings for s in r.sources]
    uris += [k.source.uri for lane in dealt for one in lane for k in one.failed]
    assert sorted(uris) == sorted(k.source.uri for k in found)


def test_a_name_is_tied_to_the_content() -> None:
    one, other = 0xABC << 100, 0xABD << 100
    names = [make_shards([recording(content, 5.0)], [], 900)[0].name for content in (one, other)]
    assert names == [f"000000-{one:032x}"[:19], f"000000-{other:032x}"[:19]]
    assert names[0] != names[1]


def test_broken_files_alone_have_a_shard() -> None:
    (only,) = make_shards([], [broken(1), broken(2)], 900)
    assert only.recordings == ()
    assert [k.source.uri for k in only.failed] == ["/broken1.wav", "/broken2.wav"]
    assert make_lanes([only], 4) == [[only]]


def test_many_short_files_are_work_too() -> None:
    shards = make_shards([recording(i, 0.0) for i in range(100)], [], longest=10 * SECONDS_PER_FILE + 1e-9)
    assert [len(s.recordings) for s in shards] == [10] * 10


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=40), st.integers(1, 8))
def test_lanes_are_as_good_as_longest_processing_time_can_be(seconds: list[float], lanes: int) -> None:
    """Graham 1969: at most 4/3 - 1/(3m) of the optimum.

    The optimum is not known, but no less than the mean load, the longest job, and the m-th and the next job together.
    With that lower bound the factor holds only where the last job of the longest lane is at most a third of it; where
    it is not, at most two jobs lie in each lane and the rule is optimal.
    """
    shards = [shard(i, s) for i, s in enumerate(seconds)]
    dealt = make_lanes(shards, lanes)
    assert sorted(s.name for lane in dealt for s in lane) == [s.name for s in shards]
    loads = [sum(cost(s) for s in lane) for lane in dealt]
    jobs = sorted((cost(s) for s in shards), reverse=True)
    bound = max(sum(jobs) / lanes, jobs[0], sum(jobs[lanes - 1 : lanes + 1]) if len(jobs) > lanes else 0)
    last = min(min(cost(s) for s in lane) for lane in dealt if sum(cost(s) for s in lane) >= max(loads) - 1e-9)
    # The least laden lane took the last job: max <= mean of the others + that job.
    assert max(loads) <= sum(jobs) / lanes + (1 - 1 / lanes) * last + 1e-6
    if last <= bound / 3:
        assert max(loads) <= (4 / 3 - 1 / (3 * lanes)) * bound + 1e-6


@pytest.mark.parametrize("lanes", [2, 3])
@given(st.lists(st.integers(1, 20), min_size=1, max_size=7))
def test_lanes_against_every_way_to_deal(lanes: int, seconds: list[int]) -> None:
    shards = [shard(i, s) for i, s in enumerate(seconds)]
    best = float("inf")
    for way in range(lanes ** len(shards)):
        loads = [0.0] * lanes
        for one in shards:
            way, lane = divmod(way, lanes)
            loads[lane] += cost(one)
        best = min(best, max(loads))
    longest = max(sum(cost(s) for s in lane) for lane in make_lanes(shards, lanes))
    assert longest <= (4 / 3 - 1 / (3 * lanes)) * best + 1e-9


def test_work_is_dealt_by_duration_and_not_by_number() -> None:
    dealt = make_lanes([shard(0, 6.0), *(shard(i, 1.0) for i in range(1, 13))], 2)
    assert sorted(len(lane) for lane in dealt) == [4, 9]
    assert [sum(s.seconds for s in lane) for lane in dealt] == [9.0, 9.0]


def test_one_long_recording_does_not_hold_up_the_short_ones() -> None:
    found = [known(0, 0, 600.0), *(known(i, i, 10.0) for i in range(1, 61))]
    loads = sorted(sum(s.seconds for s in lane) for lane in deal(found, 2, 900.0, None))
    assert loads == [600.0, 600.0]
