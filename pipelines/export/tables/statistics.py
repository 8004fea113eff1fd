"""Columns as SPSS and Stata take them: with what one means as its label, and labels for the values of closed lists.

A table is held in memory: the libraries that write their files take it whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.corpus.rows import batches
from pipelines.export.tables.names import spss_names, stata_names
from pipelines.export.tables.sheet import Account, Column, Sheet

EXACT = 2**53
"""From here on a number of theirs does not hold every whole number."""


@dataclass(frozen=True)
class Program:
    """What a program's files hold.

    Attributes:
        label_fits: whether it takes a text as the label of a column.
        most_bytes: of a text; None where no text of ours is too long.
        first_day: before it, a date is none there.
        whole: whole numbers that it holds as such; others are floats.
        most: the largest float.
    """

    names: Callable[[Sequence[str]], list[str]]
    label_fits: Callable[[str], bool]
    most_bytes: int | None
    first_day: date
    whole: tuple[int, int]
    most: float


SPSS = Program(spss_names, lambda label: len(label.encode()) <= 256, 32_767, date(1582, 10, 15), (-EXACT, EXACT), 1e308)
STATA = Program(
    stata_names, lambda label: len(label) <= 80, None, date(100, 1, 1), (-(2**31) + 1, 2_147_483_620), 8.9e307
)
"""The largest numbers of each kind are missing values to Stata."""


Held = tuple[pd.Series, dict[int | float, str], list[str]]
"""A column, the labels of its values where they are numbers for words, and what was changed."""


@dataclass
class Frame:
    """The columns as their libraries take them.

    Attributes:
        columns: by their names in the file; days are ``datetime64[s]``, times ``datetime64[us]`` in UTC, texts objects.
        labels: what each column means, with its unit.
        codes: of columns that are numbers with labels: number and label.
        days: the columns that are dates.
    """

    columns: dict[str, pd.Series] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    codes: dict[str, dict[int | float, str]] = field(default_factory=dict)
    days: list[str] = field(default_factory=list)


def framed(sheet: Sheet, reader: pa.RecordBatchReader, program: Program) -> tuple[Frame, Account]:
    """The rows of a sheet as the program takes them, and what of them was changed."""
    rows = pa.Table.from_batches(batches(reader), reader.schema)
    names = program.names(rows.column_names)
    renamed = {old: new for old, new in zip(rows.column_names, names, strict=True) if old != new}
    account = Account(rows.num_rows, renamed)
    frame = Frame()
    for old, new in zip(rows.column_names, names, strict=True):
        told = sheet.told[old]
        zone = "UTC" if pa.types.is_timestamp(rows.schema.field(old).type) else ""
        says = f"{sheet.name}.{old}: "
        series, codes, changed = _series(rows[old].combine_chunks(), told, program)
        account.changed += [says + line for line in changed]
        frame.columns[new] = series
        if codes:
            frame.codes[new] = codes
        if series.dtype == "datetime64[s]":
            frame.days.append(new)
        units = ", ".join(filter(None, (told.unit, zone)))
        frame.labels[new] = label_of(f"{f'({units}) ' if units else ''}{told.meaning}", program.label_fits)
    return frame, account


def _series(values: pa.Array, told: Column, program: Program) -> Held:
    type = values.type
    if pa.types.is_boolean(type):
        return _whole(values.cast(pa.int8())), {0: "false", 1: "true"}, []
    if told.oneof:
        return _coded(values, told.oneof)
    if pa.types.is_integer(type):
        return _integers(values, program)
    if pa.types.is_floating(type):
        return _floats(values, program)
    if pa.types.is_date(type) or pa.types.is_timestamp(type):
        return _times(values, program)
    return _texts(values.cast(pa.string()), program)


def _coded(values: pa.Array, oneof: Sequence[str]) -> Held:
    """Numbers from 1 in the order of the list; a word that stands not in it comes behind."""
    more = sorted(set(pc.unique(values).to_pylist()) - {None, *oneof})
    words = [*oneof, *more]
    numbers = pc.add(pc.index_in(values, pa.array(words, pa.string())), 1)
    codes: dict[int | float, str] = {at + 1: word for at, word in enumerate(words)}
    return _whole(numbers.cast(pa.int32())), codes, []


def _integers(values: pa.Array, program: Program) -> Held:
    known = [one for one in (pc.min(values).as_py(), pc.max(values).as_py()) if one is not None]
    if any(abs(one) > EXACT for one in known):
        return _texts(values.cast(pa.string()), program)[0], {}, ["whole numbers beyond 2^53, so that it is text"]
    if all(program.whole[0] <= one <= program.whole[1] for one in known):
        width = pa.int64() if program is SPSS else pa.int32()
        return _whole(values.cast(width)), {}, []
    return pd.Series(values.cast(pa.float64()).to_numpy(zero_copy_only=False)), {}, []


def _floats(values: pa.Array, program: Program) -> Held:
    found = values.to_numpy(zero_copy_only=False)
    odd = ~np.isfinite(found) & ~values.is_null().to_numpy(zero_copy_only=False)
    with np.errstate(invalid="ignore"):
        odd |= np.abs(found.astype(np.float64)) > program.most
    if found.dtype == np.float32 and np.nanmax(np.abs(found), initial=0) > 1e38:
        found = found.astype(np.float64)
    changed = [f"values that are no number are missing: {int(odd.sum()):,}"] if odd.any() else []
    return pd.Series(np.where(odd, np.nan, found).astype(found.dtype)), {}, changed


def _times(values: pa.Array, program: Program) -> Held:
    is_date = pa.types.is_date(values.type)
    plain = values if is_date else values.cast(pa.timestamp("us"))
    first = pc.min(plain.cast(pa.date32())).as_py()
    if first is not None and first < program.first_day:
        told = [f"dates before {program.first_day}, so that it is text"]
        return _texts(plain.cast(pa.string()), program)[0], {}, told
    return pd.Series(plain.to_numpy(zero_copy_only=False).astype(f"datetime64[{'s' if is_date else 'us'}]")), {}, []


def _texts(values: pa.Array, program: Program) -> Held:
    """Text; where there is none it is empty, as neither program knows a text that is missing."""
    long = zeros = 0
    found = []
    for text in values.to_pylist():
        text = text or ""
        if "\0" in text:  # where their library ends a text
            zeros += 1
            text = text.replace("\0", "")
        if program.most_bytes is not None and len(text) * 4 > program.most_bytes:
            whole, text = text, text.encode()[: program.most_bytes].decode(errors="ignore")
            long += text != whole
        found.append(text)
    changed = [f"texts of more than {program.most_bytes:,} bytes were cut: {long:,}"] if long else []
    changed += [f"characters of code 0 were left out of texts: {zeros:,}"] if zeros else []
    return pd.Series(found, dtype=object), {}, changed


def _whole(values: pa.Array) -> pd.Series:
    """Whole numbers; where some are missing, pandas has types of its own for them."""
    if not values.null_count:
        return pd.Series(values.to_numpy(zero_copy_only=False))
    return values.to_pandas(types_mapper=None).astype(f"Int{values.type.bit_width}")


def label_of(text: str, fits: Callable[[str], bool]) -> str:
    """The text, cut where it is too long for a label: the page beside the files has it whole."""
    cut = text
    while not fits(cut + "..." * (cut != text)):
        cut = cut[:-1]
    return cut + "..." * (cut != text)
