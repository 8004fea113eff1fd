"""Runs docs/asking.ipynb over a corpus of the demo and keeps what comes out: ``python -m demo.notebook [OUT]``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).resolve().parents[1] / "docs" / "asking.ipynb"
OUT = '"../demo/out"'
"""Where the notebook looks for the corpus, as it stands in its first cell of code."""


def executed(out: Path) -> nbformat.NotebookNode:
    """The notebook with its outputs, run over the corpus in ``out``; what libraries warn of is left out.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell that fails.
    """
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    as_written = code[0].source
    code[0].source = as_written.replace(OUT, repr(str(out.resolve())))
    client = NotebookClient(
        notebook, timeout=None, record_timing=False, resources={"metadata": {"path": str(NOTEBOOK.parent)}}
    )
    client.execute()
    code[0].source = as_written
    for cell in code:
        cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    notebook.metadata.pop("language_info", None)  # of the Python that ran it
    return notebook


if __name__ == "__main__":
    os.environ["PLOTLY_RENDERER"] = "png"  # which GitHub shows; a notebook that is open draws charts to be pointed at
    nbformat.write(executed(Path(sys.argv[1] if len(sys.argv) > 1 else NOTEBOOK.parent / "../demo/out")), NOTEBOOK)
