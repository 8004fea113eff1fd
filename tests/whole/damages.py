"""A corpus to damage, ways to do so, and the commands that then are tried."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.cli import main
from pipelines.errors import CommandError
from pipelines.store.place import mark
from schemas.catalog import TABLES
from schemas.forgotten import Forgotten
from tests.pipelines.audit.test_audit import corpus as example
from tests.pipelines.run.test_broken import Row, assembled, heard, joined, write

ID = "20250301T120000000000Z-0001"
HANGS_SECONDS = 60


def garbage(path: Path) -> None:
    path.write_bytes(b"{ no [ Parquet \xff\0" * 40)


def cut(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def middle(path: Path) -> None:
    """As a bad sector leaves it: the ends are whole."""
    whole = path.read_bytes()
    path.write_bytes(whole[:4] + b"\xff" * (len(whole) // 3) + whole[4 + len(whole) // 3 :])


def other(path: Path) -> None:
    pq.write_table(pa.table({"uri": [1.5], "recording_id": [[3]], "words": ["x"]}), path)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def nowhere(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


Damage = Callable[[Path], None]
OF_PARQUET: tuple[Damage, ...] = (garbage, cut, middle, other, empty, folder, pipe, nowhere)
OF_JSON: tuple[Damage, ...] = (garbage, empty, folder, pipe, nowhere)


def words_of(base: Path) -> dict[str, list[str]]:
    out, to = str(base / "out"), str(base / "to")
    return {
        "status": ["status", out],
        "tables": ["tables", out],
        "query": ["query", out, "SELECT count(*) FROM words"],
        "mentions": ["mentions", out, "word"],
        "methods": ["methods", out],
        "sample": ["sample", out, "--to", f"{to}.csv"],
        "export": ["export", out, "--format", "vtt", "--to", to],
        "search": ["search", out, "the sea"],
        "tag": ["tag", out, str(base / "prompts.yaml")],
        "run": ["run", str(base / "archive"), "--out", out, "--tables", "windows", "--yes"],
        "speakers": ["speakers", out, "--threshold", "0.5"],
        "report": ["report", out, "--to", to],
        "forget": ["forget", out, "/archive/001.wav", "--yes"],
    }


CHEAP = ("status", "tables", "query", "mentions", "methods", "sample", "export", "search", "tag")
DEAR = ("speakers", "report", "forget")


def tried(words: list[str], capfd: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    """The exit code, and the lines of complaint."""
    capfd.readouterr()
    code = main(words)
    said = capfd.readouterr()
    assert "Traceback" not in said.err + said.out
    assert "not foreseen" not in said.err, said.err
    return code, [line for line in said.err.splitlines() if line.startswith("earwitness: ")]


def check(name: str, base: Path, damaged: Path, capfd: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """It either is not touched by the damage, or one line names the file."""
    code, told = tried(words_of(base)[name], capfd)
    assert code in (0, 1, 2)
    assert len(told) == (code != 0), told
    (line,) = told or [""]
    known = ("nothing is heard here", "was made by", "is not to be found", "was not found")
    if code and not any(one in line for one in known):
        assert str(damaged) in line or damaged.name in line, (name, line)
    return code, line


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of four recordings with rows in every table, made without a model."""
    base = tmp_path_factory.mktemp("pristine")
    found = joined(range(4), {})
    out = base / "out"
    snapshot = out / "snapshots" / ID
    holdings = heard(base, found)
    assembled(snapshot, holdings)
    write(snapshot, found, ["tags", "speaker_labels"], "0")
    (snapshot / "runs").mkdir()
    config = json.dumps({"recordings": [str(base)], "keep": 3})
    runs: list[Row] = [example()["runs"][0] | {"config": config}]
    pq.write_table(pa.Table.from_pylist(runs, schema=TABLES["runs"].schema), snapshot / "runs" / "0.parquet")
    (snapshot / "audit.json").write_text(json.dumps({"success": True, "checks": []}))
    (out / "current").symlink_to(f"snapshots/{ID}")
    mark(out)
    said = {"run_id": ID, "outcome": "published", "started": "2025-03-01T12:00:00Z", "inputs": {"taken": 4}}
    (out / "runs.jsonl").write_text(json.dumps(said) + "\n")
    (out / "forgotten.json").write_text(Forgotten().also(["secret"]).to_json())
    (base / "archive").mkdir()
    (base / "archive" / "000.wav").write_bytes(b"nothing to hear")
    (base / "prompts.yaml").write_text("[the sea]")
    return base


@pytest.fixture
def base(pristine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy to damage; no run comes as far as to hear anything, and none waits for ever."""

    def hear(*_: object) -> None:
        raise CommandError("nothing is heard here")

    monkeypatch.setattr("pipelines.run.passes.execute", hear)
    shutil.copytree(pristine, tmp_path / "base", symlinks=True)

    def hang(signum: int, frame: FrameType | None) -> None:
        raise TimeoutError("it hangs")

    before = signal.signal(signal.SIGALRM, hang)
    signal.alarm(HANGS_SECONDS)
    yield tmp_path / "base"
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)
