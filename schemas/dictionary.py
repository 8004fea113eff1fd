"""The table dictionary: every declared table as Markdown.

``python -m schemas.dictionary > docs/tables.md`` writes the one in the docs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import pyarrow as pa

from schemas.catalog import TABLES
from schemas.doubts import MEANT, Doubt
from schemas.markdown import code, grid
from schemas.notes import NOTED, Note
from schemas.reasons import MEANING, Reason
from schemas.table import Table, is_list, rules_of

PREFACE = """\
# The tables

A corpus is a folder of tables. Each table is a folder of Parquet files: `OUT/current/transcripts/*.parquet`. This
page is made from the declarations in `schemas/` by `python -m schemas.dictionary`. Beside the tables of a corpus lie
`README.md` and `datapackage.json`, which say the same of the tables that it has.

How to read it:

- **One row is** says what you count when you count the rows of a table.
- **Key**: the columns that identify a row. No two rows have the same values there.
- **Points into**: another table that says more. Join it by the columns of the same name.
- **Null** means that there is no value. It is not zero: silence has no loudness, an unvoiced frame has no pitch. A
  column that is not marked "may be null" has a value in every row.
- All times are whole milliseconds (ms) from the start of the recording.
- A share or a probability lies between 0 and 1. LUFS and dBFS are decibels below 0, which is the loudest that a file
  can hold.
- A `label` and its `confidence` come from a model. The label is the most similar of the classes that the model was
  trained on. The confidence is how sure the model is. They do not say what a person meant or felt.
- **Your own columns** of the metadata stand behind those of `files` and of `recordings`. In `files` each file has the
  values of the row that names it. In `recordings` there is a value where all files of the recording that have one have
  the same; where they differ, as the dates of a spot that was aired three times, it is null. The view `appearances`
  has a row for each file with both.
- `words.confidence` means a part of a list: the `confidence` of each of the `words` of a row.
"""


REASONS = ("reasons of errors", "The closed list of codes in `errors.reason`.", "reason", MEANING)
NOTES = (
    "notes of files",
    "The closed list of codes in `files.notes`: nothing failed, but it is to be known.",
    "note",
    NOTED,
)

DOUBTS = (
    "doubts about transcripts",
    "The closed list of codes in `transcripts.doubtful`. The row stays; commands say how many there are.",
    "doubt",
    MEANT,
)


def dictionary(tables: Iterable[Table] = TABLES.values()) -> str:
    """The Markdown page: an overview, a section a table, the reasons of errors, the notes of files, the doubts."""
    listed = list(tables)
    lines = [PREFACE]
    lines += grid(("table", "one row is", "made by"), ((f"[{t.name}](#{t.name})", t.row, _maker(t)) for t in listed))
    for table in listed:
        lines += ["", *_section(table)]
    lines += ["", *_codes(*REASONS), "", *_codes(*NOTES), "", *_codes(*DOUBTS)]
    return "\n".join(lines) + "\n"


def _section(table: Table) -> Iterator[str]:
    yield f"## {table.name}"
    yield ""
    yield f"One row is {table.row}."
    yield ""
    yield f"- Key: {code(table.key) or 'none; rows may repeat'}"
    if table.references:
        yield "- Points into: " + "; ".join(f"[{r.to}](#{r.to}) by {code(r.columns)}" for r in table.references)
    if table.made_by or table.command:
        yield f"- Made by: {_maker(table)}"
    if table.asked_for_by_name:
        yield "- Only made when it is asked for by name."
    yield ""
    yield from grid(
        ("column", "type", "unit", "values", "null", "meaning"),
        (row for column in table.schema for row in _rows(column)),
    )


def column_rows(table: Table) -> list[dict[str, str]]:
    """The columns of a table for a terminal: column, type, unit, values, meaning, as plain text."""
    names = ("column", "type", "unit", "values", "null", "meaning")
    cells = (row for column in table.schema for row in _rows(column))
    plain = ([re.sub(r"\[(.+?)\]\(.*?\)", r"\1", cell).replace("`", "") for cell in row] for row in cells)
    rows = [dict(zip(names, row, strict=True)) for row in plain]
    return [
        {**row, "values": ", ".join(filter(None, (row["values"], row.pop("null")))), "meaning": row.pop("meaning")}
        for row in rows
    ]


def _rows(column: pa.Field, of: str = "") -> Iterator[tuple[str, ...]]:
    """A row for a column, then one for each part of its elements."""
    rules = rules_of(column)
    name = of + column.name
    yield (
        f"`{name}`",
        _readable(column.type),
        "" if rules.get("unit") == "1" else rules.get("unit", ""),
        _values(column),
        "may be null" if column.nullable else "",
        rules.get("doc", ""),
    )
    for part in _parts(column.type):
        yield from _rows(part, of=f"{name}.")


def _parts(type: pa.DataType) -> list[pa.Field]:
    """The fields of the structs in a list; none for another type."""
    if is_list(type) and pa.types.is_struct(type.value_type):
        return list(type.value_type.fields)
    return []


def _readable(type: pa.DataType) -> str:
    """The type for a reader who does not know Arrow's names."""
    if pa.types.is_string(type):
        return "text"
    if pa.types.is_boolean(type):
        return "true or false"
    if pa.types.is_binary(type):
        return "bytes"
    if pa.types.is_timestamp(type):
        return f"time ({type.tz})" if type.tz else "time"
    if is_list(type):
        if pa.types.is_struct(type.value_type):
            return f"list of ({', '.join(part.name for part in _parts(type))})"
        size = f"{type.list_size} " if pa.types.is_fixed_size_list(type) else ""
        nulls = ", null among them" if type.value_field.nullable else ""
        return f"list of {size}{_readable(type.value_type)}{nulls}"
    return {"float": "float32", "double": "float64"}.get(str(type), str(type))


def _values(column: pa.Field) -> str:
    """What may stand in the column, in words."""
    rules = rules_of(column)
    said = []
    low, high = rules.get("low"), rules.get("high")
    if low is not None and high is not None:
        said.append(f"{low:g} to {high:g}")
    elif low is not None:
        said.append(f"{low:g} or more")
    elif high is not None:
        said.append(f"{high:g} or less")
    if rules.get("oneof") == [reason.value for reason in Reason]:
        said.append("see [reasons of errors](#reasons-of-errors)")
    elif "oneof" in rules:
        said.append(code(rules["oneof"]))
    if "regex" in rules:
        said.append(f"matches `{rules['regex']}`")
    if "length" in rules:
        said.append(f"{rules['length']} values")
    if "norm" in rules:
        said.append(f"norm {rules['norm']:g}")
    return ", ".join(said)


def _codes(
    title: str,
    said: str,
    heading: str,
    meanings: Mapping[Reason, str] | Mapping[Note, str] | Mapping[Doubt, str],
) -> Iterator[str]:
    """The section of a closed list of codes."""
    yield f"## {title}"
    yield ""
    yield said
    yield ""
    yield from grid((heading, "meaning"), ((f"`{one.value}`", meaning) for one, meaning in meanings.items()))


def _maker(table: Table) -> str:
    if table.command:
        return f"`earwitness {table.command}`, from {', '.join(table.needs)}"
    return f"the model of the job `{table.made_by}`" if table.made_by else ""


if __name__ == "__main__":
    print(dictionary(), end="")
