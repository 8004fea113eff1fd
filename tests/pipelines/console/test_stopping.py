"""Ctrl-C at any moment: an end in a line that says what is true of the command's work."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from pipelines.cli import main
from pipelines.store.forget import Removed
from schemas.layout import TOMBSTONES
from tests.pipelines.tables import example, write_corpus
from tests.pipelines.test_cli import ROOT, one_line, tone

Captured = pytest.CaptureFixture[str]


def begun(*words: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "pipelines", *map(str, words)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_hear_signals,
    )


def _hear_signals() -> None:
    """Whoever runs the tests may ignore them (``nohup``, ``&``), and what is ignored stays so in what is started."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def wait_for_our_first_line(process: subprocess.Popen[str]) -> None:
    """Until then it is Python that starts, and Python that tells of Ctrl-C; SIGTERM is caught by us alone."""
    while process.poll() is None:
        caught = re.search(r"SigCgt:\s*(\w+)", Path(f"/proc/{process.pid}/status").read_text())
        if caught and int(caught[1], 16) >> (signal.SIGTERM - 1) & 1:
            return
        time.sleep(0.002)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc to see from when on signals are caught")
@pytest.mark.parametrize("seconds", [0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2])
def test_no_traceback_at_any_moment(tmp_path: Path, seconds: float) -> None:
    words = ("run", tone(tmp_path / "a.wav"), "--out", tmp_path / "out", "--tables", "windows")
    with begun(*words) as process:
        wait_for_our_first_line(process)
        time.sleep(seconds)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert "Traceback" not in err + out
    if process.returncode:  # else it was over by then
        assert process.returncode in (130, -signal.SIGINT)
        assert err.splitlines()[-1].startswith("earwitness: stopped")
    assert not list(tmp_path.rglob(".lock"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_what_schedulers_send_is_the_same(tmp_path: Path, number: signal.Signals) -> None:
    with begun("run", tone(tmp_path / "a.wav", seconds=60), "--out", tmp_path / "out", "--tables", "frames") as process:
        while not (tmp_path / "out" / "staging").exists():
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert err.splitlines()[-1] == "earwitness: stopped; nothing was published or kept"
    assert not (tmp_path / "out").exists()


def test_twice_is_at_once(tmp_path: Path) -> None:
    code = (
        "import os, signal, time\n"
        "from pipelines.console.stopping import listen\n"
        "listen()\n"
        "try:\n"
        "    os.kill(os.getpid(), signal.SIGINT); time.sleep(60)\n"
        "except KeyboardInterrupt:\n"
        "    os.kill(os.getpid(), signal.SIGTERM); time.sleep(60)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stderr) == (143, "earwitness: stopped at once\n")


def test_what_the_caller_ignores_stays_ignored(tmp_path: Path) -> None:
    """As under ``nohup``, and behind ``&`` in a script."""
    code = (
        "import os, signal\n"
        "for number in (signal.SIGHUP, signal.SIGINT): signal.signal(number, signal.SIG_IGN)\n"
        "from pipelines.console.stopping import listen\n"
        "listen()\n"
        "for number in (signal.SIGHUP, signal.SIGINT): os.kill(os.getpid(), number)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=30).returncode == 0


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    write_corpus(tmp_path / "out", example())
    return tmp_path / "out"


def interrupt(*_: Any, **__: Any) -> Any:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("words", "at", "told"),
    [
        (["query", "OUT", "FROM files"], "pipelines.corpus.asked.open_corpus", "stopped"),
        (["mentions", "OUT", "acme"], "pipelines.corpus.asked.open_corpus", "stopped"),
        (["tables", "OUT"], "pipelines.corpus.asked.open_corpus", "stopped"),
        (["search", "OUT", "rain"], "pipelines.embeddings.search.hits", "stopped"),
        (["status", "OUT"], "pipelines.commands.printed.status.show_status", "stopped"),
        (["methods", "OUT"], "pipelines.report.methods.methods", "stopped"),
        (["agree", "OUT", "s.csv"], "pipelines.agreement.sheet.read_sheet", "stopped"),
        (["report", "OUT"], "pipelines.report.report.corpus_page", "stopped; nothing was written"),
        (
            ["report", "OUT", "--to", "TO", "--recordings", "top:2"],
            "pipelines.report.report.corpus_page",
            "stopped; 2 pages were written: TO/",
        ),
        (["export", "OUT", "--format", "vtt", "--to", "TO"], "pipelines.export.export.open_corpus", "stopped; nothing"),
        (["sample", "OUT", "--to", "TO.csv"], "pipelines.agreement.sample.segments_of", "stopped; nothing was written"),
        (["tag", "OUT", "p.yaml"], "pipelines.embeddings.tag.tag", "stopped; the tables are as they were"),
        (["speakers", "OUT"], "pipelines.speakers.label.label_speakers", "stopped; the tables are as they were"),
        (["forget", "OUT", "call.wav", "--yes"], "pipelines.store.forget.forget", "stopped; nothing was forgotten"),
        (["run", "OUT", "--out", "OUT"], "pipelines.run.run.prepare", "stopped; nothing was published or kept"),
        (["run", "OUT", "--out", "OUT", "--dry-run"], "pipelines.run.run.prepare", "stopped; nothing was written"),
    ],
)
def test_each_command_says_what_is_true(
    corpus: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch, words: list[str], at: str, told: str
) -> None:
    to = str(corpus.parent / "to")
    # First: whoever is imported while another module is patched keeps what it was patched with.
    monkeypatch.setattr("pipelines.speakers.check.check_column", lambda *_: None)
    monkeypatch.setattr(at, interrupt)
    assert main([word.replace("OUT", str(corpus)).replace("TO", to) for word in words]) == 130
    assert one_line(capfd.readouterr()).startswith(told.replace("TO", to))


def test_a_forgetting_that_has_begun_says_so(corpus: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    def begin(out: Path, words: list[str]) -> Removed:
        (out / TOMBSTONES).write_text("{}")
        raise KeyboardInterrupt

    monkeypatch.setattr("pipelines.store.forget.forget", begin)
    assert main(["forget", str(corpus), "call.wav", "--yes"]) == 130
    assert "no run takes them up again, but their rows may still be there" in one_line(capfd.readouterr())


def test_what_was_published_before_the_end_is_said(
    corpus: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    def publish(*_: Any, **__: Any) -> Any:
        write_corpus(corpus, example(), "2")
        raise KeyboardInterrupt

    monkeypatch.setattr("pipelines.embeddings.tag.tag", publish)
    assert main(["tag", str(corpus), "p.yaml"]) == 130
    assert one_line(capfd.readouterr()) == "stopped; the tables were published"


def test_what_an_interrupted_library_makes_of_it_is_no_failure(
    corpus: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrap(*_: Any) -> Any:
        raise ImportError("numpy cannot be imported")

    monkeypatch.setattr("pipelines.console.stopping._asked", [signal.SIGTERM])
    monkeypatch.setattr("pipelines.commands.printed.status.show_status", wrap)
    assert main(["status", str(corpus)]) == 143
    assert one_line(capfd.readouterr()) == "stopped"
