"""The notebook runs over the demo as `make demo` makes it, and what is kept of it is what a reader should see."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import nbformat
import pytest

from demo.notebook import NOTEBOOK, OUT, executed

MOST_BYTES = 300_000


@pytest.fixture(scope="module")
def kept() -> nbformat.NotebookNode:
    return nbformat.read(NOTEBOOK, as_version=4)


def test_every_cell_runs_and_shows_what_is_kept(
    kept: nbformat.NotebookNode, demo_corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(demo_corpus, tmp_path / "out", symlinks=True)
    monkeypatch.setenv("PLOTLY_RENDERER", "plotly_mimetype")  # pictures would need Chromium
    again = executed(tmp_path / "out")
    assert [cell.source for cell in again.cells] == [cell.source for cell in kept.cells]
    shown, before = (
        [[output.output_type for output in cell.outputs] for cell in notebook.cells if cell.cell_type == "code"]
        for notebook in (again, kept)
    )
    assert shown == before, "run `make notebook`"
    tables = [output.data for cell in again.cells for output in cell.get("outputs", ()) if "data" in output]
    assert sum("text/html" in data for data in tables) > 8
    assert not any("Empty DataFrame" in data.get("text/plain", "") for data in tables)
    assert sum("application/vnd.plotly.v1+json" in data for data in tables) == 2


def test_what_is_kept_is_small_and_tells_of_no_machine(kept: nbformat.NotebookNode) -> None:
    text = NOTEBOOK.read_text("utf-8")
    assert len(text) < MOST_BYTES
    assert text.count(OUT.replace('"', '\\"')) == 1
    assert not re.search(r"/(home|root|tmp|work|Users)/", text)
    pictures = [
        output for cell in kept.cells for output in cell.get("outputs", ()) if "image/png" in output.get("data", {})
    ]
    assert len(pictures) == 2
    assert not any(output.output_type == "error" for cell in kept.cells for output in cell.get("outputs", ()))
