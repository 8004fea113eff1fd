"""What can be asked over the tables of a corpus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import duckdb


def columns_in(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """The columns of each table and view of a connection, in order."""
    found: dict[str, list[str]] = {}
    for name, column in connection.execute(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal ORDER BY table_name, column_index"
    ).fetchall():
        found.setdefault(name, []).append(column)
    return found


class Tables(Protocol):
    """The tables of one snapshot, in SQL; :class:`pipelines.corpus.asked.Corpus` is one.

    Attributes:
        files: of each table that there is, its Parquet files.
    """

    @property
    def files(self) -> Mapping[str, Any]: ...

    def sql(self, question: str, parameters: Any = None, /) -> duckdb.DuckDBPyRelation:
        """The answer to a question."""
        ...
