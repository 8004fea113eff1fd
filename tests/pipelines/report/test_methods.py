"""The methods section says what stands in the tables."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.cli import FAILED, PUBLISHED, main
from schemas.catalog import TABLES
from schemas.config import Config, to_mapping

Captured = pytest.CaptureFixture[str]


def write(out: Path, table: str, rows: list[dict[str, Any]]) -> None:
    """Rows of a table of the snapshot ``one``; columns that they leave out are null."""
    folder = out / "snapshots" / "one" / table
    folder.mkdir(parents=True)
    fields = [field.with_nullable(True) for field in TABLES[table].schema]
    pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema(fields)), folder / "rows.parquet")


def run_of(day: int, versions: dict[str, str], **config: Any) -> dict[str, Any]:
    return {
        "run_id": f"202411{day:02}T000000Z-0000",
        "started": datetime(2024, 11, day, tzinfo=UTC),
        "config": json.dumps(to_mapping(Config(**config))),
        "versions": [{"name": name, "version": version} for name, version in versions.items()],
    }


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Eight files, of which one failed and two are partial, in two runs with other settings."""
    statuses = ["complete"] * 5 + ["partial"] * 2 + ["failed"]
    write(tmp_path, "files", [{"uri": str(i), "status": status} for i, status in enumerate(statuses)])
    write(tmp_path, "recordings", [{"recording_id": str(i), "duration_ms": 6_000_000} for i in range(7)])
    write(tmp_path, "errors", [{"reason": reason} for reason in ("truncated", "undecodable", "truncated")])
    write(tmp_path, "windows", [{"window_id": str(i)} for i in range(4)])
    shares = [{"label": label, "probability": 0.5} for label in ("neu", "ang")]
    models = ["org/er@0123456789ab/bf16-openvino"] * 3 + ["mine@ba9876543210/fp32"]
    write(tmp_path, "emotions", [{"model": model, "probabilities": shares} for model in models])
    runs = [
        run_of(1, {"python": "3.11.7", "torch": "2.12", "openvino": "not installed"}),
        run_of(9, {"python": "3.11.7", "torch": "2.13", "openvino": "2026.4"}, channels="each", emotion_seconds=4.0),
    ]
    write(tmp_path, "runs", runs)
    (tmp_path / "current").symlink_to("snapshots/one")
    return tmp_path


def test_it_says_what_the_tables_say(out: Path, capfd: Captured) -> None:
    assert main(["methods", str(out)]) == PUBLISHED
    material, analysis, software, limits, unmeasured = capfd.readouterr().out.rstrip("\n").split("\n\n")
    assert material == (
        "8 files with 7 distinct recordings and 11.7 hours of audio were processed with Earwitness between 2024-11-01 "
        "and 2024-11-09, in 2 runs. Of the files, 1 (12.5%) could not be read and 2 (25.0%) only in part. "
        "Errors by reason: truncated 2, undecodable 1."
    )
    assert analysis == (
        "Channels were analysed separately. A fixed grid of 10 s (4 windows) was laid over them. "
        "The class of emotion that the voice sounds most like was estimated by org/er, revision 0123456789ab, in bf16 "
        "with OpenVINO (3 rows) and mine, revision ba9876543210, in fp32 with PyTorch (1 rows), for stretches of at "
        "most 4 s between pauses, into the classes ang, neu; no threshold was applied to the probabilities. "
        "Licences of the checkpoints, as their model cards state them: org/er (unknown: see the model card of org/er), "
        "mine (unknown: see the model card of mine). "
        "The settings of the runs differ; those stated are of the last one (column `config` of the table `runs` has "
        "all)."
    )
    assert software == "Software: python 3.11.7, torch 2.12 and 2.13, openvino 2026.4."
    assert "it does not say what a person felt" in limits
    assert "no measure" in unmeasured


def test_where_there_is_nothing_to_say(tmp_path: Path, capfd: Captured) -> None:
    assert main(["methods", str(tmp_path / "none")]) == FAILED
    assert capfd.readouterr().err == f"earwitness: {tmp_path / 'none'}: no such folder\n"
    write(tmp_path, "runs", [])
    (tmp_path / "current").symlink_to("snapshots/one")
    assert main(["methods", str(tmp_path)]) == FAILED
    assert "nothing is known of how it was made" in capfd.readouterr().err
