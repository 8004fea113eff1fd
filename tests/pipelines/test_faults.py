"""What goes wrong around a run: one clear line, exit 1, the last publish as it was, and the next run goes through."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.cli import FAILED, PUBLISHED, main
from pipelines.run import prepare, run
from schemas.config import from_mapping
from tests.pipelines.corpora import DEMO, rows

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def corpus(tmp_path: Path, capfd: Captured) -> tuple[Path, list[str]]:
    """A published corpus, and the words of its next run, which has something to do."""
    archive, out = tmp_path / "archive", tmp_path / "out"
    archive.mkdir()
    shutil.copy(DEMO / "signals" / "yes.wav", archive)
    words = ["run", str(archive), "--out", str(out), "--tables", "windows"]
    assert main(words) == PUBLISHED
    shutil.copy(DEMO / "signals" / "tones.wav", archive)
    capfd.readouterr()
    return out, words


@pytest.mark.parametrize("where", ["assemble", "audit", "execute"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), MemoryError("out of memory")])
def test_a_fault_at_any_stage(
    corpus: tuple[Path, list[str]],
    capfd: Captured,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
    error: Exception,
) -> None:
    out, words = corpus
    before = os.readlink(out / "current"), rows(out, "files")

    def fail(*_: object, **__: object) -> None:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(f"pipelines.run.{where}", fail)
        assert main(words) == FAILED
    told = [line for line in capfd.readouterr().err.splitlines() if line.startswith("earwitness: ")]
    assert len(told) == 1
    assert str(error) in told[0]
    assert (os.readlink(out / "current"), rows(out, "files")) == before
    assert not list(out.rglob(".*"))  # nothing half written, no lock
    assert main(words) == PUBLISHED
    assert len(rows(out, "files")) == 2
    assert not (out / "staging").exists()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB, which only root can make."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(disk)]
    if os.geteuid() or not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a small disk cannot be mounted")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


@pytest.mark.parametrize("left_bytes", [0, 12 << 10, 60 << 10, 120 << 10])
def test_a_disk_that_is_full(small_disk: Path, tmp_path: Path, capfd: Captured, left_bytes: int) -> None:
    archive, out, filler = tmp_path / "archive", small_disk / "out", small_disk / "filler"
    archive.mkdir()
    shutil.copy(DEMO / "signals" / "yes.wav", archive)
    words = ["run", str(archive), "--out", str(out), "--tables", "frames,spectrograms"]
    assert main(words) == PUBLISHED
    shutil.copy(DEMO / "signals" / "tones.wav", archive)
    before = os.readlink(out / "current"), rows(out, "files"), rows(out, "frames")
    filler.write_bytes(bytes(shutil.disk_usage(small_disk).free - left_bytes))
    capfd.readouterr()
    assert main(words) == FAILED
    told = [line for line in capfd.readouterr().err.splitlines() if line.startswith("earwitness: ")]
    assert len(told) == 1
    assert "No space left on device" in told[0]
    assert (os.readlink(out / "current"), rows(out, "files"), rows(out, "frames")) == before
    filler.unlink()
    assert main(words) == PUBLISHED
    assert len(rows(out, "files")) == 2
    assert sorted(os.listdir(out)) == ["current", "earwitness.json", "runs.jsonl", "settings.json", "snapshots"]


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="no folder that nobody can write to")
def test_a_folder_that_cannot_be_written(tmp_path: Path, capfd: Captured) -> None:
    words = ["run", str(DEMO / "signals" / "yes.wav"), "--out", "/proc/earwitness", "--tables", "windows"]
    assert main(words) == FAILED
    told = capfd.readouterr().err
    assert told.startswith("earwitness: /proc/earwitness cannot be written: ")
    assert told.count("\n") == 1


def test_checkpoints_that_vanish_before_they_are_opened(tmp_path: Path, demo_models: dict[str, Path]) -> None:
    models = Path(shutil.copytree(demo_models["emotions"], tmp_path / "emotions"))
    others = dict.fromkeys(("transcripts", "sounds", "embeddings", "speakers"), "none")
    config = {
        "recordings": [str(DEMO / "digits")],
        "out": str(tmp_path / "out"),
        "tables": ["emotions"],
        "model": {**others, "emotions": str(models)},
    }
    prepared = prepare(from_mapping(config))
    shutil.rmtree(models)
    with pytest.raises(Exception, match="emotions: ") as caught:
        run(prepared)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_a_file_that_vanishes_and_one_that_grows_while_they_are_read(
    tmp_path: Path,
) -> None:
    archive, out = tmp_path / "archive", tmp_path / "out"
    archive.mkdir()
    for name in ("yes.wav", "tones.wav", "noise.wav"):
        shutil.copy(DEMO / "signals" / name, archive)
    config = from_mapping({"recordings": [str(archive)], "out": str(out), "tables": ["windows"]})
    prepared = prepare(config)
    (archive / "yes.wav").unlink()
    with (archive / "tones.wav").open("ab") as file:
        file.write(bytes(1000))
    assert run(prepared) is not None
    statuses = {Path(row["uri"]).name: row["status"] for row in rows(out, "files")}
    assert statuses["yes.wav"] == "failed"
    assert statuses["noise.wav"] == "complete"
    # The next run sees that it is not the file that was listed, and that the other one is gone.
    again = run(prepare(config))
    assert again is not None
    assert again.measured.inputs["taken"] == 1
    assert run(prepare(config)) is None


def test_a_table_that_is_no_parquet_is_told(corpus: tuple[Path, list[str]], capfd: Captured) -> None:
    out, words = corpus
    (damaged,) = (out / "current" / "files").glob("*.parquet")
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[:100])
    assert main(words) == FAILED
    assert capfd.readouterr().err.startswith("earwitness: ")
    damaged.write_bytes(whole)
    assert main(words) == PUBLISHED
    assert sorted(os.listdir(out)) == ["current", "earwitness.json", "runs.jsonl", "settings.json", "snapshots"]
