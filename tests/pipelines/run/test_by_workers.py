"""Who is given what, and what is given again: with real processes that only pretend to hear."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from pipelines.errors import CommandError
from pipelines.run import by_workers, portions
from pipelines.run.by_workers import ByWorkers, Made, Piece
from pipelines.run.crew import Crew
from pipelines.run.portions import Portion
from pipelines.run.preload import PRELOAD
from pipelines.workers.pool import Pool
from schemas.devices import DEVICE
from schemas.reasons import Reason
from schemas.records import Known, Source
from schemas.register import Register
from tests.pipelines.run import deadly
from transforms.decode.asked import NOTHING

TABLES = frozenset({"frames", "recordings"})


@pytest.fixture(autouse=True)
def _pretended(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("look", "make", "load"):
        monkeypatch.setattr(by_workers, name, getattr(deadly, name))
    monkeypatch.setattr(portions.cut, "__defaults__", (250.0,))


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool[Piece]]:
    seen = str(tmp_path_factory.mktemp("seen"))
    with Pool[Piece]([{deadly.SEEN: seen}] * 2, PRELOAD) as pool:
        yield pool


class Run:
    """A hearing, and what it said."""

    def __init__(self, pool: Pool[Piece], devices: Sequence[str] = ("cpu", "cpu")) -> None:
        self.said: list[str] = []
        self.late_after = 1_000_000
        self.orders: list[tuple[Portion, frozenset[str], bool]] = []
        crew = Crew(tuple(devices), 1, 1)
        self.workers = ByWorkers(pool, crew, NOTHING, self.order, self.said.append, self.is_late, None)

    def order(self, portion: Portion, tables: frozenset[str], is_new: bool) -> Any:
        self.orders.append((portion, tables, is_new))
        return portion

    def is_late(self) -> bool:
        return len(self.orders) >= self.late_after

    def hear(self, *rounds: str, known: Sequence[str] = ()) -> Made:
        """Of files that are given by their names."""
        register = Register(frozenset(known))
        return self.workers.hear_new([[source(name) for name in names.split()] for names in rounds], TABLES, register)


def source(name: str) -> Source:
    return Source(name, name, 1, 0)


def made(result: Made) -> list[str]:
    return sorted(file.uri for order, _ in result.answers for file in order.files)  # type: ignore[attr-defined]


def test_every_file_is_heard_once_whatever_the_rounds(pool: Pool[Piece]) -> None:
    run = Run(pool)
    names = [f"{i:02d}" for i in range(12)]
    result = run.hear(" ".join(names[:5]), " ".join(names[5:]))
    assert made(result) == names
    assert (result.left, result.waiting, run.said) == ([], 0, [])
    assert {(tables, is_new) for _, tables, is_new in run.orders} == {(TABLES, True)}


def test_copies_in_a_round_are_heard_together_and_later_ones_are_left(pool: Pool[Piece]) -> None:
    result = Run(pool).hear("a-1 a-2 b-1", "a-3 c-1", known=["b"])
    assert made(result) == ["a-1", "a-2", "c-1"]
    assert sorted(one.source.uri for one in result.left) == ["a-3", "b-1"]


def test_files_that_cannot_be_read_are_heard_of_too(pool: Pool[Piece]) -> None:
    assert made(Run(pool).hear("broken-1 a", "broken-2")) == ["a", "broken-1", "broken-2"]


def test_what_a_worker_died_over_is_given_again(pool: Pool[Piece]) -> None:
    run = Run(pool)
    assert made(run.hear("a b once-heard")) == ["a", "b", "once-heard"]
    assert run.said == ["a worker died; 3 files that it had in hand are taken up again"]  # while it was identified


def test_the_file_that_workers_die_over_is_found_and_left_out(
    pool: Pool[Piece], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portions.cut, "__defaults__", (1000.0,))
    run = Run(pool)
    result = run.hear("a b c deadly-1 d")
    assert made(result) == ["a", "b", "c", "d"]
    (left,) = result.left
    assert (left.source.uri, left.recording_id) == ("deadly-1", None)
    assert left.problem is not None
    assert left.problem.reason is Reason.WORKER_DIED
    assert run.said[-1] == "deadly-1: 2 workers died over it; it is left out"
    assert "2 workers died over the same 5 files: each half is tried by itself" in run.said


def test_one_that_kills_while_it_is_heard_is_found_too(pool: Pool[Piece]) -> None:
    run = Run(pool)
    known = [Known(source(name), name, 100.0) for name in ("a", "deadly-2", "b")]
    result = run.workers.hear_known({TABLES: known})
    assert made(result) == ["a", "b"]
    assert [one.source.uri for one in result.left] == ["deadly-2"]
    assert {is_new for _, _, is_new in run.orders} == {False}


def test_what_is_late_is_counted(pool: Pool[Piece]) -> None:
    run = Run(pool)
    run.late_after = 3
    result = run.hear(" ".join(f"{i:02d}" for i in range(20)), "21 22")
    assert len(made(result)) + result.waiting == 22
    assert len(run.orders) == 3


def test_rounds_that_were_not_begun_wait_too(gpus: Callable[..., Pool[Piece]]) -> None:
    run = Run(gpus("1"), ("cuda:1",))
    run.late_after = 1
    result = run.hear(" ".join(f"{i:02d}" for i in range(20)), "21 22", "23")
    assert len(made(result)) + result.waiting == 23
    assert len(run.orders) == 1


def test_the_models_of_all_workers_have_to_be_the_same(pool: Pool[Piece]) -> None:
    assert Run(pool).workers.load(None, "run") == {"emotions": "hubert@1/fp32"}  # type: ignore[arg-type]
    with Pool[Piece]([{DEVICE: "cpu"}, {DEVICE: "cuda:0"}], PRELOAD) as mixed:
        run = Run(mixed, ("cpu", "cuda:0"))
        with pytest.raises(CommandError, match=r"workers would give different rows: emotions by hubert@1/(fp32|bf16)"):
            run.workers.load(None, "run")  # type: ignore[arg-type]


def test_a_worker_that_dies_while_it_loads_ends_the_run(pool: Pool[Piece]) -> None:
    with pytest.raises(CommandError, match="a worker died while it loaded the models: --workers 1 needs less memory"):
        Run(pool).workers.load(None, deadly.DEADLY)  # type: ignore[arg-type]
    while not pool.is_idle:
        pool.wait()


@pytest.fixture
def gpus() -> Iterator[Callable[[str, str], Pool[Piece]]]:
    """Pools on devices that are only names."""
    held: list[Pool[Piece]] = []

    def start(*numbers: str) -> Pool[Piece]:
        held.append(Pool[Piece]([{DEVICE: f"cuda:{number}"} for number in numbers], PRELOAD).__enter__())
        return held[-1]

    yield start
    for one in held:
        one.__exit__(None, None, None)


def test_a_device_that_fails_goes_out_of_use_and_another_does_its_work(gpus: Callable[..., Pool[Piece]]) -> None:
    run = Run(gpus("0", "1"), ("cuda:0", "cuda:1"))
    result = run.hear("a b c d e f g h")
    assert made(result) == list("abcdefgh")
    assert {answer.device for _, answer in result.answers} == {"cuda:1"}
    assert run.said == [
        "cuda:0 failed and is not used any more: DeviceLostError: CUDA error: unspecified launch failure"
    ]


def test_without_a_device_the_run_ends(gpus: Callable[..., Pool[Piece]]) -> None:
    with pytest.raises(CommandError, match="cuda:0 failed, and there is no other device: DeviceLostError"):
        Run(gpus("0", "0"), ("cuda:0", "cuda:0")).hear("a b c d e f g h")
