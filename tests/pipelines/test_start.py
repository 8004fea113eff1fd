"""The command begins at once: nothing heavy is imported before it hears what ends it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("argparse", "numpy", "pyarrow", "rich", "torch", "apache_beam", "pipelines.cli")


def test_what_takes_time_is_imported_after_the_signals_are_heard() -> None:
    code = (
        "import signal, sys\n"
        "import pipelines.start\n"
        f"assert not [name for name in {HEAVY!r} if name in sys.modules]\n"
        "sys.argv = ['earwitness', '--version']\n"
        "try:\n"
        "    pipelines.start.command()\n"
        "finally:\n"
        "    assert signal.getsignal(signal.SIGTERM) not in (signal.SIG_DFL, signal.SIG_IGN)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("earwitness ")
