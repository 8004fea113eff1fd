"""Which tables are handed on."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.corpus.asked import Corpus
from pipelines.corpus.statements import left_out
from pipelines.corpus.views import VIEWS
from pipelines.export.tables.flat import Flattened, flattened, nested
from pipelines.export.tables.sheet import Sheet
from schemas.catalog import TABLES, nearest
from schemas.errors import UsageError


def chosen_sheets(
    corpus: Corpus, tables: Sequence[str], without: Sequence[str], *, flat: bool, with_bytes: bool
) -> tuple[list[Sheet], list[str]]:
    """The files to write, and what of the tables stands in none of them, a line each.

    Args:
        tables: tables and views by name; none for all tables.
        without: tables, views, and tables that ``flat`` makes of lists; what was made of a table goes with it.
        flat: lists as columns and tables of their own.
        with_bytes: whether the format knows bytes.

    Raises:
        UsageError: an unknown name, a table that was left out of the corpus, nothing left to write.
    """
    for name in tables:
        if name not in corpus.columns:
            raise UsageError(f"--tables {name}: {left_out(name) or f'unknown table{nearest(name, corpus.columns)}'}")
    dropped = set(without)
    sheets: dict[str, Sheet] = {}
    lines: list[str] = []
    made: set[str] = set()
    for name in tables or corpus.files:
        found = (
            flattened(corpus, name, framewise=name in tables, with_bytes=with_bytes)
            if flat
            else Flattened((nested(corpus, name),))
        )
        made.update(sheet.name for sheet in found.sheets)
        if name in dropped:
            continue
        kept = {sheet.name: sheet for sheet in found.sheets if sheet.name not in dropped}
        sheets = {**kept, **sheets}  # a view that is named is the same as that of the table's list
        lines += found.left_out
    for name in without:
        if name not in (known := [*TABLES, *VIEWS, *sorted(made - {*TABLES, *VIEWS})]):
            raise UsageError(f"--without {name}: unknown table{nearest(name, known)}")
    if not sheets:
        raise UsageError("nothing is left to write: name tables with --tables, or fewer with --without")
    order = [*TABLES, *VIEWS]
    ranked = sorted(sheets.values(), key=lambda one: order.index(one.name) if one.name in order else len(order))
    return ranked, list(dict.fromkeys(lines))
