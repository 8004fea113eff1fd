"""The sentence of the methods section about doubtful transcripts."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.report.made_up import made_up
from pipelines.store.read import Snapshot
from schemas.catalog import TABLES
from schemas.doubts import MEANT, Doubt

Judged = list[str] | None


def snapshot(folder: Path, *files: list[tuple[str, Judged]], earlier: int = 0) -> Snapshot:
    """Transcripts of text and doubts, a list a file, and one of an earlier version with so many rows."""
    (folder / "transcripts").mkdir()
    types = pa.schema([column.with_nullable(True) for column in TABLES["transcripts"].schema])
    for i, rows in enumerate(files):
        table = pa.Table.from_pylist([{"text": text, "doubtful": doubts} for text, doubts in rows], schema=types)
        pq.write_table(table, folder / "transcripts" / f"{i}.parquet")
    if earlier:
        table = pa.Table.from_pylist([{"text": "so"}] * earlier, schema=types)
        pq.write_table(table.drop_columns("doubtful"), folder / "transcripts" / "old.parquet")
    return Snapshot(folder)


def test_how_many_and_why(tmp_path: Path) -> None:
    first = [("thank you", ["no_speech", "low_probability"]), ("so", []), ("", []), ("well", None)]
    found = snapshot(tmp_path, first, [("yes", ["no_speech"]), ("no", [])], earlier=3)
    meant = MEANT[Doubt.NO_SPEECH], MEANT[Doubt.LOW_PROBABILITY]
    assert list(made_up(found)) == [
        f"Of 4 transcripts with words 2 (50.0%) are marked as doubtful: no_speech 2 ({meant[0]}); "
        f"low_probability 1 ({meant[1]}); a row may have several reasons."
    ]


def test_none_is_doubtful(tmp_path: Path) -> None:
    told = "Of 2 transcripts with words 0 (0.0%) are marked as doubtful."
    assert list(made_up(snapshot(tmp_path, [("so", []), ("yes", [])]))) == [told]


@pytest.mark.parametrize("earlier", [0, 2])
def test_nothing_was_judged(tmp_path: Path, earlier: int) -> None:
    assert list(made_up(snapshot(tmp_path, [("", []), ("so", None)], earlier=earlier))) == []
