"""The page that lies beside the files: each table, its key, and its columns with unit and meaning."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from pipelines.console.numbers import counted
from pipelines.export.tables.sheet import Column, Sheet, Written

WIDTH = 100
VALUES: Mapping[str, str] = {
    "parquet": "A missing value is null. Times are in UTC.",
    "csv": "UTF-8 with a byte order mark, commas, lines that end in CR LF. A missing value is an empty cell, and so is "
    "an empty text. Truth is true or false, times are in UTC, lists are JSON, bytes are hexadecimal digits. A text "
    "that a spreadsheet would compute has an apostrophe in front, which is not part of it. The words NA, null and nan "
    "may have been said: tell your program that only an empty cell is missing (pandas: keep_default_na=False, "
    'na_values=""; R: na.strings = "" or na = "").',
    "xlsx": "A missing value is an empty cell, and so is an empty text. Times are in UTC. No text is a formula.",
    "sav": "Made for SPSS. Numbers that are missing are system-missing; a missing text is empty. Columns with a closed "
    "list of values are numbers with value labels. Times are in UTC. SPSS drops spaces at the end of a text. Labels "
    "are cut at 256 bytes: here they are whole.",
    "dta": "Made for Stata 14 and later. Numbers that are missing are system-missing (.); a missing text is empty. "
    "Columns with a closed list of values are numbers with value labels. Times are in UTC, to the "
    "millisecond. Labels are cut at 80 letters: here they are whole.",
}
"""How each format writes what the tables hold."""


def codebook(version: str, snapshot: str, format: str, written: Sequence[Written], lines: Sequence[str]) -> str:
    """The page, as plain text.

    Args:
        version: of Earwitness.
        snapshot: what the snapshot that was asked is called.
        format: of the files, a key of :data:`VALUES`.
        written: the files.
        lines: what was left out or changed.
    """
    page = [*_headed("Tables of an Earwitness corpus", "=")]
    page += [f"Written by Earwitness {version} from the snapshot {snapshot}.", ""]
    page += [*_wrapped(VALUES[format]), ""]
    page += _wrapped(
        "All times in ms are whole milliseconds from the start of the recording. Labels and confidences come from "
        "models: they do not say what a person meant or felt."
    )
    if lines:
        page += ["", *_headed("Left out or changed", "-")]
        page += [line for said in lines for line in _wrapped(said, "- ", "  ")]
    for one in written:
        page += ["", "", *_headed(one.path.name, "-"), *_table(one.sheet, one.account.rows), ""]
        page += _columns(one.sheet, one.account.renamed)
    return "\n".join(page) + "\n"


def _table(sheet: Sheet, rows: int) -> Iterator[str]:
    yield from _wrapped(f"One row is {sheet.row}.")
    yield counted(rows, "row") + "."
    yield f"Key: {', '.join(sheet.key)}." if sheet.key else "Key: none; rows may repeat."
    for one in sheet.points_into:
        yield f"Points into {one.to} by {', '.join(one.columns)}."


def _columns(sheet: Sheet, renamed: Mapping[str, str]) -> Iterator[str]:
    """A paragraph for each column; one for those that say the same, as the values of a vector do."""
    for _, same in groupby(sheet.columns, lambda one: (one.type, one.unit, one.values, one.meaning, one.name[:9])):
        alike = list(same)
        groups = [alike] if len(alike) > 2 else [[one] for one in alike]
        for group in groups:
            name = _name(group[0], renamed)
            if len(group) > 1:
                name = f"{name} to {_name(group[-1], renamed)}"
            facts = ", ".join(filter(None, (group[0].type, group[0].unit, group[0].values)))
            yield f"{name} ({facts})" if facts else name
            yield from _wrapped(group[0].meaning, "    ", "    ")


def _name(column: Column, renamed: Mapping[str, str]) -> str:
    new = renamed.get(column.name)
    return f"{new} [{column.name}]" if new else column.name


def _headed(text: str, line: str) -> Iterator[str]:
    yield text
    yield line * len(text)
    yield ""


def _wrapped(text: str, first: str = "", then: str = "") -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=then, break_on_hyphens=False, break_long_words=False
    )
