"""What a run would do and cost, told beforehand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines.cli import PUBLISHED, main
from pipelines.dryrun import estimate
from pipelines.run import Prepared, Published, prepare, run
from schemas.config import from_mapping
from tests.pipelines.corpora import DEMO

TABLES = "frames,spectrograms,prosody,sounds"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory, demo_models: dict[str, Path]) -> Prepared:
    return prepare(
        from_mapping(
            {
                "recordings": [str(DEMO)],
                "out": str(tmp_path_factory.mktemp("dry") / "out"),
                "tables": TABLES.split(","),
                "model": {"sounds": str(demo_models["sounds"])},
            }
        )
    )


@pytest.fixture(scope="module")
def real(prepared: Prepared) -> Published:
    return run(prepared)


def test_the_estimate_is_near_the_run(
    prepared: Prepared, real: Published, record_property: pytest.FixtureRequest
) -> None:
    guess = estimate(prepared)
    rows = real.measured
    assert guess.files == sum(rows.files.values())
    assert guess.copies == 1
    assert guess.unreadable == 0  # broken files can be hashed
    assert guess.audio_seconds == pytest.approx(rows.audio_seconds, rel=0.05)
    disk = sum(path.stat().st_size for path in real.snapshot.rglob("*.parquet"))
    assert guess.disk_bytes is not None
    assert guess.wall_seconds is not None
    assert disk / 3 < guess.disk_bytes < 3 * disk
    print(
        f"estimated {guess.wall_seconds:.1f} s and {guess.disk_bytes / 1e6:.2f} MB from {guess.sample_seconds:.0f} s, "
        f"took {rows.wall_seconds:.1f} s and {disk / 1e6:.2f} MB"
    )


def test_a_dry_run_writes_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    words = ["run", str(DEMO / "digits"), "--out", str(tmp_path / "out"), "--tables", "prosody", "--dry-run"]
    assert main(words) == PUBLISHED
    lines = capfd.readouterr().out.splitlines()
    assert lines[0] == "4 files (1 copy), 0.00157 hours of audio after their headers"
    assert lines[1] == "tables: files, recordings, segments, prosody, errors, runs"
    assert re.fullmatch(r"about \d+ seconds and [\d.]+ MB on disk, from a sample of 6 s on this machine.*", lines[2])
    assert lines[3:] == ["nothing was written"]
    assert sorted(tmp_path.rglob("*")) == [tmp_path / "temporary"]


def test_without_a_readable_file_there_is_no_estimate(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty.wav").touch()
    words = ["run", str(tmp_path / "empty.wav"), "--out", str(tmp_path / "out"), "--tables", "prosody", "--dry-run"]
    assert main(words) == PUBLISHED
    lines = capfd.readouterr().out.splitlines()
    assert lines[0] == "1 file (1 unreadable), 0 hours of audio after their headers"
    assert lines[-1] == "no time or disk is estimated: no file has a readable header"
