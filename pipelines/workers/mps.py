"""NVIDIA's MPS: the processes that share a GPU compute on it side by side, and not in turns.

Without it the driver lets one process on a GPU at a time, for milliseconds each: sixteen workers of an H200 heard 709
times as fast as real time, and 1,030 times with it.  It comes with the driver, asks for no rights, and changes no
setting of the GPU.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from pipelines.files.private import PrivateFolder
from schemas.devices import VISIBLE

PIPES, LOGS = "CUDA_MPS_PIPE_DIRECTORY", "CUDA_MPS_LOG_DIRECTORY"
CONTROL = "nvidia-cuda-mps-control"
OF_THE_MACHINE = Path("/tmp/nvidia-mps")
"""Where every process finds an MPS that somebody started for the whole machine."""
MOST = 48
"""Processes that it takes on a GPU."""
START_SECONDS, END_SECONDS = 20, 10

_TRIAL = """
import ctypes, sys
cuda, context = ctypes.CDLL("libcuda.so.1"), ctypes.c_void_p()
sys.exit(1 if cuda.cuInit(0) or cuda.cuDevicePrimaryCtxRetain(ctypes.byref(context), 0) else 0)
"""
"""Takes hold of a GPU as torch does, in half a second."""


@contextmanager
def side_by_side(environments: Sequence[Mapping[str, str]]) -> Iterator[list[dict[str, str]]]:
    """The variables of workers, with those by which they compute side by side; as they are where that cannot be.

    Nothing is started where no GPU has two workers, where the user or the machine has an MPS already, which they then
    find by themselves, or where there is none.  One that a GPU cannot be reached through is ended again.
    """
    plain = [dict(environment) for environment in environments]
    sharers = Counter(one[VISIBLE] for one in plain if one.get(VISIBLE))
    control, most = shutil.which(CONTROL), max(sharers.values(), default=0)
    if control is None or PIPES in os.environ or OF_THE_MACHINE.exists() or not 2 <= most <= MOST:
        yield plain
        return
    with ExitStack() as stack:
        folder = stack.enter_context(PrivateFolder())
        # Its own numbers of the GPUs would be those of the ones that it is lent.
        bare = {name: value for name, value in os.environ.items() if name != VISIBLE}
        added = {PIPES: str(folder), LOGS: str(folder)}
        if not _told(control, {**bare, **added}, "-d"):
            yield plain
            return
        stack.callback(_told, control, {**bare, **added}, said=f"quit -t {END_SECONDS}\n")
        works = all(_reaches({**bare, **added, VISIBLE: number}) for number in sharers)
        yield [one | added if one.get(VISIBLE) else one for one in plain] if works else plain


def _told(control: str, environment: Mapping[str, str], *words: str, said: str = "") -> bool:
    """Whether the control program did what it was told.  What it leaves running must not hold a pipe of ours."""
    with suppress(OSError, subprocess.SubprocessError):
        told = subprocess.run(
            [control, *words],
            env=environment,
            input=said,
            text=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=START_SECONDS + END_SECONDS,
        )
        return told.returncode == 0
    return False


def _reaches(environment: Mapping[str, str]) -> bool:
    with suppress(OSError, subprocess.SubprocessError):
        tried = subprocess.run(
            [sys.executable, "-I", "-c", _TRIAL], env=environment, capture_output=True, timeout=START_SECONDS
        )
        return tried.returncode == 0
    return False
