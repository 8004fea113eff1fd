"""What goes wrong around a run: one clear line, exit 1, the last publish as it was, and the next run goes through."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import pipelines.run.passes
import pipelines.run.run
import pipelines.store.publish
from pipelines.cli import FAILED, PUBLISHED, main
from pipelines.errors import CommandError
from pipelines.run.run import prepare, run
from schemas.config import from_mapping
from tests.pipelines.corpora import DEMO, publish, rows
from transforms.stages.infer import shared_door

Captured = pytest.CaptureFixture[str]
NO_OTHERS = dict.fromkeys(("transcripts", "sounds", "embeddings", "speakers"), Path("none"))


def first_night(folder: Path, *tables: str) -> Path:
    """A folder with an archive of two files, and a corpus that has heard one of them."""
    (folder / "archive").mkdir()
    shutil.copy(DEMO / "signals" / "yes.wav", folder / "archive")
    publish(folder / "out", {}, [folder / "archive"], tables=list(tables))
    shutil.copy(DEMO / "signals" / "tones.wav", folder / "archive")
    return folder


@pytest.fixture(scope="module")
def one_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return first_night(tmp_path_factory.mktemp("one_night"), "windows")


@pytest.fixture(scope="module")
def night_of_frames(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return first_night(tmp_path_factory.mktemp("night_of_frames"), "frames", "spectrograms")


@pytest.fixture
def corpus(one_night: Path, tmp_path: Path) -> tuple[Path, list[str]]:
    """A published corpus, and the words of its next run, which has something to do."""
    out = shutil.copytree(one_night / "out", tmp_path / "out", symlinks=True)
    return out, ["run", str(one_night / "archive"), "--out", str(out), "--tables", "windows"]


@pytest.mark.parametrize(
    "where", ["pipelines.store.publish.assemble", "pipelines.audit.auditor.audit", "pipelines.run.passes.execute"]
)
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
        patched.setattr(where, fail)
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
def test_a_disk_that_is_full(small_disk: Path, night_of_frames: Path, capfd: Captured, left_bytes: int) -> None:
    archive, filler = night_of_frames / "archive", small_disk / "filler"
    out = shutil.copytree(night_of_frames / "out", small_disk / "out", symlinks=True)
    words = ["run", str(archive), "--out", str(out), "--tables", "frames,spectrograms"]
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


STEPS = 30
"""Changes of the file system, or more, in which a run over one new file publishes."""


@pytest.mark.parametrize(
    "at", [pytest.param(n, marks=[pytest.mark.soak] if n % 5 else []) for n in range(1, STEPS + 1)]
)
def test_a_disk_that_is_full_at_any_step_of_a_publish(
    one_night: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """Each call of the system that changes it fails once, from the assembling of the tables on."""
    out = shutil.copytree(one_night / "out", tmp_path / "out", symlinks=True)
    prepared = prepare(
        from_mapping({"recordings": [str(one_night / "archive")], "out": str(out), "tables": ["windows"]})
    )
    before = os.readlink(out / "current"), rows(out, "files")
    steps = 0
    is_publishing = False
    real_assemble = pipelines.store.publish.assemble

    def assembling(*given: Any) -> None:
        nonlocal is_publishing
        is_publishing = True
        real_assemble(*given)

    monkeypatch.setattr("pipelines.store.publish.assemble", assembling)
    for module, name in ((os, "mkdir"), (os, "rename"), (os, "replace"), (os, "symlink"), (os, "link"), (os, "fsync")):
        real = getattr(module, name)

        def step(*given: Any, real: Callable[..., Any] = real, **more: Any) -> Any:
            nonlocal steps
            steps += is_publishing
            if is_publishing and steps == at:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return real(*given, **more)

        monkeypatch.setattr(module, name, step)
    told = ""
    try:
        run(prepared)
    except CommandError as error:
        told = str(error)
    assert steps >= at
    if told:
        assert "No space left on device" in told
        assert (os.readlink(out / "current"), rows(out, "files")) == before
    else:  # behind the switch, or where nothing depends on it
        assert os.readlink(out / "current") != before[0]
    monkeypatch.undo()
    run(prepared)
    assert len(rows(out, "files")) == 2
    assert len(list((out / "snapshots").iterdir())) == 2
    assert not (out / "staging").exists()
    assert not list(out.rglob(".earwitness-*.gone"))


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="no folder that nobody can write to")
def test_a_folder_that_cannot_be_written(tmp_path: Path, capfd: Captured) -> None:
    words = ["run", str(DEMO / "signals" / "yes.wav"), "--out", "/proc/earwitness", "--tables", "windows"]
    assert main(words) == FAILED
    told = capfd.readouterr().err
    assert told.startswith("earwitness: /proc/earwitness cannot be written: ")
    assert told.count("\n") == 1


@pytest.fixture(scope="module")
def heard_once(tmp_path_factory: pytest.TempPathFactory, demo_models: dict[str, Path]) -> Path:
    """A folder with an archive of two files, and a published corpus that has heard one."""
    folder = tmp_path_factory.mktemp("heard")
    (folder / "archive").mkdir()
    spoken = sorted((DEMO / "digits").rglob("*.wav"))[:2]
    shutil.copy(spoken[0], folder / "archive")
    publish(
        folder / "out", {**NO_OTHERS, "emotions": demo_models["emotions"]}, [folder / "archive"], tables=["emotions"]
    )
    shutil.copy(spoken[1], folder / "archive")
    return folder


@pytest.fixture
def heard(tmp_path: Path, heard_once: Path, demo_models: dict[str, Path]) -> tuple[Path, Path, list[str]]:
    """A published corpus, the checkpoint that heard it, and the words of its next run, which has something to hear."""
    out, model = tmp_path / "out", tmp_path / "emotions"
    shutil.copytree(heard_once / "out", out, symlinks=True)
    shutil.copytree(demo_models["emotions"], model)
    words = ["run", str(heard_once / "archive"), "--out", str(out), "--tables", "emotions", "--precision", "fp32"]
    shared_door.cache_clear()  # each run is a process of its own
    return out, model, [*words, "--model", f"emotions={model}", "--yes"]


def vanish(model: Path) -> None:
    shutil.rmtree(model)


def cut_short(model: Path) -> None:
    weights = model / "model.safetensors"
    os.truncate(weights, weights.stat().st_size // 2)


def cut_within_the_header(model: Path) -> None:
    os.truncate(model / "model.safetensors", 100)


def empty(model: Path) -> None:
    os.truncate(model / "model.safetensors", 0)


def lose_a_file(model: Path) -> None:
    (model / "preprocessor_config.json").unlink()


HARM = [vanish, cut_short, cut_within_the_header, empty, lose_a_file]


@pytest.mark.parametrize(("before", "harm"), [("look", vanish), *(("load_models", harm) for harm in HARM)])
def test_a_checkpoint_that_goes_before_it_is_opened(
    heard: tuple[Path, Path, list[str]],
    capfd: Captured,
    monkeypatch: pytest.MonkeyPatch,
    harm: Callable[[Path], None],
    before: str,
) -> None:
    out, model, words = heard
    shown = os.readlink(out / "current"), rows(out, "emotions")
    module = pipelines.run.run if before == "look" else pipelines.run.passes
    step = getattr(module, before)

    def harmed(*given: Any) -> Any:
        harm(model)
        return step(*given)

    capfd.readouterr()
    with monkeypatch.context() as patched:
        patched.setattr(module, before, harmed)
        assert main(words) == FAILED
    told = [line for line in capfd.readouterr().err.splitlines() if line.startswith("earwitness: ")]
    assert len(told) == 1
    assert f"emotions: {model}" in told[0] or f"emotions: there is no folder {model}" in told[0]
    assert len(told[0]) < 600
    assert (os.readlink(out / "current"), rows(out, "emotions")) == shown
    assert not (out / "staging").exists()


def test_a_checkpoint_that_goes_while_it_is_at_work_is_not_missed(
    heard: tuple[Path, Path, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was opened is whole in memory; only the next run finds that the folder is gone."""
    out, model, words = heard
    execute = pipelines.run.passes.execute

    def harmed(*given: Any) -> Any:
        cut_short(model)
        vanish(model)
        return execute(*given)

    with monkeypatch.context() as patched:
        patched.setattr("pipelines.run.passes.execute", harmed)
        assert main(words) == PUBLISHED
    assert len(rows(out, "emotions")) == 2
    assert main(words) == FAILED


def test_a_checkpoint_that_goes_before_worker_processes_open_it(
    heard: tuple[Path, Path, list[str]],
    demo_models: dict[str, Path],
    capfd: Captured,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out, model, words = heard
    processes = ["--", "--direct_num_workers=2", "--direct_running_mode=multi_processing"]
    shown = os.readlink(out / "current"), rows(out, "emotions")
    execute = pipelines.run.passes.execute

    def harmed(*given: Any) -> Any:
        vanish(model)
        return execute(*given)

    capfd.readouterr()
    with monkeypatch.context() as patched:
        patched.setattr("pipelines.run.passes.execute", harmed)
        assert main([*words, *processes]) == FAILED
    told = [line for line in capfd.readouterr().err.splitlines() if line.startswith("earwitness: ")]
    assert len(told) == 1
    assert "emotions: " in told[0]
    assert str(model) in told[0]
    assert (os.readlink(out / "current"), rows(out, "emotions")) == shown
    shutil.copytree(demo_models["emotions"], model)
    assert main(words) == PUBLISHED
    assert len(rows(out, "files")) == 2


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
    # What was read is what is there now, and the next run has nothing to do.
    sizes = {Path(row["uri"]).name: row["bytes"] for row in rows(out, "files")}
    assert sizes["tones.wav"] == (archive / "tones.wav").stat().st_size
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
