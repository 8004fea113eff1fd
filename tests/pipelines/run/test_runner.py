"""Which runner a run gets from the user's Beam options."""

from __future__ import annotations

import os

import pytest
from apache_beam.options.pipeline_options import DirectOptions, PortableOptions, StandardOptions

from pipelines.run.runner import LANES_OF_A_CLUSTER, Runner, choose_runner, threads_each
from schemas.errors import UsageError

CORES = len(os.sched_getaffinity(0))


def name_of(runner: Runner) -> str:
    return runner.options.view_as(StandardOptions).runner


def direct(runner: Runner) -> tuple[int, str]:
    options = runner.options.view_as(DirectOptions)
    return options.direct_num_workers, options.direct_running_mode


def test_by_default_this_machine_with_all_its_cores() -> None:
    runner = choose_runner([], 1000)
    assert name_of(runner) == "FnApiRunner"
    assert runner.is_local
    assert (runner.lanes, runner.workers) == (CORES, CORES)
    assert direct(runner) == (CORES, "multi_threading" if CORES > 1 else "in_memory")
    assert threads_each(runner) == 1


def test_one_file_has_one_worker_and_it_all_threads() -> None:
    runner = choose_runner([], 1)
    assert direct(runner)[0] == 1
    assert threads_each(runner) == CORES
    assert choose_runner([], 0).workers == 1


@pytest.mark.parametrize(
    "options",
    [
        ["--runner=DirectRunner"],
        ["--runner", "DirectRunner"],
        ["--runner=directrunner"],
        ["--runner=direct"],
        ["--runner=FnApiRunner"],
        ["--runner=apache_beam.runners.direct.DirectRunner"],
        ["--", "--runner=DirectRunner"],
    ],
)
def test_names_of_the_local_engine(options: list[str]) -> None:
    runner = choose_runner([*options, "--direct_num_workers=3"], 1000)
    assert name_of(runner) == "FnApiRunner"
    assert runner.is_local
    assert (runner.lanes, runner.workers) == (3, 3)


@pytest.mark.parametrize(
    ("options", "workers", "mode"),
    [
        (["--direct_num_workers=3"], 3, "multi_threading"),
        (["--direct_num_workers", "3"], 3, "multi_threading"),
        (["--direct_num_workers=1"], 1, "in_memory"),
        (["--direct_num_workers=0"], CORES, "multi_threading" if CORES > 1 else "in_memory"),
        (["--direct_num_workers=2", "--direct_running_mode=multi_processing"], 2, "multi_processing"),
    ],
)
def test_the_users_workers(options: list[str], workers: int, mode: str) -> None:
    runner = choose_runner(options, 5)
    assert direct(runner) == (workers, mode)
    assert runner.lanes == workers


def test_a_runner_elsewhere_has_many_small_lanes() -> None:
    runner = choose_runner(["--runner=PortableRunner", "--job_endpoint=embed", "--environment_type=LOOPBACK"], 5)
    assert name_of(runner) == "PortableRunner"
    assert runner.options.view_as(PortableOptions).job_endpoint == "embed"
    assert (runner.lanes, runner.workers, runner.is_local) == (LANES_OF_A_CLUSTER, 1, False)


@pytest.mark.parametrize(
    "options",
    [
        ["--runner=DaskRunner"],
        ["--runner", "DaskRunner"],
        ["--runner=dask"],
        ["--runner=apache_beam.runners.dask.dask_runner.DaskRunner"],
    ],
)
def test_dask_is_refused_by_name(options: list[str]) -> None:
    with pytest.raises(UsageError, match="DaskRunner loses rows in silence"):
        choose_runner(options, 5)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--no_such=1"], "Beam does not know the option --no_such=1"),
        (["--nosuch", "1"], "Beam does not know the option --nosuch"),
        (["--direct_num=2"], "Beam does not know the option --direct_num=2"),
        (["-x"], "Beam does not know the option -x"),
        (["stray"], "Beam does not know the option stray"),
        (["--direct_num_workers=many"], "Beam: argument --direct_num_workers: invalid int value: 'many'"),
        (["--direct_running_mode=nope"], "Beam: argument --direct_running_mode: invalid choice"),
        (["--runner"], "Beam: argument --runner: expected one argument"),
        (["--runner=NoSuchRunner"], "--runner=NoSuchRunner: Beam cannot make it: Unexpected pipeline runner"),
        (["--runner=no.such.Runner"], "--runner=no.such.Runner: Beam cannot make it: No module named 'no'"),
    ],
)
def test_what_beam_does_not_know_is_refused(options: list[str], told: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError) as caught:
        choose_runner(options, 5)
    assert str(caught.value).startswith(told)
    assert "\n" not in str(caught.value)
    assert "usage:" not in capfd.readouterr().err
