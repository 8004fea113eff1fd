"""Another word of how files without a header are written: these files are heard anew, and no others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipelines.run.headerless import notes_on_raw
from schemas.raw import read_raw
from schemas.records import Source
from tests.pipelines.corpora import rows
from tests.pipelines.run.test_increment import Archive


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """A file with a header, A-law, and 16-bit samples by a name that says nothing."""
    archive = Archive(tmp_path, {}, fill=False)
    archive.add("digits/code_007.wav")
    seconds = np.arange(16_000) / 8000
    tone = np.sin(2 * np.pi * 300 * seconds) * (seconds % 0.5 < 0.3)
    (archive.folder / "a.pcm").write_bytes((tone * 8000).astype("<i2").tobytes())
    (archive.folder / "b.bin").write_bytes((tone * 4000).astype("<i2").tobytes())
    return archive


def lengths(archive: Archive) -> dict[str, Any]:
    of = {row["recording_id"]: row["duration_ms"] for row in rows(archive.out, "recordings")}
    return {Path(row["uri"]).name: of.get(row["recording_id"]) for row in rows(archive.out, "files")}


def test_only_files_without_a_header_are_heard_anew(archive: Archive) -> None:
    assert archive.inputs() == (3, 0)
    wav = lengths(archive)["code_007.wav"]
    assert lengths(archive) == {"a.pcm": 2000, "b.bin": None, "code_007.wav": wav}
    assert archive.night() is None
    assert archive.inputs(raw=["s16le:16000"]) == (2, 1)
    assert lengths(archive) == {"a.pcm": 1000, "b.bin": 1000, "code_007.wav": wav}
    assert archive.night(raw=["s16le:16000"]) is None
    archive.assert_as_from_scratch(raw=["s16le:16000"])
    assert archive.inputs(raw=[".bin=s16le:16000"]) == (1, 2)
    assert lengths(archive) == {"a.pcm": 2000, "b.bin": 1000, "code_007.wav": wav}
    archive.assert_as_from_scratch(raw=[".bin=s16le:16000"])


def test_two_names_of_one_content_do_not_quarrel(archive: Archive) -> None:
    (archive.folder / "copy.raw").write_bytes((archive.folder / "a.pcm").read_bytes())
    raw = [".raw=s16le:16000"]
    assert archive.inputs(raw=raw) == (4, 0)
    assert archive.night(raw=raw) is None


def test_what_a_killed_run_read_otherwise_is_read_again(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("pipelines.run.run.publish", killed)
        with pytest.raises(KeyboardInterrupt):
            archive.night()
    archive.night(raw=["s16le:16000"])
    assert lengths(archive)["a.pcm"] == lengths(archive)["b.bin"] == 1000
    archive.assert_as_from_scratch(raw=["s16le:16000"])


def test_a_user_is_told_what_the_name_leaves_open() -> None:
    sources = [Source(name, name, 1, 1) for name in ("a.vox", "b.vox", "c.alaw", "d.raw")]
    lines = list(notes_on_raw(sources, read_raw([".raw=mulaw:8000", ".xyz=alaw:8000"])))
    assert lines == [
        "2 files (.vox) read as vox:8000 if without a header: if it is another, say so: --raw .vox=vox:6000",
        "--raw .xyz=alaw:8000: no file of this run has that extension",
    ]
