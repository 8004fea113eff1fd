"""Who a source is: the hash of its bytes, or why it has none."""

from __future__ import annotations

import hashlib
import io
import os
import socket
import wave
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from schemas.reasons import Reason, Stage
from schemas.records import Known, Source
from tests.transforms.beside.test_state import CHANGES, copy_over, grow, touch, write_over
from transforms.beside.content import MOST_TRIES, open_bytes
from transforms.decode.audio import DecodeError, Format
from transforms.discover import discover
from transforms.identify import ASSUMED_BYTES_PER_SECOND, identify


def source_of(path: Path) -> Source:
    return discover([str(path)]).sources[0]


def reason_of(known: Known) -> Reason:
    assert known.recording_id is None
    assert known.seconds == 0
    assert known.problem is not None
    assert known.problem.stage is Stage.IDENTIFY
    assert "\n" not in known.problem.message
    return known.problem.reason


def test_a_moved_copy_is_the_same_recording(tmp_path: Path) -> None:
    for name in ("a.wav", "b.mp3"):
        (tmp_path / name).write_bytes(b"the same")
    assert identify(source_of(tmp_path / "a.wav")).recording_id == identify(source_of(tmp_path / "b.mp3")).recording_id


def test_the_header_says_how_long_it_is(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "x.wav"), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(4 * 12_000))
    known = identify(source_of(tmp_path / "x.wav"))
    assert known.seconds == pytest.approx(1.5)
    assert known.problem is None


def test_without_a_header_the_length_is_guessed_from_the_size(tmp_path: Path) -> None:
    (tmp_path / "x.wav").write_bytes(b"no audio" * 4000)
    known = identify(source_of(tmp_path / "x.wav"))
    assert known.recording_id is not None
    assert known.problem is None  # decoding will tell
    assert known.seconds == 32_000 / ASSUMED_BYTES_PER_SECOND


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "x.wav").touch()
    assert reason_of(identify(source_of(tmp_path / "x.wav"))) is Reason.EMPTY_FILE


def test_gone_since_it_was_listed(tmp_path: Path) -> None:
    (tmp_path / "x.wav").write_bytes(b"x")
    source = source_of(tmp_path / "x.wav")
    (tmp_path / "x.wav").unlink()
    assert reason_of(identify(source)) is Reason.NOT_FOUND


def test_its_folder_is_a_file_now(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "x.wav").write_bytes(b"x")
    source = source_of(folder / "x.wav")
    (folder / "x.wav").unlink()
    folder.rmdir()
    folder.touch()
    assert reason_of(identify(source)) is Reason.UNREADABLE


def test_its_name_belongs_to_a_folder_now(tmp_path: Path) -> None:
    (tmp_path / "x.wav").write_bytes(b"x")
    source = source_of(tmp_path / "x.wav")
    (tmp_path / "x.wav").unlink()
    (tmp_path / "x.wav").mkdir()
    assert reason_of(identify(source)) is Reason.UNREADABLE


def test_no_permission(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(b"x")
    source = source_of(path)
    path.chmod(0)
    for folder in (tmp_path, *tmp_path.parents[:-1]):
        if os.geteuid() == 0 and not folder.stat().st_mode & 0o001:
            folder.chmod(0o755)
    root = os.geteuid() == 0
    if root:  # who may read everything
        os.seteuid(65534)
    try:
        known = identify(source)
    finally:
        if root:
            os.seteuid(0)
    assert reason_of(known) is Reason.UNREADABLE


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    assert reason_of(identify(source_of(tmp_path / "pipe.wav"))) is Reason.NOT_A_FILE


def test_a_socket_and_a_device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the name of a socket has to be short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("s.wav")
        assert reason_of(identify(source_of(tmp_path / "s.wav"))) is Reason.NOT_A_FILE
    assert reason_of(identify(source_of(Path("/dev/null")))) is Reason.NOT_A_FILE


class Meddled(io.FileIO):
    """A file to which somebody does something after its first block was read."""

    def __init__(self, path: str, change: Callable[[Path], None]) -> None:
        super().__init__(path)
        self._change: Callable[[Path], None] | None = change

    def read(self, size: int | None = -1, /) -> bytes:
        block = super().read(size)
        if self._change is not None:
            change, self._change = self._change, None
            change(Path(str(self.name)))
        return block


@pytest.fixture
def growing(tmp_path: Path) -> Path:
    path = tmp_path / "x.wav"
    path.write_bytes(b"x" * 5000)
    return path


@pytest.mark.parametrize("change", [change for change in CHANGES if change is not write_over])
def test_a_file_that_changes_while_it_is_hashed_has_no_id(growing: Path, change: Callable[[Path], None]) -> None:
    known = identify(source_of(growing), opened=lambda path: cast(BinaryIO, Meddled(path, change)))
    assert reason_of(known) is Reason.CHANGED_WHILE_READ
    assert known.problem is not None
    assert "\n" not in known.problem.message


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_changes_behind_its_hash_has_no_id(growing: Path, change: Callable[[Path], None]) -> None:
    def read(path: str) -> Format:
        change(Path(path))
        raise DecodeError(Reason.UNDECODABLE, "")

    assert reason_of(identify(source_of(growing), read)) is Reason.CHANGED_WHILE_READ


def test_a_file_that_was_written_over_and_rests_is_known_as_it_is_now(growing: Path) -> None:
    tries = [write_over]

    def opened(path: str) -> BinaryIO:
        return cast(BinaryIO, Meddled(path, tries.pop()) if tries else open_bytes(path))

    known = identify(source_of(growing), opened=opened)
    assert known.recording_id == hashlib.sha256(growing.read_bytes()).hexdigest()[:32]
    assert known.source.modified_ns == growing.stat().st_mtime_ns


@pytest.mark.parametrize("change", [touch, copy_over])
def test_a_file_that_is_only_touched_is_known(growing: Path, change: Callable[[Path], None]) -> None:
    tries = [change]

    def opened(path: str) -> BinaryIO:
        return cast(BinaryIO, Meddled(path, tries.pop()) if tries else open_bytes(path))

    def read(path: str) -> Format:
        change(Path(path))
        raise DecodeError(Reason.UNDECODABLE, "")

    expected = hashlib.sha256(growing.read_bytes()).hexdigest()[:32]
    assert identify(source_of(growing), read).recording_id == expected
    assert identify(source_of(growing), opened=opened).recording_id == expected


def test_a_file_that_changed_since_it_was_listed_is_known_as_it_is_now(growing: Path) -> None:
    source = source_of(growing)
    grow(growing)
    known = identify(source)
    assert known.recording_id == hashlib.sha256(growing.read_bytes()).hexdigest()[:32]
    assert (known.source.bytes, known.source.modified_ns) == (5004, growing.stat().st_mtime_ns)


def test_a_file_that_never_rests_is_given_up(growing: Path) -> None:
    times = iter(range(100))

    def stir(path: Path) -> None:
        os.utime(path, ns=(0, next(times)))

    known = identify(source_of(growing), opened=lambda path: cast(BinaryIO, Meddled(path, stir)))
    assert reason_of(known) is Reason.CHANGED_WHILE_READ
    assert next(times) == MOST_TRIES
