"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import torch

PACKAGES = (
    "torch",
    "transformers",
    "apache-beam",
    "numpy",
    "scipy",
    "soundfile",
    "soxr",
    "av",
    "librosa",
    "silero-vad",
)
EXTRAS = ("openvino",)
"""Named only where they are installed."""
TELLING_FLAGS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile", "amx_bf16", "amx_int8", "amx_fp16")
"""CPU features that the speed of models hangs on."""


@dataclass(frozen=True)
class Machine:
    """The machine that a benchmark ran on.

    Attributes:
        cpu: the model's name.
        cores: that this process may use.
        threads: that torch uses by itself.
        flags: of :data:`TELLING_FLAGS`, those that the CPU has.
        memory_bytes: of the machine; 0 where unknown.
        load: the mean number of running processes over the last minute, before the measurements; None where unknown.
        gpus: names of the GPUs that torch sees.
        versions: of Python and the packages, by name.
    """

    cpu: str
    cores: int
    threads: int
    flags: tuple[str, ...]
    memory_bytes: int
    load: float | None
    gpus: tuple[str, ...]
    versions: dict[str, str]

    def lines(self) -> list[str]:
        """For people, a fact a line."""
        busy = "" if self.load is None else f", load average before the start {self.load:.1f}"
        return [
            f"CPU: {self.cpu}, {self.cores} cores ({', '.join(self.flags) or 'no vector extensions of note'})",
            f"GPU: {', '.join(self.gpus) or 'none'}",
            f"memory: {self.memory_bytes / 2**30:.0f} GiB; torch threads: {self.threads}{busy}",
            ", ".join(f"{name} {number}" for name, number in self.versions.items()),
        ]


def describe() -> Machine:
    """This machine, now."""
    told = _cpuinfo()
    flags = set(told.get("flags", "").split())
    return Machine(
        cpu=told.get("model name") or platform.processor() or platform.machine(),
        cores=cores(),
        threads=torch.get_num_threads(),
        flags=tuple(flag for flag in TELLING_FLAGS if flag in flags),
        memory_bytes=_memory_bytes(),
        load=os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        gpus=tuple(torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())),
        versions={"python": platform.python_version(), **_versions()},
    )


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _cpuinfo() -> dict[str, str]:
    """What Linux says of the first core; nothing elsewhere."""
    path = Path("/proc/cpuinfo")
    if not path.exists():
        return {}
    first = path.read_text().split("\n\n")[0]
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in first.splitlines())}


def _memory_bytes() -> int:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):
        return 0


def _versions() -> dict[str, str]:
    found = {}
    for package in (*PACKAGES, *EXTRAS):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            if package not in EXTRAS:
                found[package] = "not installed"
    return found
