"""One run at a time, and no run that waits for a dead one."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.lock import NAME, BusyError, locked

ROOT = Path(__file__).resolve().parents[2]
HOLD = "import sys, time, pathlib; from pipelines.lock import locked\nwith locked(pathlib.Path(sys.argv[1])):\n"
HOLD += "    print('held', flush=True)\n    time.sleep(60)"


def holder(out: Path) -> subprocess.Popen[str]:
    """Another process that holds the lock."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(out)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def no_flock(descriptor: int, operation: int) -> None:
    raise OSError(errno.ENOLCK, "no locks available")


def test_the_lock_says_who_holds_it_and_leaves_nothing(tmp_path: Path) -> None:
    with locked(tmp_path):
        told = json.loads((tmp_path / NAME).read_text())
        assert (told["pid"], told["host"]) == (os.getpid(), socket.gethostname())
        with pytest.raises(BusyError, match=rf"process {os.getpid()} on .* since 2\d\d\d-"), locked(tmp_path):
            pass
    assert list(tmp_path.iterdir()) == []
    with locked(tmp_path):
        pass


def test_a_lock_whose_holder_was_killed_is_taken_over(tmp_path: Path) -> None:
    process = holder(tmp_path)
    with pytest.raises(BusyError, match=f"process {process.pid} "), locked(tmp_path):
        pass
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert (tmp_path / NAME).exists()
    with locked(tmp_path):
        assert json.loads((tmp_path / NAME).read_text())["pid"] == os.getpid()


def test_without_locks_in_the_file_system_the_process_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    process = holder(tmp_path)
    monkeypatch.setattr(fcntl, "flock", no_flock)
    with pytest.raises(BusyError, match=f"process {process.pid} "), locked(tmp_path):
        pass
    process.send_signal(signal.SIGKILL)
    process.communicate()
    with locked(tmp_path), pytest.raises(BusyError), locked(tmp_path):
        pass


def test_without_locks_a_holder_elsewhere_counts_as_alive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fcntl, "flock", no_flock)
    (tmp_path / NAME).write_text(json.dumps({"pid": 1, "host": "elsewhere", "since": "2026-01-01T00:00:00Z"}))
    with pytest.raises(BusyError, match="process 1 on elsewhere since 2026-01-01"), locked(tmp_path):
        pass


def test_many_at_once_never_share_it(tmp_path: Path) -> None:
    """Each adds one to a number that only one at a time may touch."""
    code = (
        "import sys, pathlib; from pipelines.lock import locked, BusyError\n"
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
