"""What a user's SQL may be, and what is told of a wrong one in a line."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import duckdb
import pyarrow as pa

from pipelines.corpus.views import COLUMNS_OF, VIEWS
from pipelines.files.text import check_text
from pipelines.sql import quoted
from schemas.catalog import TABLES, nearest
from schemas.errors import UsageError

_EXPLAIN = re.compile(r"\s*explain\b(?:\s+analyze\b)?(?:\s*\([^()]*\))?", re.IGNORECASE)
_READING = {"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"}
_FUNCTIONS = frozenset(
    "range generate_series unnest repeat repeat_row json_each json_tree histogram histogram_values summary "
    "duckdb_columns duckdb_tables duckdb_views duckdb_functions duckdb_types duckdb_keywords pragma_table_info "
    "table_info pragma_version version pg_timezone_names icu_calendar_names".split()
)
"""Functions that give tables and read no file, no memory and no other statement, as `read_text`, `arrow_scan` and
`query` do.  DuckDB's lock lets them read the folder that it spills to, where parts of other questions may lie."""
_NO_TABLE = re.compile(r"Table with name (.+?) does not exist")
_NO_COLUMN = re.compile(r'Referenced column "(.+?)" not found|does not have a column named "(.+?)"')
_OF_TEXT = re.compile(
    r"No function matches .*\(.*VARCHAR|values of type VARCHAR and"
    r"|values of type \S+ and (?:type )?VARCHAR|Could not convert string"
)
_PLACE = re.compile(r"^LINE (\d+): (.*)\n( *)\^", re.MULTILINE)


def check_one_question(sql: str, connection: duckdb.DuckDBPyConnection) -> None:
    """Let through one statement that only reads: SELECT, DESCRIBE, SUMMARIZE, SHOW, VALUES, EXPLAIN of these.

    DuckDB's own lock keeps the statement from all files but the corpus's; this keeps it from writing those.  DuckDB
    calls a SELECT what has a COPY or an INSERT in its WITH clause: its parse is looked through.

    Raises:
        UsageError: none, several, another statement, or one that cannot be parsed or is no text.
    """
    check_text(sql)
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise UsageError(told(error, {}, ())) from None
    if len(statements) != 1:
        raise UsageError(f"the SQL holds {len(statements) or 'no'} statements: ask one question at a time")
    kind = statements[0].type
    if kind == duckdb.StatementType.EXPLAIN:
        inner = _EXPLAIN.sub("", sql, count=1)
        if inner == sql:  # a comment stands before it
            raise UsageError("begin the SQL with EXPLAIN")
        return check_one_question(inner, connection)
    if kind == duckdb.StatementType.MULTI:
        raise UsageError("PIVOT has to know its columns here: PIVOT ... ON label IN ('a', 'b') USING ...")
    found = connection.execute("SELECT json_serialize_sql(?::VARCHAR)", [sql]).fetchall()
    parsed = json.loads(found[0][0])
    nodes = set(_nodes(parsed))
    if kind != duckdb.StatementType.SELECT or parsed["error"] or not nodes <= _READING:
        what = ", ".join(sorted(node.split("_")[0] for node in nodes - _READING)) or kind.name
        raise UsageError(f"{what} is not a question: a corpus is only read (SELECT, DESCRIBE, SUMMARIZE)")
    for name in _files(parsed):
        raise UsageError(f"SQL: {name} is no table of the corpus: `earwitness tables` lists them")
    return None


def _nodes(parsed: Any) -> Iterator[str]:
    """The kinds of the queries in a parse, at every depth."""
    if isinstance(parsed, dict):
        kind = parsed.get("type")
        if isinstance(kind, str) and kind.endswith("_NODE"):
            yield kind
        for value in parsed.values():
            yield from _nodes(value)
    elif isinstance(parsed, list):
        for value in parsed:
            yield from _nodes(value)


def _files(parsed: Any) -> Iterator[str]:
    """What a parse takes for tables, at every depth, and may be a file: functions and names of paths."""
    if isinstance(parsed, dict):
        if parsed.get("type") == "TABLE_FUNCTION":
            function = str(parsed.get("function", {}).get("function_name", ""))
            if function.lower() not in _FUNCTIONS:
                yield f"{function}(...)"
        elif parsed.get("type") == "BASE_TABLE" and "/" in str(parsed.get("table_name", "")):
            yield parsed["table_name"]
        for value in parsed.values():
            yield from _files(value)
    elif isinstance(parsed, list):
        for value in parsed:
            yield from _files(value)


def told(error: duckdb.Error, columns: Mapping[str, Collection[str]], named: Collection[str]) -> str:
    """What DuckDB says of a statement, in a line that names the nearest table or column.

    Args:
        columns: of each view of the corpus.
        named: the views that the statement names.
    """
    said = str(error)
    if match := _NO_TABLE.search(said):
        return left_out(match[1]) or f"SQL: unknown table {match[1]!r}{nearest(match[1], columns)}"
    if match := _NO_COLUMN.search(said):
        name = match[1] or match[2]
        if "moments" in named:
            for table, those in COLUMNS_OF.items():
                if name in those and name not in columns["moments"]:
                    return f"moments has no column {name!r}: {left_out(table)}"
        known = dict.fromkeys(column for view in named for column in columns.get(view, ()))
        return f"SQL: unknown column {name!r}{nearest(name, known) if known else ''}"
    place = _PLACE.search(said)
    first = said.strip().splitlines()[0]
    if "syntax error" in first and place:
        at = len(place[3]) - len(f"LINE {place[1]}: ")
        return f"SQL: {_plain(first)} (line {place[1]}, character {max(at, 0) + 1})"
    return f"SQL: {_plain(' '.join(_words_of(said)))}"


def told_of_text(
    error: duckdb.Error,
    words: Collection[str],
    connection: duckdb.DuckDBPyConnection,
    own: Collection[str],
    beside: Mapping[str, pa.Schema],
) -> str | None:
    """What to do where text was counted or compared as a number; None where the error is another.

    Args:
        words: of the statement, in small letters.
        own: the user's columns in ``recordings``.
        beside: tables beside the corpus.
    """
    if not _OF_TEXT.search(str(error)):
        return None
    types = connection.execute("SELECT column_name, column_type FROM (DESCRIBE recordings)").fetchall()
    ways = {
        name: f"run again with --metadata FILE --types {name}=int, or " for name, kind in types if kind == "VARCHAR"
    }
    texts = {field.name: "" for schema in beside.values() for field in schema if field.type == pa.string()}
    texts.update({name: way for name, way in ways.items() if name in own})
    for name, way in texts.items():
        if set(re.findall(r"\w+", name.lower())) <= set(words):
            column = name if name.isidentifier() else quoted(name)
            return f"SQL: {name} is text, and no number or date: {way}write TRY_CAST({column} AS DOUBLE)"
    return None


def left_out(name: str) -> str | None:
    """Why a table or view that could be is not in this corpus; None for a name that is neither."""
    if name in TABLES:
        return f"the table {name!r} was left out of this corpus: {_how(name)}"
    if name in VIEWS:
        missing = ", ".join(repr(table) for table in VIEWS[name].needs)
        return f"{name} needs the table {missing}, which was left out of this corpus: {_how(VIEWS[name].needs[0])}"
    return None


def _how(table: str) -> str:
    if TABLES[table].command:
        return f"`earwitness {TABLES[table].command}` makes it"
    if TABLES[table].made_by:
        return f"run again with a checkpoint for the job (--model {table}=NAME_OR_FOLDER)"
    return f"run again with --tables {table}"


def _plain(said: str) -> str:
    """Without the kind of the error that DuckDB begins with."""
    return re.sub(r"^[A-Z]\w+(?: \w+)* Error: ", "", said)


def _words_of(said: str) -> Iterator[str]:
    """Its lines without the picture of the statement."""
    for line in said.splitlines():
        if line.startswith("LINE "):
            return
        if line.strip():
            yield line.strip()
