"""The same of what lies beside the tables, and of a corpus of which a part is gone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import pipelines
import pipelines.audit.auditor
import pipelines.run.passes
import pipelines.run.run
import pipelines.store.publish
from pipelines.cli import main
from pipelines.files.damage import DamagedError
from pipelines.store.staging import Pass
from pipelines.store.tombstones import read_forgotten
from schemas.catalog import TABLES
from schemas.layout import DESCRIPTOR, MADE
from tests.pipelines.corpora import DEMO, publish, rows
from tests.pipelines.run.test_broken import ALL
from tests.whole.damages import (
    CHEAP,
    DEAR,
    ID,
    OF_JSON,
    OF_PARQUET,
    Damage,
    base,
    check,
    empty,
    folder,
    garbage,
    pipe,
    pristine,
    tried,
    words_of,
)

__all__ = ["base", "pristine"]


@pytest.mark.parametrize("damage", OF_PARQUET)
def test_what_says_how_all_was_made(base: Path, capfd: pytest.CaptureFixture[str], damage: Damage) -> None:
    path = base / "out" / "snapshots" / ID / MADE
    damage(path)
    for name in (*CHEAP, "run", "forget"):
        code, line = check(name, base, path, capfd)
        if name in ("status", "run", "forget"):
            assert code == 1
            assert str(path) in line


@pytest.mark.parametrize("damage", OF_JSON)
def test_what_says_what_the_tables_are(base: Path, capfd: pytest.CaptureFixture[str], damage: Damage) -> None:
    """It hands on the licences of checkpoints: who would lose them says so, before anything is done."""
    path = base / "out" / "snapshots" / ID / DESCRIPTOR
    path.write_text("{}")
    damage(path)
    for name in (*CHEAP, "run", "forget"):
        code, line = check(name, base, path, capfd)
        if name in ("methods", "run", "forget"):
            assert code == 1
            assert str(path) in line
            assert "remove it" in line


@pytest.mark.parametrize("damage", OF_JSON)
@pytest.mark.parametrize("name", ["runs.jsonl", "forgotten.json", "agreement.json", "settings.json", "earwitness.json"])
def test_a_damaged_file_beside_the_tables(
    base: Path, capfd: pytest.CaptureFixture[str], name: str, damage: Damage
) -> None:
    path = base / "out" / name
    path.touch()
    damage(path)
    for command in ("status", "methods", "query", "tag", "run"):
        check(command, base, path, capfd)


@pytest.mark.parametrize("line", ["", "{}", "[1]", "no JSON", '"text"', '{"started": 1, "outcome": null, "inputs": 3}'])
def test_a_line_of_the_log_that_is_none(base: Path, capfd: pytest.CaptureFixture[str], line: str) -> None:
    with (base / "out" / "runs.jsonl").open("a") as file:
        file.write(line + "\n")
    assert main(["status", str(base / "out")]) == 0
    assert "2025-03-01T12:00:00Z  published" in capfd.readouterr().out


@pytest.mark.parametrize(
    "text", ["[]", "{}", '{"salt": "a"}', '{"salt": "a", "hashes": [1]}', '{"salt": 1, "hashes": []}']
)
def test_tombstones_that_cannot_be_read_keep_everything_out(
    base: Path, capfd: pytest.CaptureFixture[str], text: str
) -> None:
    path = base / "out" / "forgotten.json"
    path.write_text(text)
    before = os.readlink(base / "out" / "current")
    with pytest.raises(DamagedError, match="what was forgotten would come back"):
        read_forgotten(base / "out")
    for name in ("run", "forget"):
        code, told = tried(words_of(base)[name], capfd)
        assert code == 1
        assert str(path) in told[0]
    assert os.readlink(base / "out" / "current") == before
    assert path.read_text() == text


@pytest.mark.parametrize("text", ["[]", "{}", '{"checks": 3}', '{"checks": [3]}', '{"checks": [{"table": "files"}]}'])
def test_an_audit_that_holds_none(base: Path, capfd: pytest.CaptureFixture[str], text: str) -> None:
    path = base / "out" / "snapshots" / ID / "audit.json"
    path.write_text(text)
    code, line = check("report", base, path, capfd)
    assert (code, str(path) in line) == ((0, False) if text == '{"checks": []}' else (1, True))


@pytest.mark.parametrize("table", ALL)
def test_a_table_that_is_gone(base: Path, capfd: pytest.CaptureFixture[str], table: str) -> None:
    """A run would take its recordings for new, or its rows for made, and publish without them."""
    folder = base / "out" / "snapshots" / ID / table
    shutil.rmtree(folder)
    for name in CHEAP:
        tried(words_of(base)[name], capfd)
    if TABLES[table].command is None:
        for name in ("run", "speakers", "status"):
            code, told = tried(words_of(base)[name], capfd)
            assert code == 1
            assert str(folder) in told[0] or table in ("speakers", "recordings"), (name, told)


@pytest.mark.parametrize("table", ["files", "recordings", "errors", "runs"])
def test_nothing_is_forgotten_by_halves(base: Path, capfd: pytest.CaptureFixture[str], table: str) -> None:
    folder = base / "out" / "snapshots" / ID / table
    shutil.rmtree(folder)
    before = (base / "out" / "forgotten.json").read_bytes()
    code, told = tried(words_of(base)["forget"], capfd)
    assert code == 1
    assert str(folder) in told[0]
    assert (base / "out" / "forgotten.json").read_bytes() == before


@pytest.mark.parametrize("to", ["snapshots/20240101T000000000000Z-0000", "/", "..", "nowhere", "snapshots"])
def test_a_link_that_shows_no_snapshot(base: Path, capfd: pytest.CaptureFixture[str], to: str) -> None:
    current = base / "out" / "current"
    current.unlink()
    current.symlink_to(to)
    for name in (*CHEAP, "run", *DEAR):
        code, told = tried(words_of(base)[name], capfd)
        assert code in (1, 2), name
        assert len(told) == 1
        assert f"{current} shows no snapshot of this corpus" in told[0], (name, told)
        assert (f"({to} is not there)" in told[0]) == to.startswith("snapshots/"), (name, told)
    assert os.readlink(current) == to
    assert (base / "out" / "snapshots" / ID / "files").is_dir()


@pytest.mark.parametrize("put", [os.mkfifo, os.mkdir, Path.touch])
def test_what_lies_at_the_name_of_the_lock(
    base: Path, capfd: pytest.CaptureFixture[str], put: Callable[[Path], None]
) -> None:
    put(base / "out" / ".lock")
    for name in ("status", "query", "run", "tag"):
        code, told = tried(words_of(base)[name], capfd)
        assert code in (0, 1, 2, 75)
        assert len(told) == (code != 0)


@pytest.mark.parametrize("damage", OF_JSON)
def test_a_pass_that_says_nothing_of_itself_is_made_again(tmp_path: Path, damage: Damage) -> None:
    done = Pass.begin(tmp_path / "000", {}, identifies=True)
    assert Pass.reopen(done.folder) == done
    damage(done.folder / "pass.json")
    assert Pass.reopen(done.folder) is None


def test_out_that_goes_while_a_run_is_at_work(
    base: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def remove(*_: object) -> None:
        shutil.rmtree(base / "out")
        raise FileNotFoundError(2, "No such file or directory", str(base / "out" / "staging"))

    monkeypatch.setattr("pipelines.run.passes.execute", remove)
    code, told = tried(words_of(base)["run"], capfd)
    assert code == 1
    assert str(base / "out") in told[0]


@pytest.fixture(scope="module")
def of_tones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of one recording."""
    out = tmp_path_factory.mktemp("tones") / "out"
    publish(out, {}, [DEMO / "signals" / "tones.wav"], tables=["recordings"])
    return out


@pytest.mark.parametrize(
    ("module", "moment"),
    [
        (pipelines.run.run, "look"),
        *((pipelines.run.passes, moment) for moment in ("load_models", "execute")),
        (pipelines.store.publish, "assemble"),
        (pipelines.audit.auditor, "audit"),
    ],
)
@pytest.mark.parametrize("known", [False, True], ids=["the first run", "a later run"])
def test_out_goes_and_nothing_of_it_comes_back(
    of_tones: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    module: ModuleType,
    moment: str,
    known: bool,
) -> None:
    out, words = tmp_path / "new" / "out", ["run", str(DEMO / "signals" / "yes.wav"), "--tables", "recordings"]
    words += ["--out", str(out)]
    if known:
        shutil.copytree(of_tones, out, symlinks=True)
    done = getattr(module, moment)

    def and_remove(*given: Any, **named: Any) -> Any:
        try:
            return done(*given, **named)
        finally:
            shutil.rmtree(out)

    monkeypatch.setattr(module, moment, and_remove)
    assert tried(words, capfd) == (
        1,
        [f"earwitness: {out} went away while the run was at work; nothing was published"],
    )
    assert not out.exists()


@pytest.fixture(scope="module")
def of_yes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of one recording, with two tables."""
    out = tmp_path_factory.mktemp("yes") / "out"
    publish(out, {}, [DEMO / "signals" / "yes.wav"], tables=["windows", "segments"])
    return out


@pytest.mark.parametrize("damage", [garbage, empty, folder, pipe])
def test_a_table_that_is_made_anew_need_not_be_readable(
    of_yes: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], damage: Damage
) -> None:
    """What the message says to do does help."""
    out = shutil.copytree(of_yes, tmp_path / "out", symlinks=True)
    words = ["run", str(DEMO / "signals" / "yes.wav"), "--out", str(out), "--tables", "windows,segments"]
    before = {table: rows(out, table) for table in ("windows", "segments", "recordings")}
    (path,) = (out / "current" / "windows").glob("*.parquet")
    damage(path)
    code, told = tried(words, capfd)
    assert (code, "--force windows" in told[0]) == (1, True)
    assert tried([*words, "--force", "windows"], capfd) == (0, [])
    assert {table: rows(out, table) for table in before} == before
