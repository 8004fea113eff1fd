"""The demo corpus as the demo's models hear it."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.corpus import FOLDER
from pipelines.checkpoints.demo import DEMO_FOLDER, IN_DEMO
from tests.pipelines.corpora import publish


@pytest.fixture(scope="session")
def demo_corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make demo` makes, heard once for all who ask it: whoever changes it takes a copy."""
    out = tmp_path_factory.mktemp("demo") / "out"
    metadata = {"path": str(FOLDER / "metadata.csv")}
    publish(out, {job: DEMO_FOLDER / job for job in IN_DEMO}, [FOLDER], metadata=metadata)
    return out
