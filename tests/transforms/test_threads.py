"""A worker's libraries use as many threads as it is told, and a second word changes the first."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from threadpoolctl import threadpool_info, threadpool_limits

from transforms.threads import return_freed_memory, use_threads


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    threads = torch.get_num_threads()
    with threadpool_limits():
        yield
    torch.set_num_threads(threads)


@pytest.mark.parametrize("n", [1, 2])
def test_torch_and_the_blas_of_numpy_keep_to_it(n: int) -> None:
    use_threads(n)
    assert torch.get_num_threads() == n
    found = [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]
    assert found
    assert found == [1] * len(found)


def test_memory_is_given_back_and_nothing_breaks() -> None:
    return_freed_memory()
    assert np.zeros(1 << 20).sum() == 0


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's")
def test_memory_that_is_used_again_is_not_given_back_between() -> None:
    lines = [
        "import resource, numpy as np",
        "from transforms.threads import return_freed_memory",
        "return_freed_memory()",
        "def faults(): return resource.getrusage(resource.RUSAGE_SELF).ru_minflt",
        "np.ones(1 << 18).sum()",
        "before = faults()",
        "for _ in range(100): np.ones(1 << 18).sum()",  # 2 MB, 512 pages
        "print(faults() - before)",
    ]
    said = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=True)
    assert int(said.stdout) < 5_000
