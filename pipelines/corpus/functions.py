"""Functions of ours that questions call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

import duckdb
import pyarrow as pa

_ONE_AT_A_TIME = Lock()


@contextmanager
def callable_in(
    connection: duckdb.DuckDBPyConnection, name: str, made: Callable[[pa.Array], pa.Array]
) -> Iterator[None]:
    """Let questions of a connection call a function of texts, which gives texts."""
    with _ONE_AT_A_TIME:
        connection.create_function(name, made, ["VARCHAR"], "VARCHAR", type="arrow")  # type: ignore[call-overload]
        try:
            yield
        finally:
            connection.remove_function(name)
