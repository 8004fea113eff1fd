"""The programs that tables are read with, and an environment for each."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.interop.readers.answers import Kind

EMPTY = " (empty)"
"""Behind the name of a table without rows, which is of a corpus of its own."""
READERS = Path(__file__).parent / "readers"
ENVIRONMENTS = Path(__file__).resolve().parents[2] / "build" / "interop"


@dataclass(frozen=True)
class Tool:
    """A program at a version.

    Attributes:
        packages: what is installed, at its version; the first is the program.
        reader: the script in ``readers``, and more words for it.
        questions: what it is asked beside the tables.
        needs: a command that has to be there.
        cannot: what it does not read, and why: a column (``frames.f0_hz``), a kind of column (:func:`kinds_in`),
            tables without rows (:data:`EMPTY`) or a question.
    """

    packages: tuple[str, ...]
    reader: tuple[str, ...]
    questions: tuple[str, ...]
    needs: str | None = None
    cannot: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return " ".join(package.replace("==", " ") for package in self.packages if "==" in package)

    def python(self) -> Path:
        """Its environment's interpreter; the environment is made where it is not there."""
        asked = " ".join(self.packages)
        folder = (
            ENVIRONMENTS / f"{self.packages[0].replace('==', '-')}-{hashlib.sha256(asked.encode()).hexdigest()[:8]}"
        )
        whole, python = folder / "whole", folder / "bin" / "python"
        if not whole.exists():
            shutil.rmtree(folder, ignore_errors=True)
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
            words = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", *self.packages]
            subprocess.run([str(python), *words], check=True)
            whole.touch()
        return python

    def answers(self, asked: Mapping[str, Any], folder: Path) -> dict[str, Any]:
        """What it says of the tables and the questions of ``asked``; files of its own go to ``folder``.

        Raises:
            RuntimeError: it ended without an answer.
        """
        question, answer = folder / "asked.json", folder / "answers.json"
        question.write_text(json.dumps(asked))
        # A clock far from UTC, and nothing of this environment.
        own = {name: os.environ[name] for name in ("PATH", "JAVA_HOME") if name in os.environ}
        own |= {"HOME": str(folder), "TZ": "Asia/Kolkata", "HF_HUB_OFFLINE": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        script, *more = self.reader
        words = [str(self.python()), str(READERS / script), str(question), str(answer), *more]
        done = subprocess.run(words, cwd=folder, env=own, capture_output=True, text=True)
        if not answer.exists():
            raise RuntimeError(f"{self.name} gave no answer and ended with {done.returncode}: {done.stderr[-2000:]}")
        found: dict[str, Any] = json.loads(answer.read_text())
        return found

    def reason(self, asked: Mapping[str, Any], table: str, column: str) -> str | None:
        """Why it does not read a column; None where it has to."""
        names = [f"{table}.{column}", *kinds_in(asked["tables"][table]["kinds"][column])]
        if table.endswith(EMPTY):
            names.append(EMPTY)
        return next((self.cannot[name] for name in names if name in self.cannot), None)


def kinds_in(kind: Kind) -> tuple[str, ...]:
    """``list``, ``list of struct`` and so on, of a kind of column."""
    if isinstance(kind, str):
        return (kind,)
    name, inner = next(iter(kind.items()))
    return (name,) if name == "struct" else (name, f"{name} of {kinds_in(inner)[0]}")


FASTPARQUET = {
    "list of struct": "it gives None for structs in lists",
    "probability": "it gives None for structs in lists",
    "time": "it gives times in UTC without saying so",
    "recordings.member": "it gives floats for true and false beside nulls",
    "one_recording": "its filters leave out row groups, not rows",
}

DATASETS = {EMPTY: "it takes a split without rows for none"}

PANDAS, SPARK, DUCKDB, POLARS = ((f"read_{name}.py",) for name in ("pandas", "spark", "duckdb", "polars"))
ALL = ("joined", "texts", "one_recording", "probability")
OLD_POLARS = ("joined", "one_recording", "probability")  # which had another name for group_by
OLD_DUCKDB = ("joined", "texts", "one_recording")  # whose maps gave lists
OLD_DATASETS = ("datasets==2.14.7", "pyarrow==19.0.1", "pandas<3", "numpy<2")

TOOLS = (
    Tool(("pyspark==4.3.0",), SPARK, (*ALL, "of_the_docs"), needs="java"),
    Tool(("pyspark==3.5.9",), SPARK, (*ALL, "of_the_docs"), needs="java"),
    Tool(("pyspark==3.4.4",), SPARK, (*ALL, "of_the_docs"), needs="java"),
    Tool(("polars==2.1.0",), POLARS, ALL),
    Tool(("polars==0.20.31",), POLARS, ALL),
    Tool(("polars==0.18.15",), POLARS, OLD_POLARS),
    Tool(("duckdb==2.0.1", "pytz"), DUCKDB, ALL),
    Tool(("duckdb==1.2.2", "pytz"), DUCKDB, ALL),
    Tool(("duckdb==0.9.2", "pytz"), DUCKDB, OLD_DUCKDB),
    Tool(("pandas==3.1.1", "pyarrow==26.0.1"), PANDAS, ALL),
    Tool(("pandas==3.0.6", "pyarrow==25.0.1"), PANDAS, ALL),  # the oldest that Earwitness itself takes
    Tool(("pandas==2.0.3", "pyarrow==12.0.1", "numpy<2"), PANDAS, ALL),
    Tool(("pandas==1.5.3", "pyarrow==10.0.1", "numpy<2"), PANDAS, ALL),
    Tool(("pyarrow==26.0.1",), ("read_pyarrow.py",), ("joined", "one_recording")),
    Tool(("fastparquet==2026.9.0", "pandas==3.1.1"), (*PANDAS, "fastparquet"), ALL, cannot=FASTPARQUET),
    Tool(("datasets==5.2.0",), ("read_datasets.py",), ("one_recording",), cannot=DATASETS),
    Tool(OLD_DATASETS, ("read_datasets.py",), ("one_recording",)),
    Tool(("faiss-cpu==1.15.1", "pandas==3.1.1", "pyarrow==26.0.1"), ("read_faiss.py",), ("nearest",)),
)
