"""Settings under which a benchmark takes seconds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.measure import Patience, using_threads
from benchmarks.settings import TINY, Settings


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Tiny models, tiny audio, one round."""
    return Settings(
        tmp_path_factory.mktemp("benchmarks"), TINY, seconds=3.0, precisions=("fp32",), patience=Patience(1, 1)
    )


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Tiny models gain nothing from threads, which on busy cores wait for each other."""
    with using_threads(1):
        yield
