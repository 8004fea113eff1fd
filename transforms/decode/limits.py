"""What a decoder's process may take of the machine, set from within it.

A header of 1.5 kB can ask for two gigabytes: FFmpeg keeps a place for each packet that an MP4 promises.
"""

from __future__ import annotations

import os
import resource

MEMORY_BYTES = 1 << 30
"""What the process may hold whatever it reads.  An ordinary one holds 70 MB, and 230 MB at the opening of a film of
7680 x 4320 pixels."""

MEMORY_SHARE = 0.5
"""And beside that, this share of the file's bytes: FFmpeg's places for the packets of an MP4 take 36 bytes each, where
speech at 12 kbit/s has packets of 96."""


def limit_memory(file_bytes: float) -> int:
    """Bound the memory of this process for a file; the bound, in bytes.

    It holds for memory that is written to (RLIMIT_DATA).  The whole address space would count the libraries as well,
    and what thread stacks and allocators reserve and never touch.  macOS keeps no such bound.
    """
    wanted = MEMORY_BYTES + int(MEMORY_SHARE * file_bytes)
    return _set(resource.RLIMIT_DATA, wanted)


def limit_time(seconds: float) -> None:
    """Let this process work for so many more seconds of CPU; then the system ends it (SIGXCPU).

    The other side's clock runs only while it waits: a decoder that spins while the other side is at work with what
    came before is stopped by this.
    """
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _set(resource.RLIMIT_CPU, int(usage.ru_utime + usage.ru_stime + seconds * (os.cpu_count() or 1)) + 1)


def _set(limit: int, wanted: int) -> int:
    _, hard = resource.getrlimit(limit)
    soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(limit, (soft, hard))
    return soft
