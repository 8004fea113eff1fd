"""Whether the values of written tables keep their rules: Great Expectations over the flat view of each, by chunks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.audit.check import SAMPLE, Check
from pipelines.audit.expectations import flat_view, suite
from pipelines.sql import quoted
from schemas.table import Table

if TYPE_CHECKING:
    import great_expectations as gx
    import pandas as pd

VECTORS_A_CHUNK = 96
"""DuckDB hands out vectors of 2048 rows: about 200,000 rows are in memory at once."""

NOT_NULL = "values_not_null"
WHOSE = "__whose"
"""The column beside the flat view that says whose row it is."""


def check_values(duck: duckdb.DuckDBPyConnection, tables: Iterable[Table]) -> Iterator[Check]:
    """The suite of each table, chunk by chunk; the counts of the chunks are added up.

    Raises:
        RuntimeError: Great Expectations could not ask a question.
    """
    asked = Expectations()
    for table in tables:
        columns = flat_view(table)
        if columns is None:
            continue
        expectations = suite(table)
        found = {}
        for expectation in expectations.expectations:
            about: Any = expectation.meta
            found[about["says"]] = Check(table.name, about["says"], tuple(about["columns"]), True, 0, 0)
        for chunk in _chunks(duck, table, columns):
            form = {"result_format": "BASIC", "partial_unexpected_count": SAMPLE}
            for says, type, success, result in asked.of(table.name, chunk, expectations, form):
                check = found[says]
                shown = () if type == NOT_NULL else result["partial_unexpected_list"]
                found[says] = replace(
                    check,
                    success=check.success and success,
                    unexpected_count=check.unexpected_count + int(result["unexpected_count"]),
                    rows=check.rows + int(result["element_count"]),
                    sample=(*check.sample, *map(str, shown))[:SAMPLE],
                )
        yield from found.values()


def whose_values(
    asked: Expectations, duck: duckdb.DuckDBPyConnection, table: Table, expectations: Collection[str], whose: str
) -> dict[str, Counter[str | None]]:
    """Of each of these expectations on the table, how many rows do not keep it, by the column ``whose``.

    Raises:
        RuntimeError: Great Expectations could not ask a question.
    """
    found: dict[str, Counter[str | None]] = {says: Counter() for says in expectations}
    whole = suite(table)
    for expectation in tuple(whole.expectations):
        about: Any = expectation.meta
        if about["says"] not in found:
            whole.delete_expectation(expectation)
    for chunk in _chunks(duck, table, f"{flat_view(table)}, {quoted(whose)}::VARCHAR AS {WHOSE}"):
        names = chunk[WHOSE]
        for says, _, _, result in asked.of(table.name, chunk, whole, {"result_format": "COMPLETE"}):
            wrong = names.loc[result.get("unexpected_index_list") or []]
            found[says].update(name if isinstance(name, str) else None for name in wrong)
    return found


def _chunks(duck: duckdb.DuckDBPyConnection, table: Table, columns: str) -> Iterator[pd.DataFrame]:
    rows = duck.execute(f"SELECT {columns} FROM {quoted(table.name)}")
    while len(chunk := rows.fetch_df_chunk(VECTORS_A_CHUNK)):
        yield chunk


class Expectations:
    """Great Expectations, which takes seconds to import, all in memory."""

    def __init__(self) -> None:
        import great_expectations as gx
        from great_expectations.data_context.types import base

        # By itself GX makes a temporary folder for pages that nobody builds.
        config = base.DataContextConfig(
            store_backend_defaults=base.InMemoryStoreBackendDefaults(),
            progress_bars=base.ProgressBarsConfig(globally=False),
        )
        context = gx.get_context(mode="ephemeral", project_config=config)
        frames = context.data_sources.add_pandas("tables").add_dataframe_asset("table")
        self._batches = frames.add_batch_definition_whole_dataframe("chunk")

    def of(
        self, table: str, chunk: pd.DataFrame, expectations: gx.ExpectationSuite, form: dict[str, Any]
    ) -> Iterator[tuple[str, str, bool, dict[str, Any]]]:
        """Of each expectation what it says, its type, whether it held, and the result."""
        batch = self._batches.get_batch({"dataframe": chunk})
        of_form: Any = form
        for result in batch.validate(expectations, result_format=of_form).results:
            asked: Any = result.expectation_config
            says = asked.meta["says"]
            if "unexpected_count" not in result.result:
                raise RuntimeError(f"{table}: could not check: {says}: {result.exception_info}")
            yield says, asked.type, bool(result.success), result.result
