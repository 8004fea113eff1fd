"""The answer to a question in SQL, as a table for people or as CSV, JSON or Parquet for programs."""

from __future__ import annotations

import csv
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any

import duckdb
import pyarrow as pa
from rich.console import Console

from pipelines.corpus import AskedCorpus
from pipelines.failure import RunError
from pipelines.listing import check_format, show_rows
from pipelines.target import check_targets
from pipelines.whole_file import as_text, whole_file
from schemas.config import ConfigError

FORMATS = ("table", "csv", "json", "parquet")
SHOWN = 1_000
"""Rows of a table: nobody reads more, and the other formats have all."""
BATCH = 10_000


def answer(
    corpus: AskedCorpus,
    question: str,
    format: str,
    to: Path | None,
    console: Console,
    beside: Mapping[str, pa.Table] | None = None,
) -> None:
    """Ask, and print the answer or write it to a file.

    Args:
        format: one of FORMATS, as :func:`format_of` has it.
        to: a file, not of a table; None for standard output.
        beside: tables in memory that the question names, too.

    Raises:
        ConfigError: wrong SQL, a file of the corpus or a recording as ``to``.
        RunError: the file cannot be written.
    """
    if to is not None:
        check_targets(corpus, [to])
    found = corpus.sql(question, beside=beside)
    try:
        if format == "table":
            _show(found, console)
        elif to is None:
            _write(found, format, sys.stdout.buffer)
            sys.stdout.flush()
        else:
            with whole_file(to) as file:
                _write(found, format, file)
    except duckdb.Error as error:  # a cast that fails is told only when it is computed
        raise corpus.wrong(error, set(re.findall(r"\w+", question.lower()))) from None
    except BrokenPipeError:  # `| head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nor is there anything to flush
    except OSError as error:
        raise RunError(f"{to or 'standard output'}: {error.strerror}") from None


def format_of(asked: str | None, to: Path | None) -> str:
    """One of FORMATS: as asked for, or by the suffix of the file, or a table for people to read.

    Raises:
        ConfigError: an unknown format, a table in a file, a file whose suffix says nothing, Parquet on a terminal.
    """
    if asked is not None:
        check_format(asked, FORMATS)
    if asked == "table" and to is not None:
        raise ConfigError("--format table is not for a file: with --to say csv, json or parquet")
    if to is None:
        if asked == "parquet" and sys.stdout.isatty():
            raise ConfigError("--format parquet is not for a terminal: name a file with --to, or send it on with >")
        return asked or "table"
    suffix = to.suffix.lower().removeprefix(".")
    if asked is None and suffix not in FORMATS[1:]:
        raise ConfigError(f"--to {to}: call it .csv, .json or .parquet, or say --format")
    return asked or suffix


def _show(found: duckdb.DuckDBPyRelation, console: Console) -> None:
    rows = list(islice(_rows(found), SHOWN + 1))
    columns = list(found.columns)
    keys = [f"{at} {name}" for at, name in enumerate(columns)]  # two columns may bear one name
    shown = [dict(zip(keys, row, strict=True)) for row in rows[:SHOWN]]
    show_rows(console, shown, keys, "table", headings=columns)
    if len(rows) > SHOWN:
        console.print(f"the first {SHOWN:,} rows; --format csv, json or parquet has all of them", style="dim")


def _write(found: duckdb.DuckDBPyRelation, format: str, file: IO[bytes]) -> None:
    if format == "parquet":
        import pyarrow.parquet as pq

        reader = found.to_arrow_reader(BATCH)
        with pq.ParquetWriter(file, reader.schema) as writer:
            for batch in _batches(reader):
                writer.write_batch(batch)
        return
    with as_text(file) as text:
        if format == "csv":
            rows = csv.writer(text, lineterminator="\n")
            rows.writerow(found.columns)
            for row in _rows(found):
                rows.writerow([_cell(value) for value in row])
        else:
            before = "["
            for row in _rows(found):
                text.write(before + "\n" + json.dumps(dict(zip(found.columns, row, strict=True)), default=_plain))
                before = ","
            text.write("\n]\n" if before == "," else "[]\n")


def _batches(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """Raises:
    duckdb.Error: as DuckDB said it; Arrow wraps what goes wrong behind the first batch into an OSError of no number.
    """
    while True:
        try:
            yield reader.read_next_batch()
        except StopIteration:
            return
        except OSError as error:
            raise duckdb.Error(str(error)) from None


def _rows(found: duckdb.DuckDBPyRelation) -> Iterator[Sequence[Any]]:
    """By position: two columns may bear one name."""
    for batch in _batches(found.to_arrow_reader(BATCH)):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _cell(value: Any) -> Any:
    """Lists and structures as JSON: a spreadsheet's cell is one text."""
    return json.dumps(value, default=_plain, ensure_ascii=False) if isinstance(value, list | dict | tuple) else value


def _plain(value: Any) -> Any:
    """What JSON has no word for: times as ISO 8601, bytes as hexadecimal digits."""
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
