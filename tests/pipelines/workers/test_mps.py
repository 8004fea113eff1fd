"""An MPS of our own for workers that share a GPU: when it is started, what they are told of it, and that it ends."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.workers import mps
from pipelines.workers.mps import LOGS, PIPES, side_by_side

SHARED = [{"CUDA_VISIBLE_DEVICES": "0"}, {"CUDA_VISIBLE_DEVICES": "2"}, {"CUDA_VISIBLE_DEVICES": "0"}]
WORKS, FAILS = "", "raise SystemExit(1)"

Told = Callable[[], list[str]]


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Told:
    """What a control program was told that does nothing else: its words, then what it read."""
    heard = tmp_path / "heard"
    program = tmp_path / mps.CONTROL
    says = 'echo "$@" "$(cat)" "${CUDA_VISIBLE_DEVICES-all}"'
    program.write_text(f"#!/bin/sh\n{says} >> {heard}\nexit ${{BROKEN-0}}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,2")
    monkeypatch.delenv(PIPES, raising=False)
    monkeypatch.setattr(mps, "OF_THE_MACHINE", tmp_path / "nobody")
    monkeypatch.setattr(mps, "_TRIAL", WORKS)
    return lambda: heard.read_text().splitlines() if heard.exists() else []


def test_who_shares_a_gpu_is_told_where_to_ask(told: Told) -> None:
    with side_by_side([*SHARED, {"CUDA_VISIBLE_DEVICES": ""}]) as environments:
        assert told() == ["-d  all"]  # it is lent no GPU in particular: workers name theirs as the machine does
        folder = environments[0][PIPES]
        assert Path(folder).stat().st_mode & 0o077 == 0
        assert environments[:3] == [one | {PIPES: folder, LOGS: folder} for one in SHARED]
        assert environments[3] == {"CUDA_VISIBLE_DEVICES": ""}
    assert told()[1:] == ["quit -t 10 all"]
    assert not Path(folder).exists()


def test_it_ends_where_the_run_fails(told: Told) -> None:
    with pytest.raises(ValueError, match="no"), side_by_side(SHARED):
        raise ValueError("no")
    assert told()[1:] == ["quit -t 10 all"]


def test_one_that_no_gpu_is_reached_through_is_ended(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mps, "_TRIAL", FAILS)
    with side_by_side(SHARED) as environments:
        assert environments == SHARED
    assert told() == ["-d  all", "quit -t 10 all"]


def test_one_that_does_not_start_is_done_without(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROKEN", "1")
    with side_by_side(SHARED) as environments:
        assert environments == SHARED
    assert told() == ["-d  all"]


@pytest.mark.parametrize(
    "environments",
    [
        [],
        [{"CUDA_VISIBLE_DEVICES": ""}] * 4,
        [{"CUDA_VISIBLE_DEVICES": "0"}, {"CUDA_VISIBLE_DEVICES": "1"}],
        [{"CUDA_VISIBLE_DEVICES": "0"}] * (mps.MOST + 1),
    ],
    ids=["nobody", "on the CPU", "each its own GPU", "too many"],
)
def test_nobody_asks_for_it_in_vain(environments: list[dict[str, str]], told: Told) -> None:
    with side_by_side(environments) as lent:
        assert lent == environments
    assert told() == []


@pytest.mark.parametrize("whose", ["the user's", "the machine's", "nobody's"])
def test_that_of_others_is_left_alone(whose: str, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    match whose:
        case "the user's":
            monkeypatch.setenv(PIPES, "/somewhere")
        case "the machine's":
            monkeypatch.setattr(mps, "OF_THE_MACHINE", tmp_path)
        case _:
            monkeypatch.setenv("PATH", "/nowhere")
    with side_by_side(SHARED) as environments:
        assert environments == SHARED
    assert told() == []
