"""Writes a file for each table into a folder, each whole or not at all, and a page that tells of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO

import pyarrow as pa

from pipelines.corpus.asked import Corpus, open_corpus
from pipelines.corpus.target import check_targets, refuse_to_overwrite
from pipelines.errors import CommandError, why
from pipelines.export.tables.chosen import chosen_sheets
from pipelines.export.tables.codebook import codebook
from pipelines.export.tables.excel import fitted, write_xlsx
from pipelines.export.tables.plain import write_csv, write_parquet
from pipelines.export.tables.sheet import Account, Sheet, Written
from pipelines.export.tables.spss import write_sav
from pipelines.export.tables.stata import write_dta
from pipelines.files.atomic import is_device, whole_file, write_whole
from pipelines.store.versions import version_of
from schemas.errors import UsageError

README = "README.txt"
BATCH_ROWS = 2_000
"""A spectrogram takes 25 kB."""
BIOMETRIC = "speakers"


@dataclass(frozen=True)
class Format:
    """A format of tables.

    Attributes:
        write: writes the rows of a sheet into a binary file.
        flat: whether it knows no lists.
        with_bytes: whether it knows bytes.
        needs: the library that it is written with, where that is an extra.
    """

    write: Callable[[IO[bytes], Sheet, pa.RecordBatchReader], Account]
    flat: bool = False
    with_bytes: bool = True
    needs: str | None = None


FORMATS: Mapping[str, Format] = {
    "parquet": Format(write_parquet),
    "csv": Format(write_csv),
    "xlsx": Format(write_xlsx, flat=True, with_bytes=False, needs="xlsxwriter"),
    "sav": Format(write_sav, flat=True, with_bytes=False, needs="pyreadstat"),
    "dta": Format(write_dta, flat=True, with_bytes=False),
}


@dataclass(frozen=True)
class ExportedTables:
    """What an export wrote.

    Attributes:
        written: the files, without the page that tells of them.
        lines: what was left out or changed, a line each.
    """

    written: tuple[Written, ...]
    lines: tuple[str, ...]


def export_tables(
    out: Path,
    format: str,
    to: Path,
    *,
    tables: Sequence[str] = (),
    without: Sequence[str] = (),
    flat: bool = False,
    force: bool = False,
) -> ExportedTables:
    """Write a file for each of the tables that are named, or for all, and README.txt.

    Args:
        format: one of FORMATS.
        to: a folder; it is made where there is none.
        tables, without: as :func:`pipelines.export.tables.chosen.chosen_sheets` takes them.
        flat: lists as columns and tables of their own, also where the format knows lists.
        force: write over files that are there.

    Raises:
        UsageError: an unknown table, nothing to write, a folder of the corpus.
        CommandError: no corpus, a library that is not installed, a table that is larger than the format takes, files
            that are there already, a folder that cannot be written.
    """
    kind = FORMATS[format]
    if kind.needs and find_spec(kind.needs) is None:
        raise CommandError(
            f"{format} is written with {kind.needs}, which is not installed: pip install 'earwitness[export]'"
        )
    with open_corpus(out) as corpus:
        sheets, lines = chosen_sheets(corpus, tables, without, flat=flat or kind.flat, with_bytes=kind.with_bytes)
        lines = [f"left out: {line}" for line in lines]
        paths = [*(to / f"{sheet.name}.{format}" for sheet in sheets), to / README]
        _check_places(corpus, paths, force)
        if format == "xlsx":
            for at, sheet in enumerate(sheets):
                sheets[at], changed = fitted(corpus, sheet)
                lines += [f"changed: {line}" for line in changed]
        written = []
        try:
            to.mkdir(parents=True, exist_ok=True)
            for sheet, path in zip(sheets, paths, strict=False):
                reader = corpus.sql(sheet.select).to_arrow_reader(BATCH_ROWS)
                with whole_file(path) as file:
                    account = kind.write(file, sheet, reader)
                written.append(Written(sheet, path, path.stat().st_size, account))
            lines += _changes(written)
            page = codebook(version_of("earwitness"), corpus.snapshot.name, format, written, lines)
            write_whole(to / README, page.encode())
        except OSError as error:
            raise CommandError(f"{error.filename or to}: {why(error)}") from None
    return ExportedTables(tuple(written), tuple(lines))


def _check_places(corpus: Corpus, paths: Sequence[Path], force: bool) -> None:
    check_targets(corpus, paths)
    if not force:
        refuse_to_overwrite(paths)
    for path in paths:
        if os.path.lexists(path) and is_device(path):
            raise UsageError(f"--to {path.parent}: {path} is a pipe or a device: name another folder")


def _changes(written: Sequence[Written]) -> list[str]:
    lines = []
    for one in written:
        lines += [f"changed: {line}" for line in one.account.changed]
        renamed = [f"{old} is {new}" for old, new in one.account.renamed.items()]
        lines += [f"renamed in {one.path.name}: {', '.join(renamed)}"] if renamed else []
    if any(one.sheet.name == BIOMETRIC for one in written):
        lines.append(f"{BIOMETRIC} holds vectors of voices, which are biometric data: --without {BIOMETRIC}")
    return lines
