"""What can be asked over the tables of a corpus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import duckdb


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
