"""What is said to a person, and where the rest goes."""

from __future__ import annotations

import errno
import os
import pty
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from pipelines.console.terminal import complain, console, keep, own_terminal


def test_details_are_private_and_fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    thesis = tmp_path / "thesis"
    thesis.write_text("years of work")
    before = os.umask(0)
    try:
        with own_terminal() as (_, log):
            os.write(2, b"a library names anna.wav\n")
            kept = keep(log, ValueError("broken"))
    finally:
        os.umask(before)
    assert kept is not None
    assert "anna.wav" in kept.read_text()
    assert "ValueError: broken" in kept.read_text()
    assert [stat.S_IMODE(path.stat().st_mode) for path in (kept.parent, kept)] == [0o700, 0o600]
    assert sorted(tmp_path.iterdir()) == sorted([kept.parent, thesis])


def test_a_disk_that_is_full_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("pipelines.console.terminal.write_whole", full)
    assert keep(tmp_path / "no log", ValueError("broken")) is None
    assert list(tmp_path.iterdir()) == []


def test_where_there_is_no_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    with own_terminal() as (_, log):
        os.write(2, b"chat")
        assert keep(log, ValueError("broken")) is None


@pytest.mark.parametrize("say", [lambda to, line: to.print(line), complain], ids=["print", "complain"])
def test_words_reach_a_terminal_as_they_are(
    say: Callable[[Console, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No number, path or word in brackets is coloured or taken for markup."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    ours, theirs = pty.openpty()
    with console(theirs) as to:
        assert to.is_terminal
        say(to, "12 files in '/tmp/a.wav' [red] True")
    shown = os.read(ours, 1000).decode()
    assert "12 files in '/tmp/a.wav' [red] True" in shown
