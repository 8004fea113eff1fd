"""What several tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("untimed", deadline=None)  # a busy machine is no fault of the code
settings.load_profile("untimed")

# Numba, which librosa compiles with, reads it when it is imported.  What two processes leave behind that compile into
# one folder at a time, as workers in a new environment do, can crash whoever loads it.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "alone")
os.environ["NUMBA_CACHE_DIR"] = str(Path(__file__).resolve().parents[1] / ".pytest_cache" / f"numba-{WORKER}")

SHARED_AUDIO = Path(__file__).resolve().parents[2] / "shared" / "audio"


@pytest.fixture(scope="session")
def shared_audio() -> Path:
    """The folder of real recordings that developers have; users do not."""
    if not SHARED_AUDIO.is_dir():
        pytest.skip(f"the developers' recordings are not at {SHARED_AUDIO}")
    return SHARED_AUDIO


@pytest.fixture(scope="session")
def demo_models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A tiny untrained checkpoint for each job, by job."""
    from demo.untrained.checkpoints import build_demo_set

    return build_demo_set(tmp_path_factory.mktemp("models"))
