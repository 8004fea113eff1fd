"""Where the threads of a tree of processes are, sampled from outside by py-spy; nothing of it where that is missing."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.report import Cell, Table

ROOT = Path(__file__).resolve().parents[1]
OURS = tuple(f"{ROOT}/{room}/" for room in ("earwitness", "pipelines", "transforms", "schemas"))
SECONDS = 5.0
"""After so long a dump is given up."""
COLUMNS = ("share of the threads at work", "frame")


@dataclass
class Stacks:
    """Counts of frames, over all dumps.

    Attributes:
        moments: at which all processes were looked at.
        dumps: of a process, that came.
        failed: dumps that did not, by what py-spy said.
        threads: at work, over all dumps; a thread that waits is not counted.
        locks: of them, those that held the interpreter's lock.
        leaves: the innermost frames.
        ours: the innermost frames in the project's own packages; "(elsewhere)" where a thread has none.
    """

    moments: int = 0
    dumps: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    threads: int = 0
    locks: int = 0
    leaves: Counter[str] = field(default_factory=Counter)
    ours: Counter[str] = field(default_factory=Counter)

    def look(self, pids: Iterable[int]) -> None:
        """Dump every process once, side by side."""
        spy = shutil.which("py-spy")
        if spy is None:
            self.failed["py-spy is not on the PATH"] += 1
            return
        self.moments += 1
        asked = [
            subprocess.Popen(
                [spy, "dump", "--nonblocking", "--json", "--pid", str(pid)],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for pid in pids
        ]
        for one in asked:
            try:
                out, error = one.communicate(timeout=SECONDS)
            except subprocess.TimeoutExpired:
                one.kill()
                one.communicate()
                self.failed["no answer"] += 1
                continue
            if one.returncode:  # a process that is no Python, or gone meanwhile, or not to be read
                self.failed[(error.strip().splitlines() or ["?"])[0][:120]] += 1
            else:
                self.add(json.loads(out))

    def add(self, threads: list[dict[str, Any]]) -> None:
        """Count one dump, a list of threads as py-spy writes it, the innermost frame first."""
        self.dumps += 1
        for thread in threads:
            frames = thread["frames"]
            if not thread["active"] or not frames:
                continue
            self.threads += 1
            self.locks += bool(thread["owns_gil"])
            self.leaves[_named(frames[0])] += 1
            own = next((frame for frame in frames if frame["filename"].startswith(OURS)), None)
            self.ours["(elsewhere)" if own is None else _named(own)] += 1

    def tables(self, most: int = 15) -> list[Table]:
        """The frames seen most, innermost and innermost of ours."""
        notes = [
            f"{self.moments} moments, {self.dumps} dumps; threads at work at a moment: "
            f"{self.threads / max(1, self.moments):.1f}, of them with the interpreter's lock: "
            f"{self.locks / max(1, self.moments):.1f}"
        ]
        notes += [f"no dump, {n} times: {why}" for why, n in self.failed.most_common(3)]
        if not self.threads:
            return [Table("No stacks", COLUMNS, (), tuple(notes))]
        return [
            Table(title, COLUMNS, self._rows(counted, most), tuple(notes))
            for title, counted, notes in (
                ("Innermost frames", self.leaves, []),
                ("Innermost frames of the project", self.ours, notes),
            )
        ]

    def _rows(self, counted: Counter[str], most: int) -> tuple[tuple[Cell, ...], ...]:
        return tuple((f"{100 * n / self.threads:.0f} %", name) for name, n in counted.most_common(most))


def _named(frame: dict[str, Any]) -> str:
    """``_filtered (transforms/audio/loudness.py)``: without the line, so that a function is counted as one."""
    name = frame["filename"].removeprefix(f"{ROOT}/")
    return f"{frame['name']} ({name.rpartition('site-packages/')[2].rpartition('/lib/')[2]})"
