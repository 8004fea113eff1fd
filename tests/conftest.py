"""What several tests share, and what the suite says of itself."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.quick import Doors

# A busy machine is no fault of the code; what falsifies is printed with the word that repeats it.
settings.register_profile("untimed", deadline=None, print_blob=True)
settings.load_profile("untimed")

# Numba, which librosa compiles with, reads it when it is imported.  What two processes leave behind that compile into
# one folder at a time, as workers in a new environment do, can crash whoever loads it.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "alone")
os.environ["NUMBA_CACHE_DIR"] = str(Path(__file__).resolve().parents[1] / ".pytest_cache" / f"numba-{WORKER}")

# What is remembered of the weights that tests make is no concern of who runs them.
os.environ["EARWITNESS_CACHE"] = str(Path(__file__).resolve().parents[1] / ".pytest_cache" / "earwitness")


def take_share() -> None:
    """Give this process of several its share of the cores: a run takes a worker for each that it sees.

    Workers and threads of two processes on the same cores wait for each other, which takes up to six times the CPU.
    """
    number, count = int(WORKER.removeprefix("gw")), int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[number % len(cores) :: count] or cores)


if WORKER != "alone" and hasattr(os, "sched_setaffinity"):
    take_share()

SHARED_AUDIO = Path(__file__).resolve().parents[2] / "shared" / "audio"

WHOLE = Path(__file__).parent / "whole"
DOORS = Doors()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="leave what starts a process, holds a model or is slow")


def pytest_configure(config: pytest.Config) -> None:
    # The process that only hands tests to others needs no doors, and imports nothing.
    if config.getoption("--quick") and (hasattr(config, "workerinput") or not config.getoption("numprocesses", None)):
        DOORS.hang()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--quick"):
        left = [item for item in items if item.get_closest_marker("slow") or WHOLE in item.path.parents]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    if not item.config.getoption("--quick"):
        return (yield)
    with DOORS.shut():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    if not item.config.getoption("--quick"):
        return (yield)
    with DOORS.shut():
        return (yield)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Why tests were skipped, in one line: "62 skipped: 40 (needs Spark), 22 (needs a GPU)"."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped)
    if reasons:
        said = ", ".join(f"{count} ({reason})" for reason, count in reasons.most_common())
        terminalreporter.write_line(f"{len(skipped)} skipped: {said}")


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """Another one each time, unless the word SEED of the environment says which; a test that fails shows it."""
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(1 << 30))
    print(f"SEED={seed} repeats {request.node.nodeid}")
    return seed


@pytest.fixture(scope="session")
def shared_audio() -> Path:
    """The folder of real recordings that developers have; users do not."""
    if not SHARED_AUDIO.is_dir():
        pytest.skip("needs the developers' recordings")
    return SHARED_AUDIO


@pytest.fixture(scope="session")
def demo_models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A tiny untrained checkpoint for each job, by job."""
    from demo.untrained.checkpoints import build_demo_set

    return build_demo_set(tmp_path_factory.mktemp("models"))
