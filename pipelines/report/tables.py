"""The tables of one snapshot as a DuckDB connection, with the user's own columns told from ours."""

from __future__ import annotations

import glob
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.expectations import quoted
from pipelines.failure import RunError
from schemas.catalog import TABLES

GROUPS_AT_MOST = 12
"""A column with more values than this is not a grouping but a name."""


@dataclass(frozen=True)
class Tables:
    """Attributes:
    connection: a view for each table that is there.
    snapshot: the folder that was published when it was opened; a publish meanwhile changes nothing.
    own: the user's metadata columns.
    """

    connection: duckdb.DuckDBPyConnection
    snapshot: Path
    names: frozenset[str]
    own: tuple[str, ...]

    def groups(self) -> list[str]:
        """Metadata columns that part the recordings into 2 to :data:`GROUPS_AT_MOST` groups, no dates."""
        chosen = []
        for name in self.own:
            q = quoted(name)
            n, dates, all_ = self.connection.execute(
                f"SELECT count(DISTINCT {q}), count(TRY_CAST({q}::VARCHAR AS DATE)), count({q}) FROM recordings"
            ).fetchall()[0]
            if 2 <= n <= GROUPS_AT_MOST and dates < all_:
                chosen.append(name)
        return chosen

    def date(self) -> str | None:
        """The first metadata column whose values are all dates, as text or typed."""
        for name in self.own:
            q = quoted(name)
            dates, all_ = self.connection.execute(
                f"SELECT count(TRY_CAST({q}::VARCHAR AS DATE)), count({q}) FROM recordings"
            ).fetchall()[0]
            if all_ and dates == all_:
                return name
        return None


def open_tables(out: Path) -> Tables:
    """The published tables of the corpus in ``out``.

    Raises:
        RunError: there is no corpus.
    """
    current = out / "current"
    if not current.is_dir():
        raise RunError(f"{out} holds no corpus: `earwitness run RECORDINGS --out {out}` makes one")
    snapshot = current.resolve()
    connection = duckdb.connect()
    names = [name for name in TABLES if any((snapshot / name).glob("*.parquet"))]
    for name in names:
        files = f"{glob.escape(str(snapshot / name))}/*.parquet".replace("'", "''")
        connection.execute(f"CREATE VIEW {name} AS FROM read_parquet('{files}', hive_partitioning=false)")
    declared = {field.name for field in TABLES["recordings"].schema}
    columns = [row[0] for row in connection.execute("DESCRIBE recordings").fetchall()]
    return Tables(connection, snapshot, frozenset(names), tuple(c for c in columns if c not in declared))
