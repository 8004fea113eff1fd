"""What a run would do and cost, told beforehand."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import soundfile

from pipelines.cli import PUBLISHED, main
from pipelines.run.estimate import SAMPLE_FILES, choose_sample, estimate, evenness, seconds_a_second
from pipelines.run.increment import look
from pipelines.run.run import Prepared, Published, prepare, run
from pipelines.store.folder import Folder
from schemas.config import from_mapping
from schemas.records import Source
from tests.pipelines.corpora import DEMO
from transforms.beside.state import State

TABLES = ["spectrograms", "prosody"]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return prepare(
        from_mapping(
            {
                "recordings": [str(DEMO)],
                "out": str(tmp_path_factory.mktemp("dry") / "out"),
                "tables": TABLES,
            }
        )
    )


@pytest.fixture(scope="module")
def real(prepared: Prepared) -> Published:
    return run(prepared)


def test_the_estimate_is_near_the_run(
    prepared: Prepared, real: Published, record_testsuite_property: Callable[[str, float], None]
) -> None:
    nowhere = replace(prepared.config, out=f"{prepared.config.out}-not-yet")
    elsewhere = replace(prepared, config=nowhere)
    guess = estimate(elsewhere, look(elsewhere, Folder(nowhere.out)).todo())
    rows = real.measured
    assert guess.files == sum(rows.files.values())
    assert guess.all_headers
    assert guess.unreadable == 2
    assert guess.audio_seconds == pytest.approx(rows.audio_seconds, rel=0.05)
    disk = sum(path.stat().st_size for path in real.snapshot.rglob("*.parquet"))
    assert guess.disk_bytes is not None
    assert guess.wall_seconds is not None
    assert disk / 3 < guess.disk_bytes < 3 * disk
    record_testsuite_property("disk, estimated over real", guess.disk_bytes / disk)
    record_testsuite_property("time, estimated over real", guess.wall_seconds / rows.wall_seconds)


def test_a_dry_run_writes_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    words = ["run", str(DEMO / "digits"), "--out", str(tmp_path / "out"), "--tables", "prosody", "--dry-run"]
    assert main(words) == PUBLISHED
    lines = capfd.readouterr().out.splitlines()
    hours = sum(soundfile.info(path).duration for path in (DEMO / "digits").iterdir()) / 3600
    assert lines[0] == f"4 files, {60 * hours:.1f} minutes of audio after their headers"
    assert lines[1] == "tables: files, recordings, segments, prosody, errors, runs"
    about = r"about \d+ seconds? and [\d.]+ MB on disk, from a sample of (\d+) s on this machine with \d workers?"
    sample = re.fullmatch(about, lines[2])
    assert sample is not None
    assert int(sample.group(1)) == round(hours * 3600)
    assert lines[3:] == ["nothing was written"]
    assert sorted(tmp_path.rglob("*")) == [tmp_path / "temporary"]


def test_only_the_new_work_is_estimated(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    words = ["run", str(DEMO / "signals"), "--out", str(tmp_path / "out"), "--tables", "windows"]
    assert main(words) == PUBLISHED
    capfd.readouterr()
    assert main([*words, "--dry-run"]) == PUBLISHED
    lines = capfd.readouterr().out.splitlines()
    assert lines[:2] == [
        "0 files, 0.0 minutes of audio after their headers",
        "4 known files beside them that need nothing",
    ]
    assert lines[-1] == "nothing to do"
    assert main([*words, str(DEMO / "digits" / "code_007.wav"), "--dry-run"]) == PUBLISHED
    lines = capfd.readouterr().out.splitlines()
    assert lines[0].startswith("1 file, ")
    assert lines[1] == "4 known files beside them that need nothing"
    assert lines[-1] == "nothing was written"


def test_no_file_is_read_but_those_of_the_sample(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thousand files, of which a run would hash every byte."""
    for i in range(1000):
        (tmp_path / f"{i}.wav").write_bytes(b"RIFF0000")  # no header can be read
    for i in range(3):
        shutil.copy(DEMO / "digits" / "code_007.wav", tmp_path / f"code{i}.flac")
    read: list[str] = []

    def hashed(path: str, opened: object) -> tuple[str, State]:
        read.append(path)
        return "0" * 32, State.at(path)

    monkeypatch.setattr("transforms.identify.read_content", hashed)
    words = ["run", str(tmp_path), "--out", str(tmp_path / "out"), "--tables", "windows", "--dry-run"]
    assert main(words) == PUBLISHED
    lines = capfd.readouterr().out.splitlines()
    assert lines[0].startswith("1,003 files (about 1,000 unreadable), about ")
    assert lines[0].endswith(" minutes of audio after the headers of 202 and the sizes of all")
    assert {Path(path).suffix for path in read} == {".flac"}


def test_what_a_pass_costs_once_is_not_scaled_up() -> None:
    assert seconds_a_second(2.0, 1.2, 42.0, 5.2) == pytest.approx(0.1)  # 1 s for the pass, 0.1 for each of audio
    assert seconds_a_second(2.0, 1.2, 2.0, 1.2) == pytest.approx(0.6)  # one file: it cannot be told apart
    assert seconds_a_second(1.0, 9.0, 40.0, 4.0) == pytest.approx(0.01)  # a machine that was busy meanwhile


def test_workers_that_wait_in_the_sample_do_not_wait_in_the_run() -> None:
    assert evenness([5.0] * 8, 2) == 1.0
    assert evenness([100.0, 6.0, 6.0], 2) == pytest.approx(0.56)
    assert evenness([7.0], 4) == 0.25


def test_a_sample_is_of_short_recordings_where_there_are_any() -> None:
    def drawn(*seconds: float) -> list[tuple[Source, float]]:
        return [(Source(f"/{i}", f"/{i}", 1, 1), one) for i, one in enumerate(seconds)]

    assert [s for _, s in choose_sample(drawn(3600, 30, 5, 20, 9))] == [30, 5, 20]
    assert [s for _, s in choose_sample(drawn(3600, 20, 100, 9))] == [9, 20, 100]
    assert [s for _, s in choose_sample(drawn(7200, 3600, 9000))] == [3600]
    assert len(choose_sample(drawn(*[0.1] * 500))) == SAMPLE_FILES
    assert choose_sample([]) == []


def test_without_a_readable_file_there_is_no_estimate(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty.wav").touch()
    words = ["run", str(tmp_path / "empty.wav"), "--out", str(tmp_path / "out"), "--tables", "prosody", "--dry-run"]
    assert main(words) == PUBLISHED
    lines = capfd.readouterr().out.splitlines()
    assert lines[0] == "1 file (1 unreadable), 0.0 minutes of audio after their headers"
    assert lines[-1] == "no time or disk is estimated: no file has a readable header"
