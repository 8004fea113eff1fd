"""How equal the rows of two corpora are: ``python -m benchmarks.same_rows ONE OTHER``; exit code 1 where they differ.

Two runs over the same files: rows are matched by their keys, and their figures compared within a tolerance.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.report import Cell, Table, show, wide_console
from schemas.catalog import TABLES

LEFT_OUT = ("run_id",)
"""Columns that say which run made a row, not what was heard."""
OF_THE_RUN = ("runs",)
TOLERANCE = 1e-4
COLUMNS = (
    "table",
    "rows",
    "only in the one",
    "only in the other",
    "column",
    "values that differ",
    "largest difference",
)


@dataclass(frozen=True)
class Difference:
    """What a column of the rows that both corpora have differs in.

    Attributes:
        values: compared; each element of a list counts.
        differing: of them; figures by more than the tolerance.
        largest: difference of figures; None for everything else, and where the lists are not of the same length.
    """

    column: str
    values: int
    differing: int
    largest: float | None


def compare(one: Path, other: Path, tolerance: float = TOLERANCE) -> tuple[Table, bool]:
    """All tables that either corpus has, and whether they are the same."""
    rows: list[tuple[Cell, ...]] = []
    same = True
    names = {path.name for out in (one, other) for path in (out / "current").iterdir() if path.name in TABLES}
    for name in sorted(names - set(OF_THE_RUN), key=list(TABLES).index):
        first, second = (_read(out, name) for out in (one, other))
        if first is None or second is None:
            rows.append((f"{name}: missing in {one if first is None else other}", *[None] * (len(COLUMNS) - 1)))
            same = False
            continue
        here, there, mine, theirs = _matched(first, second, _key(name))
        found = [each for each in differences(here, there, tolerance) if each.differing or each.largest]
        same &= not (mine or theirs or any(each.differing for each in found))
        head: tuple[Cell, ...] = (name, f"{len(here):,}", f"{mine:,}", f"{theirs:,}")
        rows += [(*head, each.column, f"{each.differing:,} of {each.values:,}", each.largest) for each in found]
        if not found:
            rows.append((*head, "(all alike)" if len(here) else "(no row in both)", "0", None))
    title = f"Rows of two corpora, figures within {tolerance:g}"
    return Table(title, COLUMNS, tuple(rows), (f"Left out: {', '.join((*LEFT_OUT, *OF_THE_RUN))}.",)), same


def differences(one: pa.Table, other: pa.Table, tolerance: float) -> Iterator[Difference]:
    """Of two tables with the same columns, whose rows belong together in their order."""
    for name in one.column_names:
        yield from _of(name, one[name].combine_chunks(), other[name].combine_chunks(), tolerance)


def _of(name: str, one: pa.Array, other: pa.Array, tolerance: float) -> Iterator[Difference]:
    if pa.types.is_list(one.type) or pa.types.is_fixed_size_list(one.type):
        alike = pc.fill_null(pc.equal(pc.list_value_length(one), pc.list_value_length(other)), False)
        both_null = pc.and_(pc.is_null(one), pc.is_null(other))
        kept = pc.or_(alike, both_null)
        if pc.sum(pc.invert(kept)).as_py():
            yield Difference(f"{name}, length", len(one), pc.sum(pc.invert(kept)).as_py(), None)
        yield from _of(name, pc.list_flatten(one.filter(kept)), pc.list_flatten(other.filter(kept)), tolerance)
    elif pa.types.is_struct(one.type):
        for number, field in enumerate(one.type):
            inner, its = (pc.struct_field(each, [number]) for each in (one, other))
            yield from _of(f"{name}.{field.name}", inner, its, tolerance)
    elif pa.types.is_floating(one.type):
        figures = [each.cast(pa.float64()).to_numpy(zero_copy_only=False) for each in (one, other)]
        unknown = [np.isnan(each) for each in figures]
        apart = np.where(unknown[0] | unknown[1], 0.0, np.abs(figures[0] - figures[1]))
        differing = int((apart > tolerance).sum() + (unknown[0] != unknown[1]).sum())
        yield Difference(name, len(one), differing, float(apart.max(initial=0.0)))
    else:
        same = pc.fill_null(pc.equal(one, other), False)
        same = pc.or_(same, pc.and_(pc.is_null(one), pc.is_null(other)))
        yield Difference(name, len(one), pc.sum(pc.invert(same)).as_py() or 0, None)


def _key(name: str) -> list[str]:
    return list(TABLES[name].key or ("uri", "stage", "reason", "start_ms"))


def _read(out: Path, name: str) -> pa.Table | None:
    folder = out / "current" / name
    if not folder.exists():
        return None
    found = pq.read_table(folder, partitioning=None)
    return found.select([column for column in found.column_names if column not in LEFT_OUT])


def _matched(one: pa.Table, other: pa.Table, key: list[str]) -> tuple[pa.Table, pa.Table, int, int]:
    """The rows of both whose keys both have, in one order; and how many each has beside them."""
    keys = [list(zip(*(rows[name].to_pylist() for name in key), strict=True)) for rows in (one, other)]
    places: list[dict[tuple, int]] = []
    for each in keys:  # errors may have two rows of one key: they are told apart by their order
        seen: dict[tuple, int] = {}
        for row, values in enumerate(each):
            again = 0
            while (*values, again) in seen:
                again += 1
            seen[(*values, again)] = row
        places.append(seen)
    both = sorted(places[0].keys() & places[1].keys(), key=str)
    taken = [pa.array([seen[each] for each in both], pa.int64()) for seen in places]
    here, there = one.take(taken[0]), other.take(taken[1])
    return here, there.select(here.column_names), len(places[0]) - len(both), len(places[1]) - len(both)


def main(words: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser("python -m benchmarks.same_rows", description="Compare the rows of two corpora.")
    parser.add_argument("one", type=Path, metavar="ONE", help="a run's OUT")
    parser.add_argument("other", type=Path, metavar="OTHER", help="another's")
    parser.add_argument("--tolerance", type=float, default=TOLERANCE, metavar="X", help=f"(default: {TOLERANCE:g})")
    arguments = parser.parse_args(words)
    for out in (arguments.one, arguments.other):
        if not (out / "current").exists():
            parser.error(f"{out} holds no published corpus: name the OUT of a run that ended well")
    table, same = compare(arguments.one, arguments.other, arguments.tolerance)
    show(wide_console(), table)
    print("the same rows" if same else "not the same rows")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
