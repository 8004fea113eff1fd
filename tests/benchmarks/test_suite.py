"""Every benchmark runs at tiny size and gives whole tables of finite figures.  The speeds are not looked at."""

from __future__ import annotations

import math
import subprocess
import sys
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest

from benchmarks import __main__ as suite
from benchmarks import bare_loop, growth
from benchmarks.checkpoints import PUBLISHED
from benchmarks.measure import Spread
from benchmarks.report import Table
from benchmarks.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


def figures(table: Table) -> list[float]:
    """All numbers of a table."""
    found: list[float] = []
    for row in table.rows:
        assert len(row) == len(table.columns)
        for cell in row:
            if isinstance(cell, Spread):
                assert cell.low <= cell.median <= cell.high
                found += [cell.low, cell.median, cell.high]
            elif isinstance(cell, float):
                found.append(cell)
    return found


def column(table: Table, name: str) -> list[object]:
    return [row[table.columns.index(name)] for row in table.rows]


def check(table: Table) -> None:
    numbers = figures(table)
    assert len(numbers) >= 6
    assert all(math.isfinite(number) for number in numbers)


@pytest.mark.soak  # minutes, and `make bench` runs it
def test_against_the_plain_way(settings: Settings) -> None:
    (table,) = import_module("benchmarks.against_plain").compare(settings)
    check(table)
    assert all(number > 0 for number in figures(table))
    jobs = ("transcripts", "emotions", "sounds", "embeddings", "all four")
    assert column(table, "contender").count("plain") == len(jobs) + 1
    assert column(table, "contender").count("run, fp32") == len(jobs) + 1
    assert column(table, "contender").count("run, fp32, start-up left out") == len(jobs) + 1
    assert table.measured == {}  # no goal is one of torch
    assert set(column(table, "job")) == set(jobs)
    both = zip(column(table, "contender"), column(table, "times the plain way"), strict=True)
    assert all(ratio == Spread(1, 1, 1) for contender, ratio in both if contender == "plain")
    speech, half = dict.fromkeys(column(table, "audio"))
    assert "all speech" in str(speech)
    assert "half speech" in str(half)


@pytest.mark.soak  # minutes, and `make bench` runs it
def test_against_bare_forwards(settings: Settings) -> None:
    (table,) = import_module("benchmarks.against_forwards").compare(settings)
    check(table)
    assert all(number > 0 for number in figures(table))
    assert len(table.rows) == 4
    assert set(table.measured) == {"the run over its forwards, fp32"}
    assert table.notes[0].startswith("fp32: ")
    assert " 0 forward passes" not in table.notes[0]


@pytest.mark.slow
def test_decoding(settings: Settings) -> None:
    (table,) = import_module("benchmarks.decoding").compare(settings)
    check(table)
    assert column(table, "format") == ["wav", "flac", "mp3", "m4a", "opus"]
    loaded = dict(zip(column(table, "format"), column(table, "librosa.load, x"), strict=True))
    assert all(isinstance(loaded[name], Spread) for name in ("wav", "flac", "mp3", "opus"))
    differences = dict(zip(column(table, "format"), column(table, "largest difference of the samples"), strict=True))
    # The same samples: to the bit from libsndfile, to the rounding of another decoder for Opus.
    for name, most in {"wav": 1e-5, "flac": 1e-5, "mp3": 1e-4, "opus": 5e-3}.items():
        difference = differences[name]
        assert isinstance(difference, float)
        assert difference <= most, name


@pytest.mark.slow
def test_log_mel(settings: Settings) -> None:
    (table,) = import_module("benchmarks.log_mel").compare(settings)
    check(table)
    assert len(table.rows) == 3


@pytest.mark.soak  # minutes, and `make bench` runs it
def test_growth(settings: Settings) -> None:
    (table,) = growth.compare(settings, times=(1, 2))
    check(table)
    assert column(table, "corpus") == ["1x", "2x"]
    hours = [float(str(cell)) for cell in column(table, "hours")]
    assert hours == pytest.approx([n * growth.FILES * settings.seconds / 3600 for n in (1, 2)], abs=1e-3)
    for peak in column(table, "peak MB"):
        assert isinstance(peak, Spread)
        assert 100 < peak.median < 10_000


@pytest.mark.soak  # minutes, and `make bench` runs it
def test_one_file(settings: Settings) -> None:
    (table,) = import_module("benchmarks.one_file").compare(settings)
    check(table)
    assert column(table, "tables") == ["without models", "all, tiny models"]
    assert all(number > 0 for number in figures(table))


@pytest.mark.soak  # and `make bench` runs it
def test_the_bare_loop_needs_neither_beam_nor_a_network(settings: Settings, tmp_path: Path) -> None:
    report = tmp_path / "report.md"
    code = """
import socket, sys
sys.modules["apache_beam"] = None
def refuse(*arguments): raise OSError("the network was asked for")
socket.socket.connect = refuse
from benchmarks.bare_loop import main
sys.exit(main(sys.argv[1:]))
"""
    words = ["--size", "tiny", "--seconds", "3", "--precision", "fp32", "--cache", str(settings.folder)]
    done = subprocess.run(
        [sys.executable, "-c", code, *words, "--markdown", str(report)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    rows = [
        line for line in report.read_text().splitlines() if line.startswith(tuple(f"| {job}," for job in PUBLISHED))
    ]
    assert len(rows) == 5
    for row in rows:
        assert all(math.isfinite(float(cell.replace(",", ""))) for cell in row.split("|")[3:8]), row


def test_the_bare_loop_does_without_files(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "silero_vad", None)
    paths, reason = bare_loop.files_of_speech(tmp_path, settings.seconds)
    assert not paths
    assert "silero_vad" in reason


@pytest.mark.slow
def test_the_command_writes_what_it_was_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "docs" / "benchmarks.md"
    run = partial(suite.main, ["log_mel", "--size", "tiny", "--markdown", str(report)])
    assert run() == 0
    assert "Log-mel spectrograms" in capsys.readouterr().out
    assert report.read_text().count("## Log-mel") == 1
    assert " by `python -m benchmarks log_mel --size tiny`:\n" in report.read_text()  # not where the report lay
    assert suite.main(["log_mel", "--size", "tiny", "--markdown", str(report), "--append"]) == 0
    assert report.read_text().count("## Log-mel") == 2
    assert report.read_text().count("# Benchmarks\n") == 1
    assert run() == 0
    assert report.read_text().count("## Log-mel") == 2  # what was put behind is kept
    assert "Goals" not in report.read_text()  # the figures of tiny models mean nothing


@pytest.mark.parametrize("words", [["speed"], ["log_mel", "--append"], ["log_mel", "--size", "huge"]])
def test_wrong_words(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        suite.main(words)
    assert stopped.value.code == 2
    assert words[-1] in capsys.readouterr().err


def test_the_shares_of_the_time_make_a_whole() -> None:
    assert sum(suite.BENCHMARKS.values()) == pytest.approx(1)
