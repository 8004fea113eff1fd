"""What this machine lends a run: cores, memory, GPUs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

GROUPS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
)
"""Where Linux tells how much memory a control group may have, as that of a container, and has: its second and its first
version."""

DRIVERS = ("/dev/nvidiactl", "/dev/nvidia0", "/dev/nvmap", "/dev/dxg", "/dev/kfd")
"""What a driver of GPUs that torch calls CUDA puts there: NVIDIA's, its Jetson's, Windows' for Linux, AMD's."""


@dataclass(frozen=True)
class Machine:
    """What the machine lends a run.

    Attributes:
        cores: that this process may use.
        memory_bytes: that are free.
        gpus: as torch calls them, each with the memory that is free on it; 0 where nobody can be asked.
    """

    cores: int
    memory_bytes: int
    gpus: Mapping[str, int] = field(default_factory=dict)


def cores_here() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def machine_here(*, asks_for_gpus: bool = True) -> Machine:
    """The machine that this process runs on, as its limits let it be used.

    Args:
        asks_for_gpus: False names none and does without torch, which takes two seconds to start.
    """
    free = psutil.virtual_memory().available
    gpus = gpus_here() if asks_for_gpus else []
    return Machine(cores_here(), min(free, _left_in_group(free)), _free_on(gpus) if gpus else {})


def gpus_here() -> list[str]:
    """The GPUs as torch numbers them.  Where Linux has no driver of one, torch is not imported to say so."""
    if sys.platform == "linux" and "torch" not in sys.modules and not any(map(os.path.exists, DRIVERS)):
        return []
    import torch

    return [f"cuda:{i}" for i in range(torch.cuda.device_count())] if torch.cuda.is_available() else []


def _free_on(gpus: Sequence[str]) -> dict[str, int]:
    """What is free on each GPU, by the tool of its driver: torch would put half a gigabyte on it to know."""
    ask = ["nvidia-smi", "--query-gpu=memory.free", "--format=csv,noheader,nounits"]
    try:
        said = subprocess.run(ask, capture_output=True, text=True, timeout=20, check=True).stdout.split()
        free = [int(mebibytes) << 20 for mebibytes in said]
    except (OSError, ValueError, subprocess.SubprocessError):
        free = []
    # Where torch is lent some of them only, it numbers them otherwise.
    return dict(zip(gpus, free, strict=True)) if len(free) == len(gpus) else dict.fromkeys(gpus, 0)


def _left_in_group(free: int) -> int:
    """What the control group of this process has left; ``free`` without a limit."""
    for limit, used in GROUPS:
        try:
            most = Path(limit).read_text().strip()
            return free if most == "max" else max(0, int(most) - int(Path(used).read_text()))
        except (OSError, ValueError):
            continue
    return free
