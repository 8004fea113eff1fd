"""Runs by worker processes have the rows of one process, whatever becomes of the workers."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.cli import PUBLISHED, WRONG_USE, main
from pipelines.run import portions
from tests.pipelines.corpora import DEMO, rows
from tests.pipelines.run import deadly

TABLES = ("files", "recordings", "errors", "windows", "segments", "frames", "prosody")
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    archive = tmp_path / "archive"
    archive.mkdir()
    for name in ("signals/yes.wav", "digits/code_007.wav", "digits/copy_of_code_007.wav", "digits/code_012.wav"):
        shutil.copy(DEMO / name, archive)
    shutil.copy(DEMO / "digits" / "code_031.flac", archive)
    shutil.copy(DEMO / "broken" / "breaks_off.flac", archive)
    (archive / "empty.wav").write_bytes(b"")
    return archive


@pytest.fixture
def run(archive: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(portions.cut, "__defaults__", (10.0,))
    monkeypatch.setenv(deadly.SEEN, str(tmp_path))

    def run(*words: str, out: str = "out") -> tuple[int, str]:
        code = main(["run", str(archive), "--out", str(tmp_path / out), *words])
        said = capfd.readouterr()
        return code, said.out + said.err

    return run


def everything(out: Path) -> dict[str, list[dict[str, Any]]]:
    return {name: rows(out, name) for name in TABLES}


def test_rows_are_those_of_one_process_whatever_dies(
    run: Run, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each portion is given twice: its worker dies before it can say that it has made it."""
    assert run("--tables", "frames,prosody", "--workers", "1", out="alone")[0] == PUBLISHED
    alone = everything(tmp_path / "alone")
    monkeypatch.setattr("pipelines.run.by_workers.make", deadly.make_really)
    code, said = run("--tables", "frames,prosody", "--workers", "2")
    assert code == PUBLISHED, said
    assert "as asked for, 2 worker processes" in said
    assert "a worker died; " in said
    assert everything(tmp_path / "out") == alone

    # One that they always die over goes alone, into a row of errors; what others hold stays.
    shutil.copy(DEMO / "signals" / "tones.wav", archive / "deadly.wav")
    shutil.copy(DEMO / "scenes" / sorted(p.name for p in (DEMO / "scenes").iterdir())[0], archive)
    code, said = run("--tables", "frames,prosody", "--workers", "2")
    assert code == PUBLISHED, said
    assert "deadly.wav: 2 workers died over it; it is left out" in said
    (error,) = [row for row in rows(tmp_path / "out", "errors") if row["reason"] == "worker_died"]
    assert error["uri"] == str(archive / "deadly.wav")
    files = {Path(row["uri"]).name: row["status"] for row in rows(tmp_path / "out", "files")}
    assert files["deadly.wav"] == "failed"
    assert sum(status == "complete" for status in files.values()) == 6
    assert "nothing to do" in run("--tables", "frames,prosody", "--workers", "2")[1]


def test_what_is_known_of_a_recording_stays_when_workers_die_over_it(
    run: Run, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (archive / "yes.wav").rename(archive / "deadly.wav")
    assert run("--tables", "frames", "--workers", "1")[0] == PUBLISHED
    before = rows(tmp_path / "out", "frames")
    monkeypatch.setattr("pipelines.run.by_workers.make", deadly.make_really)
    code, said = run("--tables", "frames,prosody", "--workers", "2")
    assert code == PUBLISHED, said
    assert "deadly.wav: 2 workers died over it; it is left out" in said
    assert rows(tmp_path / "out", "frames") == before
    files = {Path(row["uri"]).name: row["status"] for row in rows(tmp_path / "out", "files")}
    assert files["deadly.wav"] == "complete"
    assert "worker_died" in {row["reason"] for row in rows(tmp_path / "out", "errors")}


def test_with_models_labels_and_words_are_the_same(run: Run, tmp_path: Path) -> None:
    """Numbers may part in their last bits: a batch holds other clips."""
    for out, workers in (("one", "1"), ("two", "2")):
        code, said = run("--models", "demo", "--precision", "fp32", "--workers", workers, out=out)
        assert code == PUBLISHED, said
    for name, columns in {
        "transcripts": ("segment_id", "text", "model"),
        "emotions": ("segment_id", "start_ms", "label", "model"),
        "sounds": ("window_id", "label", "model"),
        "embeddings": ("window_id", "model"),
    }.items():
        one, two = (
            [tuple(row[column] for column in columns) for row in rows(tmp_path / out, name)] for out in ("one", "two")
        )
        assert one == two, name
        assert one
    first, second = ([row["confidence"] for row in rows(tmp_path / out, "emotions")] for out in ("one", "two"))
    assert first == pytest.approx(second, abs=1e-5)


def test_workers_and_options_of_beam_are_one_or_the_other(run: Run) -> None:
    code, said = run("--workers", "2", "--", "--direct_num_workers=2")
    assert code == WRONG_USE
    assert "--workers and options for Beam behind --: name the one or the other" in said
