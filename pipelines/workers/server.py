"""The process that workers come from: it has imported everything once, and each of them is a copy of it.

It starts within a moment and imports beside whoever waits for it: so it is asked for before that has imported its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import forkserver

from transforms.isolated import isolated

DASK = ("distributed", "distributed.nanny", "distributed.worker")


def start_server(preload: Sequence[str]) -> None:
    """Have it import these modules; nothing where it is there already."""
    with isolated_children():
        forkserver.set_forkserver_preload([*DASK, *preload])
        forkserver.ensure_running()


@contextmanager
def isolated_children() -> Iterator[None]:
    """Have processes that are started meanwhile import our packages from where this one has them."""
    before = dict(os.environ)
    os.environ.update(isolated(before))
    try:
        yield
    finally:
        for name in isolated(before).keys() - before.keys():
            del os.environ[name]
        os.environ.update(before)
