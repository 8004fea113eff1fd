"""How many threads the numeric libraries of a worker use."""

from __future__ import annotations

import torch
from threadpoolctl import threadpool_limits


def use_threads(n: int) -> None:
    """Let torch's operators and the BLAS of numpy use ``n`` threads in this thread of work.

    Several workers of one process that each use every core slow each other down.
    """
    if torch.get_num_threads() != n:
        torch.set_num_threads(n)
    threadpool_limits(n, user_api="blas")
