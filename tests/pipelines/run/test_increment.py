"""Runs over a corpus that is there: the new work only, and the tables that a single run would have made."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from safetensors.numpy import load_file, save_file

from pipelines.errors import CommandError
from pipelines.run.run import Published
from schemas.jobs import JOBS
from tests.pipelines.corpora import DEMO, publish, rows
from transforms.models.jobs import describe

SHORT = ("digits/code_007.wav", "signals/tones.wav", "broken/breaks_off.flac", "broken/garbage.wav")
TWO = ["segments", "windows"]


class Archive:
    """A folder of recordings and the corpus that is made of it, night after night."""

    def __init__(self, folder: Path, models: dict[str, Path], fill: bool = True) -> None:
        self.folder, self.out, self._scratch = folder / "archive", folder / "out", folder / "scratch"
        self.models: dict[str, Any] = {**dict.fromkeys(JOBS, "none"), **models}
        for name in SHORT if fill else ():
            self.add(name)

    def add(self, name: str, to: str | None = None) -> Path:
        path = self.folder / (to or Path(name).name)
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(DEMO / name, path)
        return path

    def night(self, out: Path | None = None, **config: Any) -> Published | None:
        return publish(out or self.out, self.models, [self.folder], **{"tables": TWO, **config})

    def assert_as_from_scratch(self, **config: Any) -> None:
        """The tables are those of a single run over what there is now."""
        shutil.rmtree(self._scratch, ignore_errors=True)
        self.night(self._scratch, **config)
        made = [p.name for p in (self._scratch / "current").iterdir() if p.is_dir() and p.name != "runs"]
        assert len(made) >= 5
        for table in made:
            assert rows(self.out, table) == rows(self._scratch, table), table

    def inodes(self, table: str) -> set[int]:
        return {path.stat().st_ino for path in (self.out / "current" / table).glob("*.parquet")}

    def inputs(self, **config: Any) -> tuple[int, int]:
        """How many files a night takes up and skips."""
        published = self.night(**config)
        assert published is not None
        assert published.audit.success
        return published.measured.inputs["taken"], published.measured.inputs["skipped"]


@pytest.fixture(scope="module")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder whose corpus holds the first night, and a copy of it to begin anew from."""
    folder, pristine = tmp_path_factory.mktemp("archive"), tmp_path_factory.mktemp("pristine") / "copy"
    archive = Archive(folder, {})
    assert archive.inputs() == (4, 0)
    shutil.copytree(folder, pristine, symlinks=True)
    return folder, pristine


@pytest.fixture
def archive(first_night: tuple[Path, Path]) -> Archive:
    """The archive after its first night."""
    folder, pristine = first_night
    shutil.rmtree(folder)
    shutil.copytree(pristine, folder, symlinks=True)
    return Archive(folder, {}, fill=False)


def test_a_night_without_news_publishes_nothing_and_opens_nothing(archive: Archive) -> None:
    before = sorted(archive.out.rglob("*"))
    for path in archive.folder.iterdir():  # other bytes, which nobody looks at
        status = path.stat()
        path.write_bytes(bytes(status.st_size))
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert archive.night() is None
    assert sorted(archive.out.rglob("*")) == before


def test_a_new_file_is_all_that_is_decoded(archive: Archive) -> None:
    before = archive.inodes("windows")
    archive.add("signals/yes.wav")
    published = archive.night()
    assert published is not None
    assert published.measured.inputs["taken"] == 1
    new = pq.read_table(archive.out / "current" / "recordings").to_pylist()
    seconds = sum(row["duration_ms"] / 1000 for row in new if Path(row["uri"]).name == "yes.wav")
    assert published.measured.audio_seconds == pytest.approx(seconds, abs=0.002)
    assert before < archive.inodes("windows")  # what was there is linked
    archive.assert_as_from_scratch()


def test_moved_renamed_and_copied_files_are_not_decoded(archive: Archive) -> None:
    (archive.folder / "code_007.wav").rename(archive.folder / "renamed.wav")
    (archive.folder / "elsewhere").mkdir()
    (archive.folder / "tones.wav").rename(archive.folder / "elsewhere" / "tones.wav")
    shutil.copy(archive.folder / "breaks_off.flac", archive.folder / "a_broken_copy.flac")
    published = archive.night(prune=True)
    assert published is not None
    assert published.measured.audio_seconds == 0
    expected = {"taken": 3, "failed": 0, "skipped": 2, "resumed": 0, "pruned": 2, "waiting": 0}
    assert published.measured.inputs == expected
    archive.assert_as_from_scratch()
    errors = [Path(row["uri"]).name for row in rows(archive.out, "errors")]
    assert sorted(errors) == ["a_broken_copy.flac", "breaks_off.flac", "garbage.wav"]


def test_a_changed_file_replaces_its_rows(archive: Archive) -> None:
    archive.add("signals/yes.wav", "tones.wav")
    archive.add("digits/code_012.wav", "garbage.wav")
    (archive.folder / "breaks_off.flac").write_bytes(b"nothing to hear")
    assert archive.inputs() == (3, 1)
    archive.assert_as_from_scratch()


def test_a_touched_file_is_read_but_not_decoded(archive: Archive) -> None:
    os.utime(archive.folder / "tones.wav", ns=(1, 10**18))
    published = archive.night()
    assert published is not None
    assert (published.measured.inputs["taken"], published.measured.audio_seconds) == (1, 0)
    archive.assert_as_from_scratch()
    assert archive.night() is None


def test_rows_of_a_deleted_file_stay_until_they_are_pruned(archive: Archive) -> None:
    before = rows(archive.out, "windows")
    (archive.folder / "tones.wav").unlink()
    (archive.folder / "breaks_off.flac").unlink()
    assert archive.night() is None
    archive.add("signals/yes.wav")
    assert archive.inputs() == (1, 2)
    assert len(rows(archive.out, "files")) == 5
    assert [row for row in before if row not in rows(archive.out, "windows")] == []
    published = archive.night(prune=True)
    assert published is not None
    assert published.measured.inputs["pruned"] == 2
    archive.assert_as_from_scratch()


def test_rows_of_what_is_kept_elsewhere_now_stay(archive: Archive) -> None:
    """A cloud that was short of room, and a clone without its large files."""
    before = {row["uri"]: row["status"] for row in rows(archive.out, "files")}
    evicted, pointer = archive.folder / "tones.wav", archive.folder / "code_007.wav"
    evicted.unlink()
    (archive.folder / ".tones.wav.icloud").write_bytes(b"bplist00")
    pointer.write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:4d\nsize 176044\n")
    assert archive.night(prune=True) is None
    assert {row["uri"]: row["status"] for row in rows(archive.out, "files")} == before
    archive.add("signals/yes.wav", to=pointer.name)  # it is fetched, and another one
    assert archive.inputs(prune=True) == (1, 2)


def test_a_folder_that_may_not_be_mounted_is_not_pruned(archive: Archive) -> None:
    other = archive.folder.with_name("other")
    other.mkdir()
    shutil.copy(DEMO / "signals" / "yes.wav", other)
    before = rows(archive.out, "files")

    def night() -> Published | None:
        return publish(archive.out, archive.models, [archive.folder, other], tables=TWO, prune=True)

    mounted = archive.folder.rename(archive.folder.with_name("elsewhere"))
    archive.folder.mkdir()  # the bare mount point
    with pytest.raises(CommandError, match="would drop 4 files"):
        night()
    assert rows(archive.out, "files") == before
    archive.folder.rmdir()
    mounted.rename(archive.folder)
    published = night()
    assert published is not None
    assert published.measured.inputs["pruned"] == 0
    assert len(rows(archive.out, "files")) == 5


def test_a_linked_disk_is_read_once_and_not_pruned_when_it_is_away(archive: Archive) -> None:
    disk = archive.folder.with_name("disk")
    disk.mkdir()
    shutil.copy(DEMO / "signals" / "yes.wav", disk)
    (archive.folder / "disk").symlink_to("../disk")
    assert archive.inputs() == (1, 4)
    before = {row["uri"] for row in rows(archive.out, "files")}
    assert str(archive.folder / "disk" / "yes.wav") in before
    assert archive.night() is None
    mounted = disk.rename(disk.with_name("disk of another day"))
    for away in (lambda: None, disk.mkdir):  # a link that leads nowhere, a bare mount point
        away()
        with pytest.raises(CommandError, match=r"would drop 1 file, all .* remove the link"):
            archive.night(prune=True)
    (archive.folder / "disk").unlink()
    (archive.folder / "disk").symlink_to(mounted)  # under the same name from elsewhere
    assert archive.night(prune=True) is None
    assert {row["uri"] for row in rows(archive.out, "files")} == before


def test_other_folders_are_left_alone(archive: Archive) -> None:
    """A night over another folder neither drops nor prunes what this one holds."""
    first = rows(archive.out, "windows")
    archive.folder = archive.folder.with_name("second")
    archive.add("signals/yes.wav")
    assert archive.inputs(prune=True) == (1, 0)
    assert len(rows(archive.out, "files")) == 5
    assert [row for row in first if row not in rows(archive.out, "windows")] == []


def test_a_table_more_is_made_for_what_is_known(archive: Archive) -> None:
    before = archive.inodes("windows") | archive.inodes("segments")
    assert archive.inputs(tables=[*TWO, "frames"]) == (3, 1)  # garbage.wav holds nothing to make it from
    assert archive.inodes("windows") | archive.inodes("segments") == before
    archive.assert_as_from_scratch(tables=[*TWO, "frames"])


def test_settings_make_anew_what_they_shape(archive: Archive) -> None:
    tables = [*TWO, "prosody", "frames"]
    archive.night(tables=tables)
    kept = archive.inodes("windows") | archive.inodes("frames")
    config = {"tables": tables, "speech": {"min_silence_ms": 64, "pad_ms": 32}}
    assert archive.inputs(**config) == (3, 1)
    assert archive.inodes("windows") | archive.inodes("frames") == kept
    archive.assert_as_from_scratch(**config)
    archive.add("signals/yes.wav")
    assert archive.inputs(**config, channels="each") == (5 - 1, 1)
    archive.assert_as_from_scratch(**config, channels="each")


def test_rows_that_would_lose_what_they_point_into_stop_the_run(archive: Archive) -> None:
    archive.night(tables=[*TWO, "prosody"])
    before = sorted(archive.out.rglob("*"))
    with pytest.raises(
        CommandError, match=r"cut 3 recordings otherwise than before, and rows of prosody, which it leaves"
    ):
        archive.night(speech={"threshold": 0.6})
    assert sorted(archive.out.rglob("*")) == before


def test_metadata_rewrites_recordings_alone(archive: Archive) -> None:
    other = archive.inodes("windows") | archive.inodes("segments")
    table = archive.folder.parent / "m.csv"
    table.write_text("file,speaker,year\ncode_007.wav,007,1962\ntones.wav,none,2001\n")
    metadata = {"path": str(table), "types": {"year": "int"}}
    assert archive.inputs(metadata=metadata) == (0, 4)
    assert archive.inodes("windows") | archive.inodes("segments") == other
    archive.assert_as_from_scratch(metadata=metadata)
    assert archive.night(metadata=metadata) is None
    table.write_text("file,speaker,year\ncode_007.wav,008,1962\n")
    assert archive.inputs(metadata=metadata) == (0, 4)
    archive.assert_as_from_scratch(metadata=metadata)
    # A night without the file says nothing about these columns.
    archive.add("signals/yes.wav")
    assert archive.inputs() == (1, 4)
    speakers = {Path(row["uri"]).name: row["speaker"] for row in rows(archive.out, "recordings")}
    assert speakers == {"code_007.wav": "008", "tones.wav": None, "breaks_off.flac": None, "yes.wav": None}


def test_force_makes_one_table_anew(archive: Archive) -> None:
    tables = [*TWO, "frames"]
    archive.night(tables=tables)
    before = {table: archive.inodes(table) for table in tables}
    assert archive.inputs(tables=tables, force=["frames"]) == (3, 1)
    assert {table for table in tables if archive.inodes(table) != before[table]} == {"frames"}
    archive.assert_as_from_scratch(tables=tables)
    assert archive.night(tables=tables) is None


def test_failed_files_are_tried_again_where_that_is_asked_for(archive: Archive) -> None:
    assert archive.night() is None
    assert archive.inputs(retry_errors=True) == (2, 2)  # garbage.wav and the partial breaks_off.flac
    archive.assert_as_from_scratch()


def test_a_file_that_cannot_be_read_for_a_night_keeps_its_rows(archive: Archive) -> None:
    before = rows(archive.out, "windows")
    (archive.folder / "tones.wav").rename(archive.folder.parent / "away.wav")
    os.symlink("nowhere", archive.folder / "tones.wav")
    assert archive.night() is None
    assert rows(archive.out, "windows") == before


def test_a_changed_checkpoint_makes_its_table_anew_and_a_job_left_out_keeps_its_rows(
    tmp_path: Path, demo_models: dict[str, Path]
) -> None:
    models = {job: demo_models[job] for job in ("emotions", "speakers")}
    archive = Archive(tmp_path, models)
    tables = ["windows", "emotions", "speakers"]
    archive.night(tables=tables)
    kept = {table: archive.inodes(table) for table in ("windows", "segments", "speakers")}
    speakers = rows(archive.out, "speakers")
    moved = tmp_path / "moved"
    shutil.copytree(demo_models["emotions"], moved)
    archive.models["emotions"] = moved
    assert archive.night(tables=tables) is None  # the same weights elsewhere
    archive.models["emotions"] = retrained(moved)
    archive.models["speakers"] = "none"
    assert archive.inputs(tables=["windows", "emotions"], precision="fp32") == (3, 1)
    assert {table: archive.inodes(table) for table in kept} == kept
    assert rows(archive.out, "speakers") == speakers
    archive.assert_as_from_scratch(tables=["windows", "emotions"])


def retrained(folder: Path) -> Path:
    """The checkpoint with other weights."""
    path = folder / "model.safetensors"
    save_file({name: np.asarray(w * 1.1, w.dtype) for name, w in load_file(path).items()}, path, {"format": "pt"})
    return folder


def test_vectors_of_another_length_are_refused_while_others_stay(
    tmp_path: Path, demo_models: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is heard: no model is loaded here."""
    archive = Archive(tmp_path, {"embeddings": demo_models["embeddings"]})
    archive.night(tables=["embeddings"])
    archive.models["embeddings"] = retrained(Path(shutil.copytree(demo_models["embeddings"], tmp_path / "other")))
    (archive.folder / "tones.wav").unlink()
    whole = describe("embeddings", str(archive.models["embeddings"]))
    monkeypatch.setattr("transforms.models.jobs.describe", lambda *_: replace(whole, dimension=7))
    monkeypatch.setattr("pipelines.run.passes.load_models", lambda *_: pytest.fail("too late"))
    with pytest.raises(
        CommandError, match=r"embeddings: .* vectors of 7 values, the corpus has some of \d+ for 1 recording"
    ):
        archive.night(tables=["embeddings"])


def test_what_does_not_fit_into_the_night_waits_for_the_next(archive: Archive) -> None:
    for name in ("signals/yes.wav", "signals/noise.wav", "digits/code_012.wav"):
        archive.add(name)
    late = archive.night(stop_after="0s")
    assert late is not None
    assert (late.measured.inputs["taken"], late.measured.inputs["waiting"]) == (0, 3)
    assert len(rows(archive.out, "files")) == 4
    assert archive.inputs(stop_after="1h") == (3, 4)
    archive.assert_as_from_scratch()


def test_a_night_that_ends_within_a_pass_publishes_what_it_has(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock of the workers strikes after the second recording."""
    for name in ("signals/yes.wav", "signals/noise.wav", "digits/code_012.wav"):
        archive.add(name)
    asked = iter([False, False, True])

    class Clock:
        @staticmethod
        def time() -> float:
            return float("inf") if next(asked) else 0.0

    monkeypatch.setattr("transforms.stages.listen.time", Clock)
    ended = archive.night(stop_after="1h", beam=["--direct_num_workers=1"], speech={}, channels="mix")
    monkeypatch.undo()
    assert ended is not None
    assert (ended.measured.inputs["taken"], ended.measured.inputs["waiting"]) == (2, 1)
    assert archive.inputs() == (1, 6)
    archive.assert_as_from_scratch()


def test_too_many_failures_publish_nothing(archive: Archive) -> None:
    (archive.folder / "bad.wav").write_bytes(b"nothing to hear")
    archive.add("signals/yes.wav")
    before = os.readlink(archive.out / "current")
    told = r"files: at most 0\.4 of the files that were taken up failed: not so for 1 of 2"
    with pytest.raises(CommandError, match=told):
        archive.night(max_error_share=0.4)
    assert os.readlink(archive.out / "current") == before
    assert list((archive.out / "staging").glob("*/tables/audit.json"))  # kept to be looked at
    assert archive.inputs(max_error_share=0.5) == (2, 4)  # and not gone on from
    assert not (archive.out / "staging").exists()
    archive.assert_as_from_scratch()
