"""What has to hold of every row of a table: a Great Expectations suite made from its declaration.

Great Expectations measures the printed form of a list instead of the list, and knows nothing of structs.  So a table is
looked at through :func:`flat_view`: a query that gives one plain column for each thing that is checked
(``embedding__norm`` for the norm of each vector), and that leaves samples, pictures and vectors in their files.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipelines.sql import literal, quoted
from schemas.catalog import TABLES
from schemas.inventory import HIGHEST_PEAK_DBFS, STORES_FLOATS
from schemas.table import Table, is_list, rules_of

if TYPE_CHECKING:
    import great_expectations as gx
    from great_expectations.expectations.expectation import Expectation

NORM_TOLERANCE = 0.01
"""How far the norm of a vector may lie from the declared one: float16 keeps three digits."""

FLOAT_TOLERANCE = 1e-6
"""How far a float may lie beyond a bound: ten roundings of a float32 at 1."""

ROUNDING_MS = 1
"""Two ends that were rounded to whole milliseconds apart from each other differ by no more."""


@dataclass(frozen=True)
class Measure:
    """One plain column of the flat view and what has to hold of its values.

    Attributes:
        name: its name in the flat view.
        subject: what a person calls it.
        sql: the DuckDB expression over a row of the table that gives it.
        columns: the declared columns that it is about.
        nullable: whether a null is no fault.
        low, high: inclusive bounds.
        finite: whether infinite values are faults; NaN was made infinite by ``sql``.
        oneof: the closed set of values.
        regex: what a text has to match from its start.
    """

    name: str
    subject: str
    sql: str
    columns: tuple[str, ...]
    nullable: bool = True
    low: float | None = None
    high: float | None = None
    finite: bool = False
    oneof: tuple[str, ...] | None = None
    regex: str | None = None


def measures(table: Table) -> tuple[Measure, ...]:
    """Everything that is checked within one row of the table."""
    schema = declared_columns(table)
    return tuple(
        measure
        for measures_of in (_of_columns, _of_stretches, _of_frames, _of_peaks)
        for measure in measures_of(schema)
    )


def declared_columns(table: Table) -> pa.Schema:
    """The columns without the user's own, which keep no rule: what they hold and are called is the user's affair."""
    if table.name not in TABLES:
        return table.schema
    ours = set(TABLES[table.name].schema.names)
    return pa.schema([column for column in table.schema if column.name in ours])


def flat_view(table: Table) -> str | None:
    """The SELECT list of the flat view: a column for each measure; None where there is none."""
    return ", ".join(f"{m.sql} AS {quoted(m.name)}" for m in measures(table)) or None


def suite(table: Table) -> gx.ExpectationSuite:
    """The expectations on the flat view of the table.

    Each carries in its ``meta`` what it says in words and the declared columns that it is about.
    Great Expectations is imported here, at the first call: it takes seconds and 240 MB.
    """
    import great_expectations as gx

    from pipelines.audit.kinds import ValuesBetween, ValuesInSet, ValuesMatchRegex, ValuesNotNull

    expectations: list[Expectation] = []
    for m in measures(table):
        about: dict[str, Any] = {"columns": list(m.columns)}
        if not m.nullable:
            meta = about | {"says": f"{m.subject} is not null"}
            expectations.append(ValuesNotNull(column=m.name, meta=meta))
        if m.finite or m.low is not None or m.high is not None:
            low, high = _bounds(m)
            meta = about | {"says": f"{m.subject} {_range_in_words(m)}"}
            expectations.append(ValuesBetween(column=m.name, min_value=low, max_value=high, meta=meta))
        if m.oneof is not None:
            meta = about | {"says": f"{m.subject} is one of {', '.join(m.oneof)}"}
            expectations.append(ValuesInSet(column=m.name, value_set=list(m.oneof), meta=meta))
        if m.regex is not None:
            meta = about | {"says": f"{m.subject} matches {m.regex}"}
            # GX searches anywhere in the text.
            expectations.append(ValuesMatchRegex(column=m.name, regex=f"^(?:{m.regex})", meta=meta))
    return gx.ExpectationSuite(name=table.name, expectations=expectations)


def _bounds(m: Measure) -> tuple[float | None, float | None]:
    """The bounds as they are held: with room for rounding, and finite, where it is a float."""
    if not m.finite:
        return m.low, m.high
    low = -sys.float_info.max if m.low is None else m.low - FLOAT_TOLERANCE * max(1.0, abs(m.low))
    high = sys.float_info.max if m.high is None else m.high + FLOAT_TOLERANCE * max(1.0, abs(m.high))
    return low, high


def _range_in_words(m: Measure) -> str:
    if m.low is not None and m.high is not None:
        return f"is {m.low:g}" if m.low == m.high else f"is between {m.low:g} and {m.high:g}"
    also = " and finite" if m.finite else ""
    if m.low is not None:
        return f"is at least {m.low:g}{also}"
    if m.high is not None:
        return f"is at most {m.high:g}{also}"
    return "is finite"


def _of_columns(schema: pa.Schema) -> Iterator[Measure]:
    """The rules of each column by itself."""
    for column in schema:
        rules, value = rules_of(column), quoted(column.name)
        about = (column.name,)
        finite = bool(rules) and pa.types.is_floating(column.type)
        if not is_list(column.type) and (finite or rules.keys() & {"low", "high", "oneof", "regex"}):
            yield Measure(
                name=column.name,
                subject=column.name,
                sql=_nan_to_infinity(value) if finite else value,
                columns=about,
                nullable=column.nullable,
                low=rules.get("low"),
                high=rules.get("high"),
                finite=finite,
                oneof=tuple(rules["oneof"]) if "oneof" in rules else None,
                regex=rules.get("regex"),
            )
        elif not column.nullable:
            # Whether a value is there, without reading it.
            present = f"CASE WHEN {value} IS NOT NULL THEN 1 END"
            yield Measure(column.name, column.name, present, about, nullable=False)
        if is_list(column.type):
            yield from _of_list(column.name, column.type.value_field, value, about, rules)
            if pa.types.is_fixed_size_list(column.type) or "length" in rules:
                length = rules.get("length", getattr(column.type, "list_size", None))
                called = f"the length of {column.name}"
                yield Measure(f"{column.name}__len", called, f"len({value})", about, low=length, high=length)


def _of_list(
    name: str, item: pa.Field, sql: str, about: tuple[str, ...], rules: dict[str, Any], of: str = "value"
) -> Iterator[Measure]:
    """The rules on the elements of a list, or on one part of each element of a list of structs."""
    subject = f"{of} of {about[0]}"
    if "norm" in rules:
        norm = _nan_to_infinity(f"sqrt(list_sum(list_transform({sql}, lambda v: v * v)))")
        low, high = rules["norm"] - NORM_TOLERANCE, rules["norm"] + NORM_TOLERANCE
        yield Measure(f"{name}__norm", f"the norm of {about[0]}", norm, about, low=low, high=high)
    finite = pa.types.is_floating(item.type)
    if "low" in rules or (finite and "norm" not in rules):
        least = _nan_to_infinity(f"list_min({sql})") if finite else f"list_min({sql})"
        yield Measure(f"{name}__min", f"the least {subject}", least, about, low=rules.get("low"), finite=finite)
    if "high" in rules or (finite and "norm" not in rules):
        # DuckDB orders NaN above everything: the greatest is NaN where any is.
        most = _nan_to_infinity(f"list_max({sql})") if finite else f"list_max({sql})"
        yield Measure(f"{name}__max", f"the greatest {subject}", most, about, high=rules.get("high"), finite=finite)
    if "oneof" in rules:  # the first value that is none of them, if there is one
        others = f"list_filter({sql}, lambda v: v NOT IN ({', '.join(map(literal, rules['oneof']))}))[1]"
        yield Measure(f"{name}__other", f"each {subject}", others, about, oneof=tuple(rules["oneof"]))
    if pa.types.is_struct(item.type):
        for part in item.type.fields:
            values = f"list_transform({sql}, lambda part: part.{quoted(part.name)})"
            yield from _of_list(f"{name}__{part.name}", part, values, about, rules_of(part), of=part.name)


def _of_stretches(schema: pa.Schema) -> Iterator[Measure]:
    """Stretches end after they start, and the stretches in a list lie inside that of the row."""
    if not {"start_ms", "end_ms"} <= set(schema.names):
        return
    known = not (schema.field("start_ms").nullable or schema.field("end_ms").nullable)
    yield Measure("stretch_ms", "end_ms - start_ms", "end_ms - start_ms", ("start_ms", "end_ms"), low=1 if known else 0)
    for column in schema:
        if not (is_list(column.type) and pa.types.is_struct(column.type.value_type)):
            continue
        if not {"start_ms", "end_ms"} <= {part.name for part in column.type.value_type.fields}:
            continue
        name, value = column.name, quoted(column.name)
        about = (name, "start_ms", "end_ms")
        shortest = f"list_min(list_transform({value}, lambda part: part.end_ms - part.start_ms))"
        yield Measure(f"{name}__shortest_ms", f"end_ms - start_ms of the shortest of {name}", shortest, (name,), low=0)
        first = f"list_min(list_transform({value}, lambda part: part.start_ms))"
        last = f"list_max(list_transform({value}, lambda part: part.end_ms))"
        yield Measure(
            f"{name}__beyond_ms",
            f"the time in ms by which {name} reach beyond the row's start_ms and end_ms",
            f"greatest(start_ms - {first}, {last} - end_ms, 0)",
            about,
            low=0,
            high=ROUNDING_MS,
        )


def _of_frames(schema: pa.Schema) -> Iterator[Measure]:
    """``n_frames`` is the length of every list, or the length of the picture in ``data``."""
    if "n_frames" not in schema.names:
        return
    for column in schema:
        if is_list(column.type):
            surplus = f"len({column.name}) - n_frames"
            yield Measure(f"{column.name}__surplus", surplus, surplus, (column.name, "n_frames"), low=0, high=0)
    if {"data", "n_mels"} <= set(schema.names):
        surplus = "octet_length(data) - n_frames * n_mels"
        yield Measure("data__surplus", surplus, surplus, ("data", "n_frames", "n_mels"), low=0, high=0)


def _of_peaks(schema: pa.Schema) -> Iterator[Measure]:
    """A peak far above full scale is noise that a decoder made, unless the codec stores floats."""
    if {"peak_dbfs", "codec"} <= set(schema.names):
        floats = ", ".join(map(literal, STORES_FLOATS))
        yield Measure(
            "peak_dbfs__coded",
            "peak_dbfs of a codec that stores no floats",
            f"CASE WHEN codec NOT IN ({floats}) THEN peak_dbfs END",
            ("peak_dbfs", "codec"),
            high=HIGHEST_PEAK_DBFS,
        )


def _nan_to_infinity(sql: str) -> str:
    """NaN would pass for a null in pandas."""
    return f"CASE WHEN isnan({sql}) THEN 'inf'::DOUBLE ELSE {sql} END"
