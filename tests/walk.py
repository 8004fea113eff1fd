"""The walks of CONTRIBUTING.md: their steps, and doing them in a copy of the tree as a person would."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "CONTRIBUTING.md"
COPIED = ("schemas", "transforms", "pipelines", "earwitness", "demo", "docs", "tests")
STEP = re.compile(r"^\*\*\d+\. `([^`]+)`\*\*.*?\n\n```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Step:
    """A numbered step of a walk.

    Attributes:
        path: what it makes or changes, in the tree.
        language: of its block: ``diff`` for a change, ``sh`` for a command, else a new file.
    """

    path: str
    language: str
    text: str

    def do(self, tree: Path) -> None:
        """Make the change, the file, or what the command makes.

        Raises:
            ValueError: the place of a change is not there, or not the only one.
        """
        if self.language == "sh":
            at_hand = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONPATH": "."}
            subprocess.run(self.text, shell=True, cwd=tree, env=at_hand, check=True, capture_output=True)
        elif self.language == "diff":
            (tree / self.path).write_text(self._changed((tree / self.path).read_text("utf-8")), "utf-8")
        else:
            (tree / self.path).write_text(self.text, "utf-8")

    def _changed(self, text: str) -> str:
        for part in self.text.split("@@\n"):
            lines = part.splitlines(keepends=True)
            old = "".join(line[1:] or "\n" for line in lines if line[0] != "+")
            if f"\n{text}".count(f"\n{old}") != 1:
                raise ValueError(f"CONTRIBUTING.md: of these lines there is not one place in {self.path}:\n{old}")
            new = "".join(line[1:] or "\n" for line in lines if line[0] != "-")
            text = f"\n{text}".replace(f"\n{old}", f"\n{new}")[1:]
        return text


def walk(title: str) -> list[Step]:
    """The steps below a heading of CONTRIBUTING.md."""
    section = PAGE.read_text("utf-8").partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    return [Step(*found) for found in STEP.findall(section)]


def copy_tree(to: Path) -> Path:
    """The tree without the weights and the recordings of the demo, to which it links."""
    for name in COPIED:
        leave = shutil.ignore_patterns("__pycache__", "models", "corpus", "out") if name == "demo" else None
        shutil.copytree(ROOT / name, to / name, ignore=leave or shutil.ignore_patterns("__pycache__"))
    for path in ROOT.iterdir():
        if path.is_file() and path.suffix in (".md", ".toml"):
            shutil.copy(path, to)
    (to / "demo" / "models").mkdir()
    (to / "demo" / "corpus").symlink_to(ROOT / "demo" / "corpus")
    for path in (ROOT / "demo" / "models").iterdir():
        (to / "demo" / "models" / path.name).symlink_to(path)
    return to


def without_each(steps: list[Step], tree: Path) -> Iterator[Step]:
    """In a tree where all ``steps`` were done: each in turn, undone while it is yielded."""
    for left_out in steps:
        path = tree / left_out.path
        kept = path.with_name(f"{path.name} kept")
        path.rename(kept)
        original = ROOT / left_out.path
        if original.is_file():
            shutil.copy(original, path)
            for step in steps:  # others may have changed the same file
                if step.path == left_out.path and step is not left_out and step.language == "diff":
                    step.do(tree)
        yield left_out
        if path.exists():
            path.unlink()
        kept.rename(path)
