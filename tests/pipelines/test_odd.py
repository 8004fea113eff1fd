"""Hundreds of odd and broken files: each ends as rows or as a row of errors, and harms nothing else."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from tests.pipelines.corpora import publish, rows


@pytest.mark.soak
def test_every_odd_file_is_accounted_for(shared_audio: Path, demo_models: dict[str, Path], tmp_path: Path) -> None:
    with (shared_audio / "odd.csv").open() as file:
        given = [shared_audio / line["path"] for line in csv.DictReader(file)]
    out = tmp_path / "out"
    publish(out, demo_models, given)
    files = {row["uri"]: row for row in rows(out, "files")}
    assert set(files) == {str(path) for path in given}
    failed = {row["uri"] for row in rows(out, "errors")}
    recordings = {row["recording_id"] for row in rows(out, "recordings")}
    for uri, row in files.items():
        assert (row["recording_id"] in recordings) == (row["status"] in ("complete", "partial"))
        assert row["status"] == "complete" or uri in failed, uri
    print(Counter(row["status"] for row in files.values()), Counter(row["reason"] for row in rows(out, "errors")))
