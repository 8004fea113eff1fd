"""A configuration that somebody else wrote: whatever it holds costs little, and what is wrong is one line."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.cli import WRONG_USE, main
from pipelines.run.config_file import read_yaml
from schemas.config import from_mapping
from schemas.errors import UsageError
from tests.pipelines.test_cli import ROOT, one_line, tone

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
CASES = {
    "a bomb of aliases": (BOMB + "language: *i\n", "is no YAML: line 2: the alias *a is not read: write it out"),
    "an alias to itself": ("model: &m {emotions: *m}\n", "the alias *m is not read"),
    "a merged key": ("model: &m {}\nspeech: {<<: *m}\n", "line 2: the alias *m is not read"),
    "a long number": ("keep: " + "9" * 6000 + "\n", "is no YAML: a number or a date that is none"),
    "a number too great": ("emotion_seconds: " + "9" * 90 + "\n", "emotion_seconds: Infinity is not between 1 and 30"),
    "a great whole number": ("keep: " + "9" * 90 + "\n", "keep: a number of more than 30 digits is not between"),
    "a number in twos": ("keep: 0b" + "1" * 9000 + "\n", "keep: a number of more than 30 digits"),
    "an hour of sixties": ("keep: " + ":".join(["59"] * 5000) + "\n", "keep: a number of more than 30 digits"),
    "nested lists": ("tables: " + "[" * 3000 + "]" * 3000 + "\n", "nested too deeply"),
    "nested keys": ("".join(f"{' ' * i}a:\n" for i in range(900)), "nested too deeply"),
    "some nested lists": ("keep: " + "[" * 100 + "]" * 100 + "\n", "keep: expected int, got a list of 1"),
    "NUL": ('out: "a\\0b"\n', "holds NUL or half a character"),
    "NUL in the file": ("out: a\0b\n", "line 1: the character 0x0 is no text"),
    "NUL in a key": ('"a\\0b": 1\n', "holds NUL"),
    "half a character": ('recordings: ["\\ud800"]\n', "half a character"),
    "a key twice": ("language: en\nlanguage: de\n", "line 2: 'language' stands there twice"),
    "a key twice below": ("model: {sounds: a/b, sounds: none}\n", "'sounds' stands there twice"),
    "a key twice, quoted": ("language: en\n'language': de\n", "'language' stands there twice"),
    "a list as a key": ("? [a]\n: 1\n", "a key is no plain value"),
    "a date that is none": ("out: 2024-99-99\n", "is no YAML"),
    "bytes that are none": ("out: !!binary 'x'\n", "is no YAML"),
    "an object": ("out: !!python/object/apply:os.getcwd []\n", "could not determine a constructor"),
    "a long text": ("channels: " + "a" * 100_000 + "\n", "channels: 'aaa"),
    "a long key": ("a" * 100_000 + ": 1\n", "no YAML"),
    "a long key, said to be one": ("? " + "a" * 100_000 + "\n: 1\n", "unknown key 'aaa"),
    "a long job": ("model:\n  ? " + "a" * 100_000 + "\n  : 1\n", "model.aaa"),
    "a long list": ("keep: [" + "a," * 20_000 + "]\n", "keep: expected int, got a list of 20,000"),
    "a long list of keys": (
        "keep: {" + ",".join(f"k{i}: 1" for i in range(5000)) + "}\n",
        "keep: expected int, got 5,000 names with their values",
    ),
    "too large": ("# " + "x" * 5_000_000, "is no YAML: it has more than 4 MB"),
    "two documents": ("out: a\n---\nout: b\n", "found another document"),
    "no number": ("emotion_seconds: .nan\n", "emotion_seconds: NaN is not between"),
    "a tab": ("speech:\n\tthreshold: 0.5\n", "cannot start any token"),
    "a set": ("tables: !!set {a, b}\n", "tables: expected a list, got {"),
    "an escape": ('channels: "\\e[31m"\n', "channels: '\\x1b[31m' is not known"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_wrong_is_one_short_line(case: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    content, told = CASES[case]
    path = tmp_path / "corpus.yaml"
    path.write_bytes(content.encode())
    words = ["run", str(tone(tmp_path / "a.wav")), "--out", str(tmp_path / "out"), "--config", str(path)]
    assert main(words) == WRONG_USE
    line = one_line(capfd.readouterr())
    assert told in line
    assert len(line) < 600
    assert line.isprintable()


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_of_every_system(tmp_path: Path, end: str, mark: str) -> None:
    path = tmp_path / "corpus.yaml"
    path.write_bytes((mark + end.join(["# mine", "out: there", "model:", "  sounds: none", ""])).encode())
    assert read_yaml(str(path)) == {"out": "there", "model": {"sounds": "none"}}


def test_what_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "corpus.yaml"
    path.write_bytes(b"out: \xff\xfe\n")
    with pytest.raises(UsageError, match="is no YAML: line 1 is not UTF-8 text"):
        read_yaml(str(path))
    with pytest.raises(UsageError, match="it has more than 4 MB"):
        read_yaml("/dev/zero")


def test_a_bomb_costs_nothing(tmp_path: Path) -> None:
    """Half a kilobyte that named 387 million words took 2.2 GB."""
    path = tmp_path / "corpus.yaml"
    path.write_text(BOMB + "language: *i\n")
    code = f"from pipelines.cli import main; main(['run', 'a', '--out', 'b', '--config', {str(path)!r}])"
    room = 2 << 30  # what the interpreter maps by itself is a part of it

    def bound() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (room, room))

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, preexec_fn=bound)
    assert "the alias *a is not read" in done.stderr, done.stderr[-500:]


def test_values_that_no_file_can_hold() -> None:
    """What a program hands over is cut as well."""
    deep: list = []
    for _ in range(5000):
        deep = [deep]
    wide = ["x"]
    for _ in range(60):
        wide = [wide, wide, wide]
    for value in (10**7000, deep, wide, "x" * 1_000_000, {"x" * 1_000_000: 1}):
        with pytest.raises(UsageError) as caught:
            from_mapping({"keep": value})
        assert len(str(caught.value)) < 400
