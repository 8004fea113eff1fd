"""Whether written tables are what they are declared to be, asked before anybody reads them.

Three questions: does every file hold exactly the declared columns (pyarrow), do the values keep
their rules (Great Expectations, over the flat view of the table), and do the rows of the tables
fit together (DuckDB: keys, references, stretches inside their window, segment or recording).
"""

from __future__ import annotations

import glob
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.audit.check import SAMPLE, Audit, Check
from pipelines.audit.references import Question, questions
from pipelines.audit.values import check_values
from pipelines.files.parquet import first_damaged, parquet_files
from pipelines.files.private import PrivateFolder
from pipelines.sql import literal, quoted
from schemas.table import Table


def audit(folder: Path, tables: Sequence[Table], *, inputs: int | None = None) -> Audit:
    """Ask everything of the tables in ``folder/<name>/*.parquet``.

    Values are looked at in chunks; what the keys of large tables need, DuckDB spills to the
    temporary folder.  A table whose files are not as declared is asked nothing else.

    Args:
        tables: as they were written: vectors sized, the user's columns added.
        inputs: how many files the run was given; there has to be a row of ``files`` for each.

    Raises:
        DamagedError: a file breaks off behind an intact schema.
    """
    try:
        return _audit(folder, tables, inputs)
    except duckdb.Error:
        damaged = first_damaged(path for table in tables for path in parquet_files(folder / table.name))
        if damaged is not None:
            raise damaged from None
        raise


def _audit(folder: Path, tables: Sequence[Table], inputs: int | None) -> Audit:
    checks: list[Check] = []
    sound: dict[str, Table] = {}
    with PrivateFolder() as spill, duckdb.connect(config={"temp_directory": str(spill)}) as duck:
        duck.execute("SET enable_progress_bar = false")
        for table in tables:
            paths = parquet_files(folder / table.name)
            schemas, broken = _schemas(paths)
            of_files = list(_check_files(table, schemas, broken))
            checks += [*of_files, _check_nullability(table, schemas)]
            if all(check.success for check in of_files):
                duck.execute(f"CREATE VIEW {quoted(table.name)} AS FROM {parquet(paths)}")
                sound[table.name] = table
        checks += check_values(duck, sound.values())
        checks += _check_references_known(tables)
        for table in sound.values():
            checks += [_ask(duck, question) for question in questions(table, sound)]
        if inputs is not None:
            rows = _count(duck, quoted("files")) if "files" in sound else 0
            checks.append(_check_inputs(rows, inputs))
    return Audit(tuple(checks))


def parquet(paths: Sequence[Path]) -> str:
    """The table function that reads exactly these files, whatever their names hold."""
    escaped = ", ".join(literal(glob.escape(str(path))) for path in paths)
    return f"read_parquet([{escaped}], hive_partitioning = false)"


def _schemas(paths: Sequence[Path]) -> tuple[dict[str, pa.Schema], list[str]]:
    """The schema of each file by its name, and the files that have none with the reason."""
    schemas, broken = {}, []
    for path in paths:
        try:
            schemas[path.name] = pq.read_schema(path)
        except (pa.ArrowInvalid, OSError) as error:
            broken.append(f"{path.name}: {error}")
    return schemas, broken


def _check_files(table: Table, schemas: Mapping[str, pa.Schema], broken: Sequence[str]) -> Iterator[Check]:
    """There is a file, and every file has the declared columns, in order, with their types."""
    files = len(schemas) + len(broken)
    yield Check(table.name, "has a Parquet file", (), files > 0, int(not files), files)
    yield _of_files(table, "every file can be opened", (), broken, files)
    declared = table.schema
    foreign, retyped = [], []
    changed: dict[str, None] = {}
    for file, schema in schemas.items():
        if schema.names != declared.names:
            foreign.append(f"{file}: {_difference(schema.names, declared.names)}")
        elif others := [column for column in schema if column.type != declared.field(column.name).type]:
            changed |= dict.fromkeys(column.name for column in others)
            retyped.append(f"{file}: " + ", ".join(f"{column.name} is {column.type}" for column in others))
    columns = tuple(declared.names)
    yield _of_files(table, "every file has the declared columns in their order", columns, foreign, files)
    yield _of_files(table, "every file has the declared types", tuple(changed) or columns, retyped, files)


def _check_nullability(table: Table, schemas: Mapping[str, pa.Schema]) -> Check:
    """Which columns may hold nulls is part of the schema that all files share."""
    faults: list[str] = []
    changed: dict[str, None] = {}
    for file, schema in schemas.items():
        for column in table.schema:
            at = schema.get_field_index(column.name)
            if at >= 0 and schema.field(at).nullable != column.nullable:
                changed[column.name] = None
                faults.append(f"{file}: {column.name} {'may not' if column.nullable else 'may'} be null")
    says = "every file says which columns may be null as declared"
    about = tuple(changed) or tuple(table.schema.names)
    return _of_files(table, says, about, faults, len(schemas))


def _of_files(table: Table, says: str, columns: tuple[str, ...], faults: Sequence[str], files: int) -> Check:
    return Check(table.name, says, columns, not faults, len(faults), files, tuple(faults[:SAMPLE]))


def _difference(found: Sequence[str], declared: Sequence[str]) -> str:
    extra = [f"{name} is not declared" for name in found if name not in declared]
    missing = [f"{name} is missing" for name in declared if name not in found]
    return ", ".join(extra + missing) or "in another order"


def _check_references_known(tables: Sequence[Table]) -> Iterator[Check]:
    """A table that others point into has to be audited with them."""
    names = {table.name for table in tables}
    for table in tables:
        for reference in table.references:
            if reference.to not in names:
                says = f"{reference.to}, which it points into, is among the audited tables"
                yield Check(table.name, says, reference.columns, False, 1, 1)


def _check_inputs(rows: int, inputs: int) -> Check:
    says = f"has a row for each of the {inputs:,} inputs"
    missed = abs(rows - inputs)
    return Check("files", says, (), not missed, missed, inputs, (f"{rows:,} rows",) if missed else ())


def _ask(duck: duckdb.DuckDBPyConnection, question: Question) -> Check:
    faults = _count(duck, f"({question.faults})")
    rows = _count(duck, quoted(question.table))
    sample: list[tuple[str]] = []
    if faults:
        sample = duck.execute(f"SELECT found FROM ({question.faults}) ORDER BY found LIMIT {SAMPLE}").fetchall()
    shown = tuple(str(found) for (found,) in sample)
    return Check(question.table, question.expectation, question.columns, not faults, faults, rows, shown)


def _count(duck: duckdb.DuckDBPyConnection, relation: str) -> int:
    return duck.execute(f"SELECT count(*) FROM {relation}").fetchall()[0][0]
