"""What the threads of a worker share: how many the numeric libraries use, and memory that goes back when it is free."""

from __future__ import annotations

import ctypes
import sys

from threadpoolctl import threadpool_limits


def use_threads(n: int) -> None:
    """Let torch's operators use ``n`` threads in this thread of work, and the BLAS of numpy one.

    Several workers of one process that each use every core slow each other down.
    """
    torch = sys.modules.get("torch")  # a run without models never loads it
    if torch is not None and torch.get_num_threads() != n:
        torch.set_num_threads(n)
    threadpool_limits(1, user_api="blas")  # what is multiplied there is small: a second thread only waits, actively


M_MMAP_THRESHOLD, M_TRIM_THRESHOLD = -3, -1
"""From glibc's malloc.h."""

MAPPED_BYTES = 1 << 22
"""At 256 kB a run of three hours of speech without models spent 56 s in the kernel, which maps, clears and unmaps each
array anew; at 4 MB 7 s, with the same peak (708 MB).  Ten hours took 745 MB, six minutes 690."""

KEPT_BYTES = 1 << 25
"""What may lie free at the end of a heap.  Whoever sets the bound above loses glibc's own rule for this one, which is
128 kB from then on: every larger array at the end of a heap was given back and cleared anew, 1.8 million pages an hour
of audio, a fifth of its seconds.  Now it is 10,000."""


def return_freed_memory() -> None:
    """Have glibc map arrays of 4 MB and more, so that freeing them frees memory, and keep what smaller ones leave.

    By itself it raises that bound as a program frees large arrays, up to 32 MB.  Large arrays then lie in the heap
    among rows that live longer, the gaps are never given back, and a run of ten hours of audio held half a gigabyte
    more than it used.  Other C libraries are left alone.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(M_MMAP_THRESHOLD, MAPPED_BYTES)
            mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)
