"""Whose rows break which rule, asked of tables that an audit found wrong, and such rows taken out before publishing.

A rule that one recording's rows do not keep is no reason to withhold all others from the readers.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.audit.audit import parquet
from pipelines.audit.check import Audit, Check
from pipelines.audit.expectations import suite
from pipelines.audit.references import questions
from pipelines.audit.values import Expectations, whose_values
from pipelines.console.numbers import counted
from pipelines.files.parquet import parquet_files
from pipelines.files.private import PrivateFolder
from pipelines.sql import quoted
from pipelines.store.manifest import Holdings
from schemas.catalog import TABLES
from schemas.table import Table

MOST_SHARE = 0.5
"""When more of the recordings than this break rules, it is a checkpoint or the program that is wrong, not they."""
TOLD_NOTHING = 2
"""So few broken recordings may be all there are, and say nothing about the rest."""
NOBODYS = ("files", "runs")
"""Tables whose rows are of no recording that could be left out."""
SHOWN = 3


@dataclass(frozen=True)
class Broken:
    """A rule, and how many rows of each recording do not keep it; of ``errors``: of each file, by its URI."""

    check: Check
    rows: Mapping[str, int]


def broken_by(folder: Path, tables: Mapping[str, Table], audited: Audit) -> list[Broken] | None:
    """Whose rows the failures of an audit are about; None if one of them is about no recording."""
    names = {check.table for check in audited.failures}
    if names & set(NOBODYS):
        return None
    askable = {name: _askable(tables[name], tables) for name in names}
    if any(check.expectation not in askable[check.table] for check in audited.failures):
        return None
    found: list[Broken] = []
    asked = Expectations()
    with PrivateFolder() as spill, duckdb.connect(config={"temp_directory": str(spill)}) as duck:
        duck.execute("SET enable_progress_bar = false")
        for name in tables:
            paths = parquet_files(folder / name)
            duck.execute(f"CREATE VIEW {quoted(name)} AS FROM {parquet(paths)}")
        for name in sorted(names):
            failed = {check.expectation: check for check in audited.failures if check.table == name}
            whose = _whose(asked, duck, tables[name], tables, failed)
            for says, check in failed.items():
                rows = whose.get(says)
                if not rows or None in rows or sum(rows.values()) != check.unexpected_count:
                    return None
                found.append(Broken(check, {str(key): n for key, n in rows.items()}))
    return found


def _askable(table: Table, tables: Mapping[str, Table]) -> set[str]:
    """What can be asked of the rows of a table; other questions are to its files."""
    of_values = {str((expectation.meta or {})["says"]) for expectation in suite(table).expectations}
    return of_values | {question.expectation for question in questions(table, tables)}


def _whose(
    asked: Expectations,
    duck: duckdb.DuckDBPyConnection,
    table: Table,
    tables: Mapping[str, Table],
    failed: Collection[str],
) -> dict[str, Counter[str | None]]:
    found: dict[str, Counter[str | None]] = {}
    for question in questions(table, tables):
        if question.expectation in failed:
            sql = f"SELECT whose::VARCHAR, count(*) FROM ({question.faults}) GROUP BY 1"
            found[question.expectation] = Counter(dict(duck.execute(sql).fetchall()))
    values = set(failed) - found.keys()
    if values:
        column = "uri" if table.name == "errors" else "recording_id"
        found |= whose_values(asked, duck, table, values, column)
    return found


def take_out_broken(
    folder: Path, tables: Mapping[str, Table], holdings: Holdings, audited: Audit
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Take out of the holdings what broke a rule, where it is somebody's; the tables in ``folder`` stay as they are.

    Returns:
        A line for each rule; or, with nothing taken out, why so, where there is more to say than the audit does.
    """
    broken = broken_by(folder, tables, audited)
    taken_out = take_out(holdings, tables, broken) if broken else ()
    if isinstance(taken_out, str):
        return (), (taken_out,)
    return taken_out, ()


def take_out(holdings: Holdings, tables: Collection[str], broken: Sequence[Broken]) -> tuple[str, ...] | str:
    """Take the rows of recordings that break a rule out of the holdings, with what points into them.

    Returns:
        A line for each rule; or, with nothing taken out, why that cannot be done, in a line.
    """
    unknown = [key for one in broken for key in one.rows if not _is_known(holdings, one.check.table, key)]
    if unknown:
        return f"{unknown[0]!r} is no recording of this corpus whose rows could be taken out"
    bug = _bug(holdings, {_recording(holdings, one.check.table, key) for one in broken for key in one.rows})
    if bug:
        return bug
    lines = tuple(_line(holdings, one) for one in broken)
    said: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for one in broken:
        for key, n in one.rows.items():
            said[one.check.table][key].append(_message(one.check, n))
    for table in said:
        for other in _pointing_into(table, tables):
            for key in said[table]:
                if key not in said.get(other, {}):
                    holdings.take_out(other, key, _follows(table, other))
    for table, of in said.items():
        for key, messages in of.items():
            holdings.take_out(table, key, tuple(messages))
    return lines


def _is_known(holdings: Holdings, table: str, key: str) -> bool:
    return key in holdings.files if table == "errors" else key in holdings.alive()


def _recording(holdings: Holdings, table: str, key: str) -> str:
    """The recording of a key; of a file that could not be read, its URI."""
    return holdings.files[key].recording_id or key if table == "errors" else key


def _bug(holdings: Holdings, recordings: Collection[str]) -> str | None:
    """Why so many recordings cannot all be wrong; None if they may be."""
    made = {key for owned in holdings.owner.values() for key in owned}
    unread = {uri for uri, row in holdings.files.items() if row.recording_id is None}
    for among, what in (
        (made, "that this run made"),
        ((holdings.alive() | unread) - made, "that were published before"),
    ):
        wrong = len(among & set(recordings))
        if wrong > TOLD_NOTHING and wrong > MOST_SHARE * len(among):
            return (
                f"of the {counted(len(among), 'recording')} {what}, {wrong:,} break rules: so many are no odd files "
                "but a fault of a checkpoint or of Earwitness, and none were taken out"
            )
    return None


def _pointing_into(table: str, tables: Collection[str]) -> Iterator[str]:
    """The tables whose rows point into those of ``table``, or were made of them."""
    for name in tables:
        of = TABLES[name]
        points = table in of.needs or any(table == reference.to for reference in of.references)
        if points and table != "recordings":  # without which nothing of a recording stays in any table
            yield name


def _follows(table: str, other: str) -> tuple[str, ...]:
    """What ``errors`` says of rows that go with others; those that a command makes again are not missed there."""
    if TABLES[other].command is not None:
        return ()
    return (f"the recording's rows of {table}, which these belong to, broke a rule and were taken out",)


def _message(check: Check, rows: int) -> str:
    such_as = f" (such as {check.sample[0]})" if check.sample else ""
    columns = ", ".join(check.columns)
    told = f"{check.expectation}: not so for {counted(rows, 'row')} of {check.table}, column {columns}{such_as}"
    return told if check.table == "errors" else f"{told}; the recording's rows of {check.table} were taken out"


def _line(holdings: Holdings, one: Broken) -> str:
    """The rule, and how much it costs, for whoever started the run."""
    table, keys = one.check.table, list(one.rows)
    whole = {row.recording_id: uri for uri, row in sorted(holdings.files.items(), reverse=True)}
    names = [key if table == "errors" else whole[key] for key in keys[:SHOWN]]
    some = ", ".join(names) + (", ..." if len(keys) > SHOWN else "")
    what = counted(len(keys), "file" if table == "errors" else "recording")
    return f"{table} of {what} ({some}): {one.check.expectation}: not so for {counted(sum(one.rows.values()), 'row')}"
