"""What a program read, as texts that say every bit of every value, whatever the program boxes it in.

The standard library alone: it runs in the environment of each program.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

Kind = str | dict[str, Any]
"""Of a column: ``text``, ``bytes``, ``bool``, ``int``, ``float``, ``time``, ``date``, ``{"list": kind}`` or
``{"struct": {name: kind}}``."""
Rows = Iterable[Mapping[str, Any]]
Columns = dict[str, list[str]]
Question = Callable[[Mapping[str, Any]], Any]

LONG = 200
"""A longer text is given as its hash."""


def plain(value: Any, kind: Kind, *, loose: bool = False) -> Any:
    """A value as JSON knows it: floats as hexadecimal, times in UTC to the microsecond, bytes as hexadecimal.

    A value of another kind comes back as what it is, so that 7 is not "007" and an hour is not another.

    Args:
        loose: of a program that knows no nulls among numbers: a null is NaN, and whole numbers beside it are floats.
    """
    if hasattr(value, "tolist"):  # of NumPy
        value = value.tolist()
    if value is None or (loose and (value != value or type(value).__name__ in ("NAType", "NaTType"))):
        return None
    if isinstance(kind, dict):
        return _nested(value, kind, loose)
    if kind == "bytes" and isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if kind == "time" and isinstance(value, datetime.datetime) and value.tzinfo is not None:
        return value.astimezone(datetime.UTC).isoformat(timespec="microseconds")
    if kind == "date" and loose and isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    if kind == "date" and type(value) is datetime.date:
        return value.isoformat()
    if kind == "float" and type(value) is float:
        return value.hex()
    if kind == "int" and loose and type(value) is float and value.is_integer():
        return int(value)
    if (kind, type(value)) in (("text", str), ("bool", bool), ("int", int)):
        return value
    return _other(value)


def _nested(value: Any, kind: dict[str, Any], loose: bool) -> Any:
    if "struct" in kind:
        if not isinstance(value, dict) or list(value) != list(kind["struct"]):
            return _other(value)
        return {name: plain(value[name], part, loose=loose) for name, part in kind["struct"].items()}
    if not isinstance(value, list | tuple):
        return _other(value)
    return [plain(one, kind["list"], loose=loose) for one in value]


def _other(value: Any) -> dict[str, str]:
    return {"a value of another kind": f"{type(value).__name__} {value!r}"[:LONG]}


def columns_of(
    rows: Rows, kinds: Mapping[str, Kind], key: Iterable[str], *, loose: bool = False
) -> dict[str, list[str]]:
    """Each column as the texts of its values, in the order of the key, whatever order the program gave."""
    read = [[json.dumps(plain(row[name], kinds[name], loose=loose)) for name in kinds] for row in rows]
    places = [list(kinds).index(name) for name in key]
    read.sort(key=lambda row: [row[place] for place in places])
    return {name: [_short(row[i]) for row in read] for i, name in enumerate(kinds)}


def _short(text: str) -> str:
    return text if len(text) <= LONG else f"{text[:40]}... sha256 {hashlib.sha256(text.encode()).hexdigest()}"


def exact(value: Any, *, loose: bool = False) -> Any:
    """An answer to a question, with its floats as hexadecimal; ``loose`` as in :func:`plain`."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, float):
        return None if loose and value != value else value.hex()
    if isinstance(value, dict):
        return {name: exact(part, loose=loose) for name, part in sorted(value.items())}
    if isinstance(value, list | tuple):
        return [exact(part, loose=loose) for part in value]
    return value


def answer(read: Callable[[str], Rows], questions: Mapping[str, Question], *, loose: bool = False) -> None:
    """Read every table that is named in the file of the first argument, and write what was read to the second.

    Args:
        read: the rows of a table's folder.
        questions: each to a function that is given what the file of the first argument holds.
    """
    asked = json.loads(Path(sys.argv[1]).read_text())
    answers: dict[str, dict[str, Any]] = {"tables": {}, "questions": {}}
    for name, table in asked["tables"].items():

        def columns(table: Mapping[str, Any] = table) -> Columns:
            return columns_of(list(read(table["folder"])), table["kinds"], table["key"], loose=loose)

        answers["tables"][name] = _tried(columns)
    for name, ask in questions.items():
        answers["questions"][name] = _tried(lambda ask=ask: exact(ask(asked), loose=loose))  # type: ignore[misc]
    Path(sys.argv[2]).write_text(json.dumps(answers))


def _tried(ask: Callable[[], Any]) -> dict[str, Any]:
    try:
        return {"is": ask()}
    except BaseException as error:  # Polars' panics are no Exception
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        return {"error": " ".join(f"{type(error).__name__}: {error}".split())[:300]}
