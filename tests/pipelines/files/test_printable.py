"""What others have named, said or written never steers a terminal."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import select
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from rich.text import Text

from pipelines.console.terminal import complain, console
from pipelines.files.printable import printable, printable_lines
from tests.pipelines.tables import CALL, STREET, example, recording, transcript, write_corpus

ROOT = Path(__file__).resolve().parents[3]
HOSTILE = "\x1b]0;owned\x07\x1b[2J\u202egpj.\u2028\u2066\x9b31m\x7f"


def steers(text: str) -> set[str]:
    """What of a text does something to a terminal, but end a line."""
    return {c for c in text if unicodedata.category(c) in ("Cc", "Zl", "Zp") or c in "\u202e\u2066"} - {"\n", "\t"}


def test_nothing_is_lost_and_nothing_steers() -> None:
    assert printable("a\x1b[2J\nb\u202ec") == "a\\x1b[2J\\nb\\u202ec"
    assert printable_lines("a\tb\r\nc\x00\u2029") == "a\tb\\r\nc\\x00\\u2029"
    plain = "Čeština, עברית, 日本語, क्‍ष, 👩‍👩‍👧, a b"
    assert printable(plain) == plain
    assert not steers(printable(HOSTILE))


def test_the_console_takes_nothing_from_others(tmp_path: Path) -> None:
    with (tmp_path / "said").open("w") as file, console(file.fileno()) as ours:
        ours.print(f"name {HOSTILE}", markup=False)
        ours.print(Text(f"text {HOSTILE}", style="bold"))
        ours.out(f"out {HOSTILE}")
        complain(ours, f"a\nb {HOSTILE}: no such file")
    said = (tmp_path / "said").read_text("utf-8")
    assert not steers(said)
    assert said.count("\\u202e") == 4
    assert len(said.splitlines()) == 4


def test_names_are_no_markup(tmp_path: Path) -> None:
    with (tmp_path / "said").open("w") as file, console(file.fileno()) as ours:
        ours.print("corpus[red]/current [/x] :smile:")
    assert (tmp_path / "said").read_text() == "corpus[red]/current [/x] :smile:\n"


AT_A_TERMINAL = """
import contextlib, json, sys
from pipelines.cli import main
for words in json.loads(sys.stdin.readline()):
    with contextlib.suppress(SystemExit):
        main(words)
    print(flush=True)
    print("THE END OF IT", flush=True)
"""
"""Asks one command after the other: to start Python and its libraries takes longer than to answer."""


def at_a_terminal(commands: list[list[str]]) -> list[str]:
    """What each of some commands writes to a terminal, on both of its outputs."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "dumb", "COLUMNS": "200"}
    process = subprocess.Popen(
        [sys.executable, "-c", AT_A_TERMINAL],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=theirs,
        stderr=theirs,
    )
    with process:
        os.close(theirs)
        assert process.stdin is not None
        process.stdin.write(json.dumps(commands).encode() + b"\n")
        process.stdin.flush()
        said = b""
        while select.select([ours], [], [], 60)[0]:
            try:
                some = os.read(ours, 65536)
            except OSError:  # Linux says so at the end
                break
            if not some:
                break
            said += some
        process.wait()
    os.close(ours)
    *answers, rest = said.decode("utf-8").replace("\r\n", "\n").split("\nTHE END OF IT\n")
    assert (len(answers), rest) == (len(commands), "")
    return answers


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    tables = {
        **example(),
        "recordings": [recording(CALL, f"/calls/{HOSTILE}.wav", HOSTILE), recording(STREET, "/street.mp3", "b")],
        "transcripts": [transcript(CALL, 1, [("acme", 1000, 1100, 0.9), (HOSTILE, 1200, 2000, 0.9)])],
    }
    write_corpus(folder, tables)
    return folder


COMMANDS = (
    ("query", "OUT", "SELECT uri, region, word FROM words JOIN recordings USING (recording_id)"),
    ("query", "OUT", "SELECT uri, word FROM words JOIN recordings USING (recording_id)", "--format", "csv"),
    ("query", "OUT", "SELECT uri, word FROM words JOIN recordings USING (recording_id)", "--format", "json"),
    ("mentions", "OUT", "acme"),
    ("mentions", "OUT", "acme", "--by", "region"),
    ("export", "OUT", f"{HOSTILE}.mp3", "--format", "vtt", "--to", "OUT/vtt"),
    ("query", f"OUT/{HOSTILE}", "SELECT 1"),
    ("status", "OUT", HOSTILE),
)


@pytest.fixture(scope="module")
def answers(out: Path) -> list[str]:
    return at_a_terminal([[word.replace("OUT", str(out)) for word in words] for words in COMMANDS])


@pytest.mark.parametrize("number", range(len(COMMANDS)))
def test_no_command_lets_it_through(answers: list[str], number: int) -> None:
    said = answers[number]
    assert not steers(said), said
    assert "\\x1b" in said or "\\u001b" in said, said


def test_programs_get_what_is_there(out: Path) -> None:
    command = [sys.executable, "-m", "pipelines", "query", str(out), "SELECT region FROM recordings ORDER BY 1"]
    done = subprocess.run([*command, "--format", "csv"], cwd=ROOT, capture_output=True, check=True)
    rows = list(csv.reader(io.StringIO(done.stdout.decode(), newline="")))
    assert rows == [["region"], [HOSTILE], ["b"]]
