"""One run in a process of its own: ``python -m benchmarks.footprint OUT WARM RECORDINGS...`` prints what it took."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Footprint:
    """What a run took: time, core seconds and memory.

    Attributes:
        audio_seconds: that were heard.
        seconds: wall time of the run, imports left out.
        core_seconds: of the process in that time, over all its threads, and of the processes that it started.
        peak_bytes: the most memory that the process ever held.
    """

    audio_seconds: float
    seconds: float
    core_seconds: float
    peak_bytes: int


def footprint(recordings: Sequence[Path], warm: Path, out: Path) -> Footprint:
    """A run without models over files and folders, in a new process.

    Args:
        warm: a file that is run over first, so that nothing is done for the first time in the timed run.

    Raises:
        RuntimeError: it failed; with the end of what it wrote.
    """
    command = [sys.executable, "-m", "benchmarks.footprint", *map(str, (out, warm, *recordings))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the run failed: {done.stderr[-2000:]}")
    return Footprint(**json.loads(done.stdout.splitlines()[-1]))


def measure(recordings: Sequence[Path], warm: Path, out: Path) -> Footprint:
    """The same in this process."""
    from benchmarks.runs import prepared, timed_run

    timed_run(prepared([warm], out, {}))
    ready = prepared(recordings, out, {})
    cpu = core_seconds()
    ran = timed_run(ready)
    return Footprint(
        audio_seconds=ran.audio_seconds,
        seconds=ran.seconds,
        core_seconds=core_seconds() - cpu,
        peak_bytes=peak_bytes(),
    )


def core_seconds() -> float:
    """Of this process so far, and of those that it started and that have ended: of decoding and of the audit."""
    spent = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in spent)


def peak_bytes() -> int:
    """The high-water mark of the resident memory of this process."""
    peak = peak_bytes_of("self")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss if peak is None else peak  # macOS counts in bytes


def peak_bytes_of(process: int | str) -> int | None:
    """The same of any process by its number; None where the system is not Linux.

    Linux keeps ``ru_maxrss`` over an exec, so that a child would begin with its parent's: VmHWM it is.
    """
    status = Path(f"/proc/{process}/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    return None


if __name__ == "__main__":
    out, warm, *recordings = map(Path, sys.argv[1:])
    print(json.dumps(asdict(measure(recordings, warm, out))))
