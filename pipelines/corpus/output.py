"""The answer to a question in SQL, as a table for people or as CSV, JSON or Parquet for programs."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import BufferedWriter
from pathlib import Path
from typing import IO, Any

import duckdb
import pyarrow as pa

from pipelines.console.rows import check_format
from pipelines.console.terminal import PrintableBytes
from pipelines.corpus.asked import Corpus
from pipelines.corpus.rows import batches, different_names, rows
from pipelines.corpus.target import check_targets
from pipelines.errors import CommandError, first_line, why
from pipelines.files.atomic import as_text, is_device, whole_file
from pipelines.files.cells import spreadsheet
from pipelines.files.plain_json import json_of
from pipelines.sql import quoted
from schemas.errors import UsageError

FORMATS = ("table", "csv", "json", "parquet")
BATCH = 10_000
Show = Callable[[Sequence[str], Iterator[Sequence[Any]]], None]
AS_TEXT = ("time with time zone", "interval", "bit", "bignum", "union")
"""Types, as DuckDB calls them."""


def answer(
    corpus: Corpus,
    question: str,
    format: str,
    to: Path | None,
    show: Show,
    beside: Mapping[str, pa.Table] | None = None,
) -> None:
    """Ask, and show the answer to a person, or write it to standard output or a file for a program.

    Args:
        format: one of FORMATS, as :func:`format_of` has it.
        to: a file, not of a table; None for standard output.
        show: prints a table: is given the names of the columns, and the rows as they come.
        beside: tables in memory that the question names, too.

    Raises:
        UsageError: wrong SQL, a file of the corpus or a recording as ``to``.
        CommandError: the file cannot be written.
    """
    if to is not None:
        check_targets(corpus, [to])
    found = corpus.sql(question, beside=beside)
    try:
        if format == "table":
            show(found.columns, rows(_with_plain_types(found).to_arrow_reader(BATCH)))
        elif to is None:
            _print(found, format)
        else:
            with whole_file(to) as file:
                _write(found, format, file, is_file=not is_device(to))
    except duckdb.Error as error:  # a cast that fails is told only when it is computed
        raise corpus.wrong(error, set(re.findall(r"\w+", question.lower()))) from None
    except pa.ArrowException as error:
        raise UsageError(f"--format {format} cannot hold that: {first_line(error)}: choose another") from None
    except BrokenPipeError:  # `| head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nor is there anything to flush
    except OSError as error:
        raise CommandError(f"{to or 'standard output'}: {why(error)}") from None


def format_of(asked: str | None, to: Path | None) -> str:
    """One of FORMATS: as asked for, or by the suffix of the file, or a table for people to read.

    Raises:
        UsageError: an unknown format, a table in a file, a file whose suffix says nothing, Parquet on a terminal.
    """
    if asked is not None:
        check_format(asked, FORMATS)
    if asked == "table" and to is not None:
        raise UsageError("--format table is not for a file: with --to say csv, json or parquet")
    if to is None:
        if asked == "parquet" and sys.stdout.isatty():
            raise UsageError("--format parquet is not for a terminal: name a file with --to, or send it on with >")
        return asked or "table"
    suffix = to.suffix.lower().removeprefix(".")
    if asked is None and suffix not in FORMATS[1:]:
        raise UsageError(f"--to {to}: call it .csv, .json or .parquet, or say --format")
    return asked or suffix


def _write(found: duckdb.DuckDBPyRelation, format: str, file: IO[bytes], *, is_file: bool) -> None:
    reader = _with_plain_types(found).to_arrow_reader(BATCH)
    names = different_names(reader.schema.names)
    if format == "parquet":
        import pyarrow.parquet as pq

        schema = pa.schema([field.with_name(name) for field, name in zip(reader.schema, names, strict=True)])
        with pq.ParquetWriter(file, schema) as writer:
            for batch in batches(reader):
                writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))
    elif format == "csv":
        with spreadsheet(file, is_file=is_file) as sheet:
            sheet.row(names)
            for row in rows(reader):
                sheet.row(row)
    else:
        with as_text(file) as text:
            before = "["
            for row in rows(reader):
                text.write(before + "\n" + json_of(dict(zip(names, row, strict=True))))
                before = ","
            text.write("\n]\n" if before == "," else "[]\n")


def _print(found: duckdb.DuckDBPyRelation, format: str) -> None:
    file: IO[bytes] = sys.stdout.buffer
    if format != "parquet" and sys.stdout.isatty():
        file = BufferedWriter(PrintableBytes(file))
    _write(found, format, file, is_file=False)
    file.flush()
    sys.stdout.flush()


def _with_plain_types(found: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """Types that Python and Parquet have no word for, or lose the zone of, as DuckDB writes them."""
    if not any(type.id in AS_TEXT for type in found.types):
        return found
    columns = [f"#{at}::VARCHAR" if type.id in AS_TEXT else f"#{at}" for at, type in enumerate(found.types, 1)]
    return found.project(
        ", ".join(f"{column} AS {quoted(name)}" for column, name in zip(columns, found.columns, strict=True))
    )
