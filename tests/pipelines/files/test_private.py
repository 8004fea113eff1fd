"""Folders that only one user reads and of which nothing is left."""

from __future__ import annotations

import gc
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.corpus.asked import open_corpus
from pipelines.files.private import PrivateFolder, kept_folder
from schemas.errors import UsageError
from tests.pipelines.tables import example, write_corpus

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def gone() -> int:
    """The number of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_nobody_else_looks_in_and_nothing_stays(temporary: Path) -> None:
    before = os.umask(0)
    try:
        with PrivateFolder() as folder:
            assert folder.parent == temporary
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            (folder / "log.txt").write_text("names")
    finally:
        os.umask(before)
    held = PrivateFolder()
    assert held.path.is_dir()
    del held
    gc.collect()
    assert list(temporary.iterdir()) == []


def test_what_a_killed_process_left_is_removed_and_nothing_else(temporary: Path) -> None:
    number = gone()
    left = temporary / f"earwitness-{number}-abc"
    own = ("earwitness-notes", f"earwitness-{number}", f"my-earwitness-{number}-abc", f"earwitness-{os.getpid()}-abc")
    for folder in (left, *(temporary / name for name in own)):
        folder.mkdir()
        (folder / "file").touch()
    (temporary / "thesis").mkdir()
    (temporary / "thesis" / "file").touch()
    (temporary / f"earwitness-{number}-link").symlink_to(temporary / "thesis")
    (temporary / f"earwitness-{number}-file").touch()
    (left / "link").symlink_to(temporary / "thesis")
    kept = kept_folder()
    with PrivateFolder() as other:  # in another container, its process has another number or none here
        hidden = temporary / f"earwitness-{number}-elsewhere"
        other.rename(hidden)
        with PrivateFolder():
            assert hidden.is_dir()
            assert not left.exists()
    hidden.rmdir()
    assert {path.name for path in temporary.iterdir()} == {
        *own,
        "thesis",
        f"earwitness-{number}-link",
        f"earwitness-{number}-file",
        kept.name,
    }
    assert (temporary / "thesis" / "file").exists()


def test_the_log_of_a_command_that_was_killed_goes_with_the_next(temporary: Path, tmp_path: Path) -> None:
    write_corpus(tmp_path / "out", example())
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i % 7 FROM n) SELECT count(*) FROM n"
    words = [sys.executable, "-m", "pipelines", "query", str(tmp_path / "out"), endless]
    environment = {**os.environ, "TMPDIR": str(temporary)}
    with subprocess.Popen(words, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as process:
        while len(list(temporary.iterdir())) < 2:  # the log's, and where it may spill
            assert process.poll() is None
        process.send_signal(signal.SIGKILL)
    assert len(list(temporary.iterdir())) == 2
    with PrivateFolder() as folder:
        assert list(temporary.iterdir()) == [folder]


def test_what_a_question_spills_is_not_for_other_questions(temporary: Path, tmp_path: Path) -> None:
    write_corpus(tmp_path / "out", example())
    with open_corpus(tmp_path / "out") as corpus:
        (spill,) = temporary.iterdir()
        assert stat.S_IMODE(spill.stat().st_mode) == 0o700
        (spill / "part.csv").write_text("secret\n1\n")
        for question in (
            f"FROM read_csv('{spill}/part.csv')",
            f"SELECT (SELECT content FROM read_text('{spill}/*'))",
            f"FROM query('FROM read_text(''{spill}/*'')')",
            f"WITH x AS (FROM glob('{spill}/*')) FROM x",
            f"FROM (PIVOT (FROM glob('{spill}/*')) ON file IN ('a') USING count(*))",
            "FROM json_execute_serialized_sql('{}')",
            "FROM arrow_scan(1, 2, 3)",
            f"FROM '{spill}/part.csv'",
            f'SELECT * FROM range(2), "{spill}/part.csv" AS x',
        ):
            with pytest.raises(UsageError, match="is no table of the corpus"):
                corpus.sql(question)
        assert corpus.sql("SELECT count(*) FROM range(3), unnest([1, 2])").fetchall() == [(6,)]
    assert list(temporary.iterdir()) == []
    temporary.rmdir()
    with open_corpus(tmp_path / "out") as corpus:
        assert corpus.sql("SELECT count(*) FROM recordings").fetchall() == [(2,)]
