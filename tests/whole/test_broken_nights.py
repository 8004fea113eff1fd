"""A night whose rows of one recording break a rule publishes all others, says so, and makes none of it in vain."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import apache_beam as beam
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from pipelines.cli import FAILED, PUBLISHED, main
from pipelines.run.graph import Work
from pipelines.run.runner import Runner
from pipelines.run.work import execute
from tests.pipelines.corpora import DEMO, rows

NAMES = ("signals/yes.wav", "signals/tones.wav", "digits/code_007.wav")
Run = Callable[..., tuple[int, str]]


def spoil(folder: Path, table: str, column: str, value: Any, at: int) -> None:
    """Write another value into the column of a recording, the ``at``th of the pass by its id."""
    keys = sorted({key for path in (folder / table).glob("*.parquet") for key in ids(path)})
    for path in (folder / table).glob("*.parquet"):
        held = pq.read_table(path, partitioning=None)
        mine = pc.equal(held["recording_id"].cast(pa.string()), keys[at])
        index = held.schema.get_field_index(column)
        changed = pc.if_else(mine, pa.scalar(value, held.schema.field(column).type), held[column])
        pq.write_table(held.set_column(index, held.schema.field(column), changed), path)


def ids(path: Path) -> list[str]:
    return pq.read_table(path, columns=["recording_id"], partitioning=None)["recording_id"].to_pylist()


@pytest.fixture
def night(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs over the archive, whose workers write some wrong values."""
    archive = tmp_path / "archive"
    archive.mkdir()
    for name in NAMES:
        shutil.copy(DEMO / name, archive)

    def run(*words: str, faults: Sequence[tuple[str, str, Any, int]] = ()) -> tuple[int, str]:
        def faulty(work: Work, runner: Runner) -> beam.runners.runner.PipelineResult:
            result = execute(work, runner)
            for fault in faults:
                spoil(Path(work.folder), *fault)
            return result

        monkeypatch.setattr("pipelines.run.passes.execute", faulty)
        code = main(["run", str(archive), "--out", str(tmp_path / "out"), "--tables", "frames,prosody", *words])
        said = capfd.readouterr()
        return code, said.out + said.err

    return run


def test_one_bad_recording_of_a_night(tmp_path: Path, night: Run) -> None:
    out = tmp_path / "out"
    fault = ("prosody", "pause_share", 7.0, 0)
    code, said = night("--strict", faults=[fault])
    assert code == FAILED
    assert "the audit failed; nothing was published" in said
    assert "prosody: pause_share is between 0 and 1: not so for" in said
    assert not (out / "current").exists()

    code, said = night(faults=[fault])
    assert code == PUBLISHED
    assert "taken out, because rows broke a rule of the audit (errors: broke_a_rule):" in said
    assert "  prosody of 1 recording (" in said
    before = {table: rows(out, table) for table in ("files", "recordings", "windows", "frames", "segments")}
    (error,) = rows(out, "errors")
    assert (error["stage"], error["reason"]) == ("prosody", "broke_a_rule")
    assert error["message"].startswith("pause_share is between 0 and 1: not so for ")
    kept = rows(out, "prosody")
    assert error["recording_id"] not in {row["recording_id"] for row in kept}
    last = (out / "runs.jsonl").read_text().splitlines()[-1]
    assert '"broke_a_rule": 1' in last
    assert '"taken_out": ["prosody of 1 recording' in last

    assert main(["status", str(out)]) == PUBLISHED
    code, said = night()
    assert (code, "nothing to do" in said) == (PUBLISHED, True)
    shutil.copy(DEMO / "signals" / "noise.wav", tmp_path / "archive")
    code, said = night()
    assert code == PUBLISHED
    assert "1 taken up" in said
    assert rows(out, "errors") == [error]

    code, said = night("--force", "prosody")
    assert code == PUBLISHED
    assert rows(out, "errors") == []
    whole = rows(out, "prosody")
    assert [row for row in whole if row["recording_id"] != error["recording_id"]] == kept
    assert any(row["recording_id"] == error["recording_id"] for row in whole)
    assert all(row in rows(out, table) for table, those in before.items() for row in those)


def test_one_whose_recording_is_wrong_counts_as_not_read(tmp_path: Path, night: Run) -> None:
    out = tmp_path / "out"
    code, _ = night(faults=[("recordings", "clipped_share", -1.0, 1)])
    assert code == PUBLISHED
    (failed,) = (row for row in rows(out, "files") if row["status"] == "failed")
    assert failed["recording_id"] is None
    assert len(rows(out, "recordings")) == 2
    (error,) = rows(out, "errors")
    assert (error["uri"], error["reason"], error["recording_id"]) == (failed["uri"], "broke_a_rule", None)
    code, said = night()
    assert (code, "nothing to do" in said) == (PUBLISHED, True)
    code, said = night("--retry-errors")
    assert "1 taken up" in said
    assert (len(rows(out, "recordings")), rows(out, "errors")) == (3, [])


def test_when_all_are_wrong_nothing_is_published(tmp_path: Path, night: Run) -> None:
    every: Mapping[str, Any] = {"faults": [("windows", "end_ms", 10**8, at) for at in range(3)]}
    code, said = night(**every)
    assert code == FAILED
    assert "of the 3 recordings that this run made, 3 break rules: so many are no odd files" in said
    assert not (tmp_path / "out" / "current").exists()
    assert os.listdir(tmp_path / "out" / "staging")
    code, _ = night()
    assert code == PUBLISHED
    assert len(rows(tmp_path / "out", "recordings")) == 3
