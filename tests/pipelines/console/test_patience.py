"""Questions that never end, and how they end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from pipelines.cli import FAILED, WRONG_USE, main
from pipelines.console.patience import hearing_ctrl_c, patiently
from pipelines.corpus.asked import open_corpus
from pipelines.errors import CommandError
from tests.pipelines.tables import example, write_corpus

ROOT = Path(__file__).resolve().parents[3]
ENDLESS = {
    "one row": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i % 7 FROM n) SELECT count(*) FROM n",
    "rows without end": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i % 7 FROM n) SELECT i FROM n WHERE i < 0",
    "a cross join": "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE (a.range * b.range) % 7 = 3",
}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("endless")
    write_corpus(folder, example())
    return folder


@pytest.mark.parametrize("question", ENDLESS.values(), ids=ENDLESS)
@pytest.mark.parametrize("words", [["--to", "TO"], ["--format", "csv"], []], ids=["file", "csv", "table"])
def test_time_that_is_over(
    out: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], question: str, words: list[str]
) -> None:
    to = tmp_path / "keep.csv"
    to.write_text("a week of work")
    given = [str(to) if word == "TO" else word for word in words]
    assert main(["query", str(out), question, "--timeout", "0.3", *given]) == FAILED
    told = capfd.readouterr().err
    assert told == "earwitness: no answer within 0.3 s: ask for less, or give it longer with --timeout\n"
    assert to.read_text() == "a week of work"
    assert os.listdir(tmp_path) == ["keep.csv"]


def test_ctrl_c_in_a_real_process(out: Path, tmp_path: Path) -> None:
    to, temporary = tmp_path / "keep.csv", tmp_path / "temporary"
    to.write_text("a week of work")
    temporary.mkdir()
    words = [sys.executable, "-m", "pipelines", "query", str(out), ENDLESS["one row"], "--to", str(to)]
    environment = {**os.environ, "TMPDIR": str(temporary)}
    with subprocess.Popen(words, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as process:
        while not list(tmp_path.glob(".earwitness-*.growing")):  # it is being answered
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert process.returncode not in (0, WRONG_USE)
    assert len(told.splitlines()) == 1
    assert told.startswith("earwitness: stopped")
    assert to.read_text() == "a week of work"
    assert sorted(os.listdir(tmp_path)) == ["keep.csv", "temporary"]
    assert os.listdir(temporary) == []


def test_ctrl_c_of_which_duckdb_hears_while_it_computes() -> None:
    def ask() -> None:
        with hearing_ctrl_c():
            raise RuntimeError("Query interrupted")  # as duckdb.execute says it

    with pytest.raises(KeyboardInterrupt):
        ask()


def test_a_question_that_cannot_be_stopped_hides_nothing(out: Path) -> None:
    """DuckDB refuses to close what is busy; some functions it does not interrupt."""
    over = threading.Event()

    def rows() -> Iterator[pa.RecordBatch]:
        over.wait(60)
        yield pa.RecordBatch.from_pydict({"n": [1]})

    endless = pa.RecordBatchReader.from_batches(pa.schema({"n": pa.int64()}), rows())
    try:
        with pytest.raises(CommandError, match=r"^no answer within 0\.1 s: "), open_corpus(out) as corpus:
            patiently(lambda: corpus.sql("FROM slow", beside={"slow": endless}).fetchall(), corpus.stop, 0.1)
    finally:
        over.set()


def test_an_answer_in_time_is_the_answer(out: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["query", str(out), "SELECT 1 AS a", "--format", "csv", "--timeout", "60"]) == 0
    assert capfd.readouterr().out == "a\n1\n"
    assert main(["mentions", str(out), "acme", "--format", "csv", "--timeout", "60"]) == 0
    for seconds in ("0", "-1", "nan", "inf"):
        assert main(["query", str(out), "SELECT 1", f"--timeout={seconds}"]) == WRONG_USE
        assert "expected seconds, more than 0" in capfd.readouterr().err


def test_what_fails_fails_as_it_does_alone() -> None:
    def fail() -> None:
        raise KeyError("as it is")

    with pytest.raises(KeyError, match="as it is"):
        patiently(fail, lambda: None)
    assert patiently(lambda: 7, lambda: None, 60) == 7


def test_work_that_hears_of_nothing_is_left_behind() -> None:
    asked = []
    with pytest.raises(CommandError, match="no answer within"):
        patiently(lambda: time.sleep(60), lambda: asked.append(1), 0.01)
    assert len(asked) > 1
