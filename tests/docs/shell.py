"""Runs the commands that the docs show, in this process, and compares what they print with what the docs show."""

from __future__ import annotations

import csv
import os
import re
import shlex
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.cli import main

FIRST = "earwitness run demo/corpus --out corpus --models demo --metadata demo/corpus/metadata.csv"
"""What makes the corpus that all other commands ask."""
MOODS = {"happy": "hap", "angry": "ang", "sad": "sad"}


class Shell:
    """A person's terminal in the folder ``place``.

    Attributes:
        place: the working folder.
    """

    def __init__(self, place: Path, first: str) -> None:
        self.place = place
        self._first: str | None = first

    def run(self, command: str) -> tuple[int, str]:
        """The exit code of a command of ours, and what it printed; the first run is not made again.

        A word ``>`` sends what goes to standard output to the file behind it.
        """
        if command == FIRST and self._first is not None:
            said, self._first = self._first, None
            return 0, said
        words = shlex.split(command)
        assert words[0] == "earwitness", command
        to = None
        if ">" in words:
            words, to = words[: words.index(">")], words[words.index(">") + 1]
        if words[1] == "agree":
            fill_in(self.place / words[3], self.place / "demo" / "corpus" / "truth.csv")
        with _printed(to) as said:
            code = main(words[1:])
        return code, said[0]


@contextmanager
def _printed(to: str | None) -> Iterator[list[str]]:
    """What the process writes to standard output and standard error, once it is left."""
    said: list[str] = []
    before = os.dup(1), os.dup(2)
    with tempfile.TemporaryFile() as both, open(to or os.devnull, "wb") as only:
        os.dup2(only.fileno() if to else both.fileno(), 1)
        os.dup2(both.fileno(), 2)
        try:
            yield said
        finally:
            os.dup2(before[0], 1)
            os.dup2(before[1], 2)
            os.close(before[0])
            os.close(before[1])
            both.seek(0)
            said.append(both.read().decode("utf-8"))


def fill_in(sheet: Path, truth: Path) -> None:
    """What a person does between ``sample`` and ``agree``: here out of what the demo's scripts said.

    The second coder names another emotion for each fourth segment.
    """
    with truth.open(encoding="utf-8", newline="") as file:
        spoken = [row for row in csv.DictReader(file) if row["kind"] == "speech"]
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for number, row in enumerate(rows):
        start, end = float(row["start"]) * 1000, float(row["end"]) * 1000
        said = [
            one
            for one in spoken
            if row["file"].endswith(one["file"])
            and min(end, float(one["end_ms"])) - max(start, float(one["start_ms"])) > 300
        ]
        text = " ".join(one["text_or_label"] for one in said) or "-"
        mood = MOODS.get(said[0]["mood"], "neu") if said else "neu"
        row |= {"ana_transcript": text, "ben_transcript": text, "ana_emotion": mood}
        row["ben_emotion"] = "neu" if number % 4 == 0 else mood
    with sheet.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def agrees(shown: str, printed: str) -> bool:
    """Whether what was printed is what the docs show.

    Numbers with a point and durations may differ from machine to machine, and so may the width of columns.  A line
    ``...`` stands for any lines, ``...`` in a line for anything.
    """
    pattern = ""
    for line in shown.splitlines():
        if line.strip() == "...":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*".join(re.escape(part) for part in _stable(line).split("...")) + "\n"
    text = "".join(_stable(line) + "\n" for line in printed.splitlines())
    return re.fullmatch(pattern, text) is not None


def _stable(line: str) -> str:
    without = re.sub(r"\b[\d.,]+ (s|seconds?|minutes?|hours?)\b", "#", line.replace("\N{HORIZONTAL ELLIPSIS}", "~"))
    without = re.sub(r"\d[\d,]*\.\d+|\b\d+(?=x real time)", "#", without)
    return re.sub(r"\s+", " ", without).strip()
