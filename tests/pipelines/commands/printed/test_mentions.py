"""A mention that may be made up is marked behind its time."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.cli import PUBLISHED, WRONG_USE, main
from tests.pipelines.tables import CALL, example, transcript, write_corpus

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    rows = [
        {**transcript(CALL, 1, [("acme", 1000, 1400, 0.9)]), "doubtful": ["no_speech"]},
        {**transcript(CALL, 1, [("acme", 9000, 9400, 0.9)]), "doubtful": []},
    ]
    write_corpus(tmp_path, {**example(), "transcripts": rows})
    return tmp_path


def times(printed: str) -> list[str]:
    """What stands before the emotion in the first line of each mention."""
    return [line.split("  ")[1] for line in printed.splitlines() if line.startswith("call.wav")]


def test_which_it_is_and_how_many(out: Path, capfd: Captured) -> None:
    assert main(["mentions", str(out), "acme"]) == PUBLISHED
    printed = capfd.readouterr().out
    assert times(printed) == ["0:00:01 ?", "0:00:09"]
    assert (
        "doubtful: 1 of 2 mentions, in transcripts that may be made up (?): --doubtful out leaves them out" in printed
    )


def test_left_out(out: Path, capfd: Captured) -> None:
    assert main(["mentions", str(out), "acme", "--doubtful", "out"]) == PUBLISHED
    printed = capfd.readouterr().out
    assert times(printed) == ["0:00:09"]
    assert "left out: 1 mention in transcripts that may be made up" in printed
    assert "acme: 1 mention in 1 of 2 recordings" in printed


def test_another_word(out: Path, capfd: Captured) -> None:
    assert main(["mentions", str(out), "acme", "--doubtful", "no"]) == WRONG_USE
    assert "--doubtful no" in capfd.readouterr().err
