"""Two corpora of the same rows are the same; what differs is named with its column."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.same_rows import compare, main

ROWS: list[dict[str, Any]] = [
    {"recording_id": "a", "channel": 0, "start_ms": at, "label": "neu", "confidence": 0.5, "run_id": "one",
     "probabilities": [{"label": "neu", "probability": 0.5}, {"label": "hap", "probability": None}]}
    for at in (0, 5000, 10_000)
]  # fmt: skip


def corpus(out: Path, rows: list[dict[str, Any]]) -> Path:
    (out / "current" / "emotions").mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(rows), out / "current" / "emotions" / "made.parquet")
    return out


def changed(rows: list[dict[str, Any]], **values: Any) -> list[dict[str, Any]]:
    return [{**rows[0], **values}, *rows[1:]]


def test_the_same_in_another_order_and_of_another_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = corpus(tmp_path / "one", ROWS)
    other = corpus(tmp_path / "other", changed(ROWS, run_id="two", confidence=0.50001)[::-1])
    table, same = compare(one, other)
    assert same
    assert [row[4:] for row in table.rows] == [("confidence", "0 of 3", pytest.approx(1e-5, rel=1e-3))]
    assert main([str(one), str(other)]) == 0
    assert capsys.readouterr().out.endswith("the same rows\n")


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"label": "hap"}, ("0", "0", "label", "1 of 3")),
        ({"confidence": 0.6}, ("0", "0", "confidence", "1 of 3")),
        ({"confidence": None}, ("0", "0", "confidence", "1 of 3")),
        ({"probabilities": []}, ("0", "0", "probabilities, length", "1 of 3")),
        ({"probabilities": [{"label": "neu", "probability": 0.5}, {"label": "sad", "probability": None}]},
         ("0", "0", "probabilities.label", "1 of 6")),
        ({"start_ms": 1}, ("1", "1", "(all alike)", "0")),
    ],
)  # fmt: skip
def test_what_differs_is_told(tmp_path: Path, values: dict[str, Any], told: tuple[str, ...]) -> None:
    table, same = compare(corpus(tmp_path / "one", ROWS), corpus(tmp_path / "other", changed(ROWS, **values)))
    assert not same
    assert [row[2:6] for row in table.rows] == [told]


def test_tables_without_rows_are_alike(tmp_path: Path) -> None:
    none = pa.Table.from_pylist(ROWS).slice(0, 0)
    for out in (tmp_path / "one", tmp_path / "other"):
        corpus(out, ROWS)
        (out / "current" / "speakers").mkdir()
        pq.write_table(none, out / "current" / "speakers" / "made.parquet")
    table, same = compare(tmp_path / "one", tmp_path / "other")
    assert same
    assert [row[:2] for row in table.rows] == [("emotions", "3"), ("speakers", "0")]


def test_no_corpus(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([str(tmp_path), str(corpus(tmp_path / "other", ROWS))])
    assert stopped.value.code == 2
    assert "no published corpus" in capsys.readouterr().err
