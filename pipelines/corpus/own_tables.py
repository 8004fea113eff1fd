"""Tables of the user's own beside those of a corpus: only read, for one question."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.errors import first_line, why
from pipelines.files.sheet import Reading, read_sheet
from pipelines.files.text import check_text
from schemas.errors import UsageError
from schemas.layout import PARQUET


def own_tables(words: Iterable[str], taken: Collection[str], reading: Reading | None = None) -> dict[str, pa.Table]:
    """The tables of some files, by name.

    Parquet has its types; in CSV and Excel all is text, and nothing is null.

    Args:
        words: paths, each with ``NAME=`` before it or not: then the table is called as the file is.
        taken: names of tables that are there.

    Raises:
        UsageError: a file that cannot be read, a name that is taken.
    """
    found: dict[str, pa.Table] = {}
    there = {name.lower() for name in taken}
    for word in words:
        name, equals, rest = word.partition("=")
        if not equals or not name or "/" in name or Path(word).exists():
            name, rest = Path(word).stem, word
        check_text(name)
        if name.lower() in there:
            raise UsageError(f"--with {word}: there is a table {name} already: call it otherwise, with NAME={rest}")
        there.add(name.lower())
        found[name] = _table(Path(rest), reading)
    return found


def _table(path: Path, reading: Reading | None) -> pa.Table:
    if path.suffix.lower() == PARQUET:
        try:
            return pq.read_table(path, partitioning=None)
        except OSError as error:
            raise UsageError(f"--with {path}: {why(error)}") from None
        except (pa.ArrowException, ValueError) as error:
            raise UsageError(f"--with {path}: no Parquet file: {first_line(error)}") from None
    sheet = read_sheet(path, lambda header: False, "--with ", reading)
    columns = zip(*(cells for _, cells in sheet.rows), strict=True) if sheet.rows else [() for _ in sheet.header]
    arrays = [pa.array([text or None for text in column], pa.string()) for column in columns]
    return pa.table(arrays, names=sheet.header)
