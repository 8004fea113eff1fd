"""What the processes of a pool do for a run."""

from __future__ import annotations

import os
import resource
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines.run.devices import for_a_worker
from pipelines.run.order import Order, make_whole
from pipelines.run.prepare import Prepared
from pipelines.run.runner import choose_runner
from pipelines.run.tally import Tally
from pipelines.run.work import load_models, work_of
from schemas.devices import CPU, DEVICE
from schemas.records import Known, Source
from schemas.register import Clues
from transforms.decode.asked import Asked
from transforms.decode.guard import Decoder
from transforms.decode.recognise import Ear
from transforms.identify import identify


@dataclass(frozen=True)
class Share:
    """What a worker has of the machine.

    Attributes:
        cores: that it may use.
        sharers: workers on its device.
    """

    cores: int
    sharers: int = 1


@dataclass(frozen=True)
class Answer:
    """What a worker says of an order.

    Attributes:
        tally: what was counted; None where its device failed.
        device: the worker's.
        failed: how the device did, in a line; what it had in hand is not made.
        peak_bytes: the most memory that the worker has had so far.
    """

    tally: Tally | None
    device: str
    failed: str = ""
    peak_bytes: int = 0


def look(sources: tuple[Source, ...], asked: Asked, clues: Clues) -> tuple[Known, ...]:
    """Identify files: hash and header of each, and the sound of those that may hold a known one."""
    decoder = Decoder(asked)
    try:
        return tuple(identify(source, ear=Ear(decoder, clues)) for source in sources)
    finally:
        decoder.leave()


def load(prepared: Prepared, run_id: str, share: Share) -> tuple[str, dict[str, str]]:
    """Open every checkpoint of a run.

    Returns:
        The device of this worker, and what the ``model`` column will say of each job.

    Raises:
        ModelError: a checkpoint that cannot be opened.
    """
    return device_here(), load_models(work_of(_here(prepared, share), run_id, Path(), None))


def make(order: Order, share: Share) -> Answer:
    """Make a portion whole."""
    here = replace(order, prepared=_here(order.prepared, share))
    try:
        tally = make_whole(here)
    except Exception as error:
        if "DeviceLostError" not in f"{type(error).__name__}: {error}":  # Beam gives the text of an error on, not it
            raise
        return Answer(None, device_here(), failed=str(error).strip().splitlines()[-1])
    return Answer(tally, device_here(), peak_bytes=peak_bytes())


def device_here() -> str:
    """The device that this worker was given, as the process that started it calls it."""
    return os.environ.get(DEVICE, CPU)


def _here(prepared: Prepared, share: Share) -> Prepared:
    runner = replace(choose_runner((), share.cores, share.cores), sharers=share.sharers)
    return replace(prepared, config=for_a_worker(prepared.config), runner=runner)


def peak_bytes() -> int:
    """The most memory that this process has had so far."""
    of_linux = 1024 if sys.platform == "linux" else 1
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * of_linux
