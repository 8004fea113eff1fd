"""Night after night, with files that change while a run reads them: no rows of two states, and none lost."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.pipelines.corpora import rows
from tests.pipelines.run.test_increment import Archive
from transforms.decode.guard import Decoder, GuardedAudio


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    archive = Archive(tmp_path, {}, fill=False)
    archive.add("digits/code_007.wav")
    samples = np.tile(soundfile.read(archive.add("signals/yes.wav"))[0], 60)
    soundfile.write(archive.folder / "yes.wav", samples, 16_000)  # of several windows: the first are written by then
    return archive


@pytest.fixture
def meddle(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path, Callable[[Path], None]], None]]:
    """Somebody does something to a file behind the first blocks that are decoded of it, once."""
    wanted: dict[str, Callable[[Path], None]] = {}
    plain = Decoder.open

    @contextmanager
    def meddled(self: Decoder, path: str) -> Iterator[GuardedAudio]:
        with plain(self, path) as audio:
            blocks = audio.blocks

            def changing() -> Iterator[np.ndarray]:
                for i, block in enumerate(blocks()):
                    if i == 5 and (change := wanted.pop(path, None)) is not None:
                        change(Path(path))
                    yield block

            audio.blocks = changing  # type: ignore[method-assign]
            yield audio

    monkeypatch.setattr(Decoder, "open", meddled)
    yield lambda path, change: wanted.__setitem__(str(path), change)
    assert not wanted


def grow(path: Path) -> None:
    """A recorder goes on; zeros alone would be no sound, and the recording the same."""
    with open(path, "ab") as file:
        file.write(b"\x10\x20\x30\xe0" * 800)


def reasons(archive: Archive) -> dict[str, str]:
    return {Path(row["uri"]).name: row["reason"] for row in rows(archive.out, "errors")}


def statuses(archive: Archive) -> dict[str, str]:
    return {Path(row["uri"]).name: row["status"] for row in rows(archive.out, "files")}


def test_a_new_file_that_grows_is_left_out_and_heard_by_the_next_run(archive: Archive, meddle) -> None:  # type: ignore[no-untyped-def]
    meddle(archive.folder / "yes.wav", grow)
    assert archive.inputs() == (2, 0)
    assert reasons(archive) == {"yes.wav": "changed_while_read"}
    assert statuses(archive) == {"code_007.wav": "complete", "yes.wav": "failed"}
    assert len({row["recording_id"] for row in rows(archive.out, "windows")}) == 1
    assert archive.inputs() == (1, 1)
    assert reasons(archive) == {}
    archive.assert_as_from_scratch()
    assert archive.night() is None


def test_it_is_read_again_though_its_size_and_time_come_back(archive: Archive, meddle) -> None:  # type: ignore[no-untyped-def]
    path = archive.folder / "yes.wav"
    content, times = path.read_bytes(), path.stat()
    meddle(path, grow)
    archive.night()
    path.write_bytes(content)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert archive.inputs() == (1, 1)
    archive.assert_as_from_scratch()


def test_what_is_known_of_a_file_stays_until_it_rests(archive: Archive, meddle) -> None:  # type: ignore[no-untyped-def]
    archive.night()
    before = rows(archive.out, "windows")
    grow(archive.folder / "yes.wav")
    meddle(archive.folder / "yes.wav", grow)
    archive.night()
    assert rows(archive.out, "windows") == before
    assert archive.inputs() == (1, 1)
    assert rows(archive.out, "windows") != before
    archive.assert_as_from_scratch()


def test_known_rows_are_made_anew_of_the_same_bytes_only(archive: Archive, meddle) -> None:  # type: ignore[no-untyped-def]
    archive.night()
    before = rows(archive.out, "windows")
    meddle(archive.folder / "yes.wav", grow)
    archive.night(force=["windows"])
    assert rows(archive.out, "windows") == before
    archive.night()
    archive.assert_as_from_scratch()


def test_a_file_that_is_only_touched_is_not_lost(archive: Archive, meddle) -> None:  # type: ignore[no-untyped-def]
    meddle(archive.folder / "yes.wav", lambda path: os.utime(path, ns=(0, 10**18)))
    archive.night()
    assert reasons(archive) == {}
    archive.inputs()  # it is hashed again, as its time is another
    archive.assert_as_from_scratch()
    assert archive.night() is None
