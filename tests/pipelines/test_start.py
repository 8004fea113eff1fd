"""The command begins at once: nothing heavy is imported before it hears what ends it, and later only what it uses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from demo.untrained.checkpoints import build
from schemas.jobs import JOBS
from tests.pipelines.corpora import DEMO, publish

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


COMMANDS = {
    "--help": [],
    "status": [],
    "tables": [],
    "query": ["FROM segments"],
    "methods": [],
    "report": [],
    "mentions": ["hello"],
    "sample": ["--to", "SHEET"],
    "search": ["hello"],
    "export": ["top:1", "--format", "vtt"],
    "forget": ["nothing.wav", "--yes"],
    "run": ["--out", "CORPUS"],
}
"""What follows a command and the folder of its corpus."""
RECORDING = DEMO / "signals" / "yes.wav"
SECONDS = ("torch", "transformers", "apache_beam", "great_expectations", "scipy.stats", "scipy.signal", "distributed")
"""Libraries that take half a second to four seconds to import."""
UNASKED = (
    *("torch", "transformers", "silero_vad", "great_expectations"),
    *("scipy.stats", "scipy.optimize", "numba", "joblib", "bson", "IPython", "pymongo", "apache_beam.io.gcp.bigquery"),
)
"""What a run without models does not ask for, though what it imports would import it."""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("corpus") / "out"
    publish(out, dict.fromkeys(JOBS, "none"), [RECORDING])
    return out


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_imports_what_it_uses(command: str, corpus: Path, tmp_path: Path) -> None:
    """Whoever asks what is there waits for none of what makes it."""
    words = [str(corpus), *COMMANDS[command]] if command != "--help" else []
    if command == "run":  # a night without news
        words = [str(RECORDING), *COMMANDS[command]]
    words = [word.replace("SHEET", str(tmp_path / "sheet.csv")).replace("CORPUS", str(corpus)) for word in words]
    code = (
        "import sys\n"
        "from pipelines.cli import main\n"
        "try:\n"
        "    main(sys.argv[1:])\n"
        "except SystemExit:\n"
        "    pass\n"
        f"print('IMPORTED', *[name for name in {SECONDS!r} if name in sys.modules])\n"
    )
    asked = [sys.executable, "-c", code, command, *words]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True)
    assert command != "run" or "nothing to do" in done.stdout
    assert done.stdout.splitlines()[-1] == "IMPORTED", done.stdout + done.stderr


def test_a_night_without_news_loads_no_model(tmp_path: Path) -> None:
    """Nor what opens one: what its checkpoints are, this machine knows from the night before."""
    checkpoint, out = build("hubert_emotion", tmp_path / "emotions"), tmp_path / "out"
    settings = ["--tables", "emotions", "--model", f"emotions={checkpoint}", "--out", str(out)]
    imported = "print('IMPORTED', *[name for name in ('torch', 'transformers', 'apache_beam') if name in sys.modules])"
    code = f"import sys\nfrom pipelines.cli import main\nmain(sys.argv[1:])\n{imported}"
    asked = [sys.executable, "-c", code, "run", str(RECORDING), *settings]
    first, again = (subprocess.run(asked, cwd=ROOT, capture_output=True, text=True) for _ in range(2))
    assert "published" in first.stdout, first.stdout + first.stderr
    assert "nothing to do" in again.stdout, again.stdout + again.stderr
    assert again.stdout.splitlines()[-1] == "IMPORTED"


def test_a_run_without_models_does_without_what_runs_them(tmp_path: Path) -> None:
    """All of it, from the files to the published tables: speech is detected, too."""
    words = ["run", str(RECORDING), "--out", str(tmp_path / "out"), "--tables", "segments,frames,spectrograms,prosody"]
    code = (
        "import sys\n"
        "from pipelines import cli\n"
        "try:\n"
        "    cli.main(sys.argv[1:])\n"
        "except SystemExit:\n"
        "    pass\n"
        f"print('IMPORTED', *[name for name in {UNASKED!r} if name in sys.modules])\n"
    )
    subprocess.run(
        [sys.executable, "-c", "from transforms.features.spectrograms import _mel_bands as m; m()"], cwd=ROOT
    )
    done = subprocess.run([sys.executable, "-c", code, *words], cwd=ROOT, capture_output=True, text=True)
    assert "published" in done.stdout
    assert done.stdout.splitlines()[-1] == "IMPORTED", done.stdout + done.stderr


def test_help_needs_no_tables() -> None:
    code = "import sys\nfrom pipelines.cli import parser\nparser(['--help'])\nprint('pyarrow' in sys.modules)\n"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
