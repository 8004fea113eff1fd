"""Rows that break a rule are taken out with their recording's others of the table; all else is as without them."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.audit.audit import audit
from pipelines.audit.check import Audit, Check
from pipelines.run.broken import Broken, broken_by, take_out
from pipelines.store.manifest import Holdings
from pipelines.store.next_snapshot import assemble
from pipelines.store.own import Own
from pipelines.store.staging import Pass
from schemas.catalog import TABLES, stage_of
from tests.pipelines.audit.test_audit import DIMENSION, SOUNDING, corpus, declared

Row = dict[str, Any]
Spoil = Callable[[dict[str, list[Row]]], None]
RECIPES = {name: f"{name} made so" for name in TABLES if name not in ("files", "errors", "runs", "tags")}
OF_RUNS = {name: table for name, table in declared().items() if table.command is None and name != "runs"}
ALL = {name: table for name, table in declared().items() if name != "runs"}


def key_of(number: int) -> str:
    return f"{number:032x}"


def uri_of(number: int) -> str:
    return f"/archive/{number:03}.wav"


def renamed(value: Any, number: int) -> Any:
    """What stands in the one recording of the example, of another."""
    if isinstance(value, str):
        return value.replace(SOUNDING, key_of(number)).replace("a.wav", uri_of(number))
    if isinstance(value, Mapping):
        return {name: renamed(part, number) for name, part in value.items()}
    return [renamed(part, number) for part in value] if isinstance(value, list) else value


def rows_of(number: int) -> dict[str, list[Row]]:
    """A recording of 20 s with rows in every table, and one clip of it that failed."""
    rows = corpus()
    mine = {name: [row for row in rows[name] if row.get("recording_id") == SOUNDING] for name in ALL}
    mine["files"] = mine["files"][:1]
    failed = {"uri": uri_of(number), "recording_id": SOUNDING, "stage": "emotions", "reason": "too_short"}
    mine["errors"] = [failed | {"message": "no", "channel": 0, "start_ms": 5, "end_ms": 9, "run_id": "r1"}]
    return renamed(copy.deepcopy(mine), number)


def put(table: str, row: int, **values: Any) -> Spoil:
    return lambda rows: rows[table][row].update(values)


def write(folder: Path, rows: Mapping[str, Sequence[Row]], tables: Sequence[str], stem: str) -> None:
    for name in tables:
        (folder / name).mkdir(exist_ok=True)
        path = folder / name / f"{stem}{'-branch' if name == 'errors' and stem == '0' else ''}.parquet"
        pq.write_table(pa.Table.from_pylist(list(rows[name]), schema=declared()[name].schema), path)


def joined(numbers: Sequence[int], spoilt: Mapping[int, Spoil]) -> dict[str, list[Row]]:
    of = {number: rows_of(number) for number in numbers}
    for number, spoil in spoilt.items():
        spoil(of[number])
    return {name: [row for number in numbers for row in of[number][name]] for name in ALL}


def heard(folder: Path, rows: Mapping[str, Sequence[Row]], snapshot: Path | None = None) -> Holdings:
    """What a pass has made in which those rows came up."""
    run = folder / "staging" / "run"
    run.mkdir(parents=True, exist_ok=True)
    done = Pass.begin(run / "passes" / "000", RECIPES, identifies=True)
    write(done.folder, rows, list(OF_RUNS), "0")
    holdings = Holdings.read(snapshot)
    holdings.take(done, RECIPES)
    return holdings


def assembled(folder: Path, holdings: Holdings, tables: Mapping[str, Any] = OF_RUNS) -> dict[str, list[Row]]:
    """The rows of every table that was put together in ``folder``."""
    folder.mkdir(parents=True)
    assemble(folder, holdings, tables, Own((), None), "r2")
    for name, table in tables.items():
        if not list((folder / name).glob("*.parquet")):
            pq.write_table(table.schema.empty_table(), folder / name / "empty.parquet")
    return {name: pq.read_table(folder / name, partitioning=None).to_pylist() for name in tables}


def audited(folder: Path, tables: Mapping[str, Any] = OF_RUNS) -> Audit:
    return audit(folder, list(tables.values()))


def told(rows: Sequence[Row]) -> dict[str, set[str]]:
    """The broken rules by URI: the stages that rows of errors name."""
    found: dict[str, set[str]] = {}
    for row in rows:
        if row["reason"] == "broke_a_rule":
            found.setdefault(row["uri"], set()).add(row["stage"])
    return found


HALF = [np.float16(0.6)] * DIMENSION
BREAKS: dict[str, Spoil] = {
    "recordings": put("recordings", 0, clipped_share=1.5),
    "windows": put("windows", 1, end_ms=30_000),
    "segments": put("segments", 0, speech_probability=math.nan),
    "frames": put("frames", 0, voicing=[0.5, 2.0]),
    "spectrograms": put("spectrograms", 1, data=bytes(5)),
    "transcripts": lambda rows: rows["transcripts"][0]["words"][1].update(end_ms=9_000),
    "emotions": lambda rows: rows["emotions"].append(rows["emotions"][0]),
    "prosody": put("prosody", 1, channel=1),
    "sounds": put("sounds", 0, window_id="lost"),
    "embeddings": put("embeddings", 1, embedding=HALF),
    "speakers": put("speakers", 1, embedding=HALF),
    "waveforms": put("waveforms", 1, window_id="lost"),
    "errors": put("errors", 0, start_ms=10),
}
for _name in OF_RUNS.keys() - BREAKS.keys() - {"files"}:  # a table for which nothing finer is written down
    BREAKS[_name] = put(_name, 0, **{OF_RUNS[_name].references[0].columns[0]: "lost"})
WITH = {
    "windows": {name for name, table in OF_RUNS.items() if table.hears == "windows"},
    "segments": {name for name, table in OF_RUNS.items() if table.hears in ("segments", "clips")},
    "recordings": set(OF_RUNS) - {"files", "errors"},
    "errors": set[str](),
}


@pytest.mark.slow
def test_a_bad_row_in_every_kind_of_table(tmp_path: Path) -> None:
    assert BREAKS.keys() | {"files"} == OF_RUNS.keys()
    bad = {name: 2 * i for i, name in enumerate(BREAKS)}
    numbers = range(2 * len(BREAKS) + 4)
    before = assembled(tmp_path / "clean", heard(tmp_path / "1", joined(numbers, {})))
    holdings = heard(tmp_path / "2", joined(numbers, {bad[name]: spoil for name, spoil in BREAKS.items()}))
    assembled(tmp_path / "bad", holdings)
    found = broken_by(tmp_path / "bad", OF_RUNS, audited(tmp_path / "bad"))
    assert found is not None
    assert {(one.check.table, *one.rows) for one in found} == {
        (name, uri_of(number) if name == "errors" else key_of(number)) for name, number in bad.items()
    }
    lines = take_out(holdings, OF_RUNS, found)
    assert len(lines) == len(BREAKS)
    after = assembled(tmp_path / "rest", holdings)
    assert audited(tmp_path / "rest").summary() == []

    gone = {(table, key_of(number)) for name, number in bad.items() for table in WITH.get(name, {name})}
    for name in OF_RUNS:
        if name not in ("files", "recordings", "errors"):
            expected = [row for row in before[name] if (name, row["recording_id"]) not in gone]
            assert after[name] == expected, name
    unread = key_of(bad["recordings"])
    assert [row["recording_id"] for row in after["files"]] == [
        None if row["recording_id"] == unread else row["recording_id"] for row in before["files"]
    ]
    assert [row["uri"] for row in after["files"] if row["status"] == "failed"] == [uri_of(bad["recordings"])]
    without_speech = key_of(bad["segments"])
    assert after["recordings"] == [
        row | ({"speech_share": None} if row["recording_id"] == without_speech else {})
        for row in before["recordings"]
        if row["recording_id"] != unread
    ]
    assert told(after["errors"]) == {
        uri_of(number): {
            stage_of(table) for table in (WITH.get(name, {name}) if name not in ("recordings", "errors") else ())
        }
        or {"decode" if name == "recordings" else "emotions"}
        for name, number in bad.items()
    }
    (of_segments,) = (row for row in after["errors"] if row["stage"] == "speech")
    assert of_segments["message"].startswith("speech_probability is between 0 and 1: not so for 1 row of segments")
    (mended,) = (row for row in after["errors"] if row["uri"] == uri_of(bad["errors"]))
    assert mended["message"].endswith("it said: no")
    kept = [row for row in after["errors"] if row["reason"] != "broke_a_rule"]
    others = {uri_of(bad[name]) for name in ("recordings", "errors", "emotions")}
    assert {row["uri"] for row in kept} == {row["uri"] for row in before["errors"]} - others | {
        uri_of(bad["emotions"])  # of the clip that failed there is a row as before
    }

    # The next run makes none of it in vain, keeps what errors says, and lets it go where the table is made anew.
    holdings.write(tmp_path / "rest")
    next_night = Holdings.read(tmp_path / "rest")
    assert next_night.made.keys() == {key_of(n) for n in numbers if key_of(n) != unread} | {uri_of(bad["recordings"])}
    assert all(made == RECIPES for key, made in next_night.made.items() if not key.startswith("/"))
    assert next_night.made[uri_of(bad["recordings"])] == {"recordings": RECIPES["recordings"]}
    assert assembled(tmp_path / "next", next_night) == after
    anew = heard(tmp_path / "3", joined(numbers, {}), tmp_path / "rest")
    assert assembled(tmp_path / "healed", anew) == before


@pytest.mark.slow
def test_what_commands_have_made_goes_with_what_it_was_made_of(tmp_path: Path) -> None:
    """And rows that were published before break a rule that is new."""
    rows = joined(range(8), {})
    of_voices = ("files", "recordings", "segments", "speakers", "speaker_labels", "errors")
    tables = {name: table for name, table in ALL.items() if name in ("windows", "embeddings", "tags", *of_voices)}
    snapshot = tmp_path / "snapshot"
    assembled(snapshot, heard(tmp_path / "1", rows), {name: t for name, t in tables.items() if name in OF_RUNS})
    write(snapshot, rows, ["tags", "speaker_labels"], "0")
    before = {name: pq.read_table(snapshot / name, partitioning=None).to_pylist() for name in tables}
    spoilt = joined(range(8), {1: BREAKS["embeddings"], 2: put("tags", 0, score=2.0)})
    for name in ("embeddings", "tags"):
        for path in (snapshot / name).glob("*.parquet"):
            path.unlink()
        write(snapshot, spoilt, [name], "0")
    holdings = Holdings.read(snapshot)
    assembled(tmp_path / "bad", holdings, tables)
    found = broken_by(tmp_path / "bad", tables, audited(tmp_path / "bad", tables))
    assert found is not None
    assert len(take_out(holdings, tables, found)) == 2
    after = assembled(tmp_path / "rest", holdings, tables)
    assert audited(tmp_path / "rest", tables).summary() == []
    out = {"tags": (key_of(1), key_of(2)), "embeddings": (key_of(1),)}
    for name in tables:
        if name not in ("files", "recordings", "errors"):
            assert after[name] == [row for row in before[name] if row["recording_id"] not in out.get(name, ())], name
    assert told(after["errors"]) == {uri_of(1): {"embeddings"}, uri_of(2): {"tags"}}


@pytest.mark.parametrize(("wrong", "of", "refused"), [(2, 2, False), (2, 3, False), (3, 6, False), (4, 6, True)])
def test_so_many_broken_recordings_are_no_bad_files(tmp_path: Path, wrong: int, of: int, refused: bool) -> None:
    holdings = heard(tmp_path, joined(range(of), {}))
    check = Check("prosody", "it is so", ("channel",), False, wrong, 2 * of)
    taken_out = take_out(holdings, OF_RUNS, [Broken(check, {key_of(number): 1 for number in range(wrong)})])
    if refused:
        assert isinstance(taken_out, str)
        assert taken_out.startswith(f"of the {of} recordings that this run made, {wrong} break rules")
        assert not holdings.out
    else:
        assert isinstance(taken_out, tuple)


@pytest.mark.slow
def test_what_is_about_no_recording_is_not_taken_out(tmp_path: Path) -> None:
    tables = {name: OF_RUNS[name] for name in ("files", "recordings", "windows", "errors")}
    holdings = heard(tmp_path, joined(range(4), {1: put("files", 0, bytes=-1), 2: BREAKS["windows"]}))
    assembled(tmp_path / "bad", holdings, tables)
    failed = audited(tmp_path / "bad", tables)
    assert {check.table for check in failed.failures} == {"files", "windows"}
    assert broken_by(tmp_path / "bad", tables, failed) is None
    (path,) = (tmp_path / "bad" / "windows").glob("*.parquet")
    path.write_bytes(path.read_bytes()[:100])
    failed = audited(tmp_path / "bad", tables)
    assert broken_by(tmp_path / "bad", tables, Audit(tuple(c for c in failed.checks if c.table != "files"))) is None


@pytest.mark.slow
def test_what_a_user_has_written_breaks_no_rule(tmp_path: Path) -> None:
    """Columns of theirs may hold any number, and be called as ours of other tables are."""
    own = [
        pa.field(name, pa.string(), metadata={b"earwitness": b'{"doc": "theirs"}'}) for name in ("channel", "end_ms")
    ]
    own.append(pa.field("weight", pa.float64(), metadata={b"earwitness": b'{"doc": "theirs"}'}))
    table = TABLES["recordings"].with_columns(own)
    tables = {name: OF_RUNS[name] for name in ("files", "windows", "segments", "errors")} | {"recordings": table}
    theirs = {"channel": "phone", "end_ms": "late", "weight": math.inf}
    holdings = heard(tmp_path, joined(range(2), {}))
    folder = tmp_path / "out"
    folder.mkdir()
    assemble(folder, holdings, tables, Own(tuple(own), {uri_of(n): theirs for n in range(2)}), "r2")
    assert audit(folder, list(tables.values())).summary() == []
