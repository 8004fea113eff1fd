"""Beam without what no run asks of it is imported, and is whole for who has it already or asks later."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from pipelines.run.beam import MONGODB, UNASKED

ROOT = Path(__file__).resolve().parents[3]


def ran(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "bson" not in done.stderr  # Beam says so where it misses it
    return done.stdout


def test_it_imports_less_and_runs() -> None:
    said = ran(
        "import sys\n"
        "import pipelines.run.beam\n"
        f"print([name for name in {(*UNASKED, *MONGODB)!r} if name in sys.modules])\n"
        "import apache_beam as beam\n"
        "with beam.Pipeline(runner='FnApiRunner') as pipeline:\n"
        "    pipeline | beam.Create([1, 2]) | beam.Reshuffle() | beam.Map(lambda n: 2 * n) | beam.Map(print)\n"
    )
    assert sorted(said.split("\n")) == ["", "2", "4", "[]"]


def test_what_was_left_out_can_be_had_later() -> None:
    """A runner elsewhere asks for its own parts of Beam, and a person for theirs."""
    ran(
        "import pipelines.run.beam\n"
        "import pandas, bson, pymongo\n"
        "from apache_beam.io.filesystems import FileSystems\n"
        "from apache_beam.runners.runner import create_runner\n"
        "from apache_beam.typehints import pandas_type_compatibility\n"
        "create_runner('FlinkRunner'), create_runner('SparkRunner')\n"
    )


def test_whoever_has_it_keeps_it() -> None:
    ran("import apache_beam, sys\nimport pipelines.run.beam\nassert 'pandas' in sys.modules")
