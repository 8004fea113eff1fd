"""The same pipeline over Beam's portable protocol, which Flink, Spark and Dataflow speak, gives the same tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from schemas.catalog import OF_RUNS
from tests.pipelines.corpora import DEMO, publish, rows

FILES = [DEMO / "digits", DEMO / "broken"]
PORTABLE = ["--runner=PortableRunner", "--job_endpoint=embed", "--environment_type=LOOPBACK"]


@pytest.fixture(scope="module")
def both(demo_models: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    here, there = tmp_path_factory.mktemp("here"), tmp_path_factory.mktemp("there")
    # Left to itself, a run elsewhere is in torch, and one here in OpenVINO.
    publish(here, demo_models, FILES, engine="torch", beam=["--direct_num_workers=2"])
    publish(there, demo_models, FILES, engine="torch", beam=PORTABLE)
    return here, there


@pytest.mark.parametrize("table", [name for name in OF_RUNS if name not in ("runs", "waveforms")])
def test_same_rows(both: tuple[Path, Path], table: str) -> None:
    here, there = (rows(out, table) for out in both)
    assert here
    assert_nearly_equal(here, there)


def assert_nearly_equal(here: Any, there: Any) -> None:
    """Equal but for the last digits of floats: engines give the models' operators other numbers of threads."""
    if isinstance(here, dict):
        assert here.keys() == there.keys()
        for name in here:
            assert_nearly_equal(here[name], there[name])
    elif isinstance(here, list):
        assert len(here) == len(there)
        for one, other in zip(here, there, strict=True):
            assert_nearly_equal(one, other)
    elif isinstance(here, float):
        assert here == pytest.approx(there, abs=1e-4)
    else:
        assert here == there
