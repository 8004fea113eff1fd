"""One run at a time, and no run that waits for a dead one."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import filelock._util
import pytest

from pipelines.errors import CommandError
from pipelines.store.lock import NO_FLOCK, BusyError, holder_of, locked
from schemas.layout import LOCK

ROOT = Path(__file__).resolve().parents[3]
WITHOUT = """
import errno, fcntl
def flock(descriptor, operation):
    raise OSError({number}, "no locks available")
fcntl.flock = flock
"""
"""A file system that knows no locks, for another process."""

HOLD = """
import pathlib, sys, time
from pipelines.store.lock import locked
with locked(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""

RACE = """
import pathlib, sys, time
from pipelines.store.lock import BusyError, locked
for said in sys.stdin:
    at, folder = said.strip().split(" ", 1)
    while time.time() < float(at):  # to wake up takes longer than to get in
        pass
    try:
        with locked(pathlib.Path(folder)):
            print("in", flush=True)
            sys.stdin.readline()
    except BusyError:
        print("busy", flush=True)
        sys.stdin.readline()
"""
"""Wants the lock of each folder that it is told of, at the time that it is told, and gives it back at the next word."""


def started(code: str, *words: object, flock: bool = True) -> subprocess.Popen[str]:
    """Another process, with a file system that knows locks or not."""
    code = code if flock else WITHOUT.format(number=errno.ENOLCK) + code
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, words)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def tell(process: subprocess.Popen[str], word: object) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{word}\n")
    process.stdin.flush()


def holder(out: Path, *, flock: bool = True) -> subprocess.Popen[str]:
    """Another process that holds the lock."""
    process = started(HOLD, out, flock=flock)
    assert line(process) == "held"
    return process


def killed(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def no_flock(descriptor: int, operation: int) -> None:
    raise OSError(errno.ENOLCK, "no locks available")


def test_the_lock_says_who_holds_it_and_leaves_nothing(tmp_path: Path) -> None:
    with locked(tmp_path):
        told = json.loads((tmp_path / LOCK).read_text())
        assert (told["pid"], told["host"]) == (os.getpid(), socket.gethostname())
        with pytest.raises(BusyError, match=rf"process {os.getpid()} on .* since 2\d\d\d-"), locked(tmp_path):
            pass
    assert list(tmp_path.iterdir()) == []
    with locked(tmp_path):
        pass


@pytest.mark.parametrize("flock", [True, False])
def test_a_lock_whose_holder_was_killed_is_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flock: bool
) -> None:
    process = holder(tmp_path, flock=flock)
    if not flock:
        monkeypatch.setattr(fcntl, "flock", no_flock)
    who = rf"process {process.pid} on {socket.gethostname()} since 2\d\d\d-"
    with pytest.raises(BusyError, match=who), locked(tmp_path):
        pass
    found = holder_of(tmp_path)
    assert found is not None
    assert (found.pid, found.host) == (process.pid, socket.gethostname())
    killed(process)
    assert (tmp_path / LOCK).exists()
    assert holder_of(tmp_path) is None
    with locked(tmp_path):
        found = holder_of(tmp_path)
        assert found is not None
        assert found.pid == os.getpid()
        with pytest.raises(BusyError), locked(tmp_path):
            pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", sorted({*NO_FLOCK}))
def test_every_word_for_no_locks_is_understood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, recwarn: pytest.WarningsRecorder
) -> None:
    def flock(descriptor: int, operation: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", flock)
    with locked(tmp_path), pytest.raises(BusyError), locked(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []
    assert not recwarn.list


@pytest.mark.parametrize("flock", [True, False])
@pytest.mark.parametrize("many", [2, 8])
def test_of_those_that_come_at_once_one_gets_in(tmp_path: Path, many: int, flock: bool) -> None:
    """Also to a folder in which a run was killed, which is where two could take its place."""
    dead = holder(tmp_path, flock=flock)
    killed(dead)
    left = (tmp_path / LOCK).read_text()
    processes = [started(RACE, flock=flock) for _ in range(many)]
    for turn in range(20):
        out = tmp_path / str(turn)
        out.mkdir()
        if turn % 2:
            (out / LOCK).write_text(left)
        at = time.time() + 0.05
        for process in processes:
            tell(process, f"{at} {out}")
        assert sorted(line(process) for process in processes) == ["busy"] * (many - 1) + ["in"]
        for process in processes:
            tell(process, "give it back")
    for process in processes:
        process.communicate()
        assert process.returncode == 0
    assert [path.name for path in tmp_path.rglob(".*")] == [LOCK]


def test_a_number_that_another_process_has_now_is_no_holder(tmp_path: Path) -> None:
    process = holder(tmp_path)
    killed(process)
    told = json.loads((tmp_path / LOCK).read_text())
    (tmp_path / LOCK).write_text(json.dumps({**told, "pid": os.getppid()}))
    assert holder_of(tmp_path) is None


def test_without_locks_a_number_that_another_process_has_now_is_no_holder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = holder(tmp_path, flock=False)
    killed(process)
    told = (tmp_path / LOCK).read_text().splitlines()
    (tmp_path / LOCK).write_text("\n".join([str(os.getppid()), *told[1:], ""]))
    monkeypatch.setattr(fcntl, "flock", no_flock)
    with locked(tmp_path):
        pass


@pytest.mark.parametrize("flock", [True, False])
def test_without_locks_a_holder_elsewhere_cannot_be_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flock: bool
) -> None:
    """Neither by a machine whose mount of the same folder knows locks."""
    if not flock:
        monkeypatch.setattr(fcntl, "flock", no_flock)
    (tmp_path / LOCK).write_text("4711\nelsewhere\n")
    with pytest.raises(BusyError) as caught, locked(tmp_path):
        pass
    assert re.fullmatch(
        f"another run is at work on {tmp_path}: process 4711 on elsewhere since 2[^;]*; try again later, or, if you "
        f"know that on elsewhere no run is at work on it any more, remove {tmp_path / LOCK}: this file system does "
        "not tell",
        str(caught.value),
    )
    assert (tmp_path / LOCK).read_text() == "4711\nelsewhere\n"


def test_where_it_cannot_be_taken_over_the_message_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NFS and SMB exchange no names."""
    process = holder(tmp_path, flock=False)
    killed(process)
    monkeypatch.setattr(fcntl, "flock", no_flock)
    monkeypatch.setattr(filelock._util, "_rename_call", lambda: (lambda *names: errno.EINVAL, 2))
    with pytest.raises(BusyError) as caught, locked(tmp_path):
        pass
    assert re.fullmatch(
        rf"a run on {tmp_path} was killed, process {process.pid} on \S+ since \S+, and this file system does not let "
        f"its lock be taken over: remove {tmp_path / LOCK} and repeat the command",
        str(caught.value),
    )
    (tmp_path / LOCK).unlink()
    with locked(tmp_path):
        pass


def plant(kind: str, at: Path, behind: Path) -> None:
    match kind:
        case "a link":
            at.symlink_to(behind)
        case "a link to nothing":
            at.symlink_to(behind.with_name("nothing"))
        case "a second name":
            os.link(behind, at)
        case "a pipe":
            os.mkfifo(at)
        case "a folder":
            at.mkdir()
        case "a socket":
            with socket.socket(socket.AF_UNIX) as bound:
                bound.bind(str(at))
        case "notes":
            at.write_text("my own notes\n")
        case "a number":
            at.write_text("7")


@pytest.mark.parametrize("flock", [True, False])
@pytest.mark.parametrize(
    "kind", ["a link", "a link to nothing", "a second name", "a pipe", "a folder", "a socket", "notes", "a number"]
)
def test_what_is_no_lock_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, flock: bool) -> None:
    if not flock:
        monkeypatch.setattr(fcntl, "flock", no_flock)
    out, behind = tmp_path / "out", tmp_path / "thesis"
    out.mkdir()
    behind.write_text("chapter 1")
    plant(kind, out / LOCK, behind)
    before = os.lstat(out / LOCK)
    with pytest.raises(CommandError) as caught, locked(out):
        pass
    assert "\n" not in str(caught.value)
    assert str(out / LOCK) in str(caught.value)
    assert holder_of(out) is None
    assert os.path.samestat(before, os.lstat(out / LOCK))
    assert stat.S_IFMT(before.st_mode) == stat.S_IFMT(os.lstat(out / LOCK).st_mode)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "thesis"]
    assert behind.read_text() == "chapter 1"


@pytest.mark.parametrize(
    "content",
    [
        b"\0" * 20,
        b"\xff\xfe",
        b"{}",
        b"{",
        b"[1]",
        b'{"a":' + b"[" * 1000,
        b'{"pid": "1", "host": "a", "since": "b"}',
        b'{"pid": 1e999, "host": "a", "since": "b"}',
        b'{"pid": 99999999999, "host": "a", "since": "b"}',
        b'{"pid": 1, "host": "\\u001b[2J", "since": "b"}',
        b'{"pid": 1, "host": "a", "since": "b", "started": "now"}',
        b"99999999999999\nhost\n",
        b"-1\nhost\n",
        b"1\n\x1b[2J\n",
    ],
)
def test_a_damaged_lock_names_nobody(tmp_path: Path, content: bytes) -> None:
    (tmp_path / LOCK).write_bytes(content)
    assert holder_of(tmp_path) is None
    with pytest.raises(CommandError, match=re.escape(str(tmp_path / LOCK))), locked(tmp_path):
        pass
    assert (tmp_path / LOCK).read_bytes() == content


def test_a_lock_that_nobody_has_signed_is_free(tmp_path: Path) -> None:
    """A machine that lost its power may leave one."""
    (tmp_path / LOCK).touch()
    with locked(tmp_path):
        assert holder_of(tmp_path) is not None


def test_a_reader_never_sees_half_of_it(tmp_path: Path) -> None:
    """Whoever looks while others take it and give it back finds one of them, or nobody."""
    seen: set[object] = set()
    over = threading.Event()

    def look() -> None:
        while not over.is_set():
            try:
                text = (tmp_path / LOCK).read_text()
                seen.add(json.loads(text)["pid"] if text else None)
            except FileNotFoundError:
                seen.add(None)
            except BaseException as error:
                seen.add(error)
                raise

    reader = threading.Thread(target=look)
    reader.start()
    old = {"pid": 2**31 - 1, "host": "a" * 90, "since": "2026-01-01T00:00:00Z", "started": 1}
    for turn in range(300):
        if turn % 2:
            (tmp_path / "old").write_text(json.dumps(old).ljust(512))
            os.rename(tmp_path / "old", tmp_path / LOCK)  # as a run that was killed leaves it
        with locked(tmp_path):
            pass
    over.set()
    reader.join()
    assert seen <= {None, os.getpid(), old["pid"]}


def test_what_a_holder_removes_is_its_own(tmp_path: Path) -> None:
    """Somebody took the lock of a run that he thought dead."""
    with locked(tmp_path):
        (tmp_path / LOCK).unlink()
        process = holder(tmp_path)
    assert json.loads((tmp_path / LOCK).read_text())["pid"] == process.pid
    with pytest.raises(BusyError), locked(tmp_path):
        pass
    killed(process)


def test_a_full_disk_holds_up_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def pwrite(descriptor: int, data: bytes, offset: int) -> int:
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr(os, "pwrite", pwrite)
    with locked(tmp_path), pytest.raises(BusyError, match=f"at work on {tmp_path}: try again later"), locked(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_many_at_once_never_share_it(tmp_path: Path) -> None:
    """Each adds one to a number that only one at a time may touch."""
    code = (
        "import sys, pathlib; from pipelines.store.lock import locked, BusyError\n"
        "out = pathlib.Path(sys.argv[1]); number = out / 'number'; done = 0\n"
        "while done < 50:\n"
        "    try:\n"
        "        with locked(out):\n"
        "            number.write_text(str(int(number.read_text()) + 1)); done += 1\n"
        "    except BusyError:\n"
        "        pass\n"
    )
    (tmp_path / "number").write_text("0")
    processes = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT) for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert (tmp_path / "number").read_text() == "150"
