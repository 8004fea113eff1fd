"""What became of a call of a model: what it gave, or how it failed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from schemas.reasons import Reason
from schemas.records import Failure
from transforms.models.checkpoint import one_line
from transforms.models.faults import DeviceLostError, is_device_lost, is_out_of_memory

T = TypeVar("T")
C = TypeVar("C")


@dataclass(frozen=True)
class Failed:
    """A batch that failed as a whole: kept as text, for the error holds the frames of the failed call and so its
    memory."""

    out_of_memory: bool
    message: str

    @property
    def failure(self) -> Failure:
        return Failure(Reason.OUT_OF_MEMORY if self.out_of_memory else Reason.MODEL_FAILED, self.message)


def tried(call: Callable[[], T]) -> T | Failed:
    """What a call gives, or how it failed.

    Raises:
        DeviceLostError: it failed because of the device.
    """
    try:
        return call()
    except Exception as error:
        message = one_line(error)
        if is_device_lost(error):
            raise DeviceLostError(f"the device of the models is lost: {message}") from error
        return Failed(is_out_of_memory(error), message)


def alone(call: Callable[[C], T], clip: C) -> T | Failure:
    """One clip, or what became of it, by itself."""
    made = tried(partial(call, clip))
    return made.failure if isinstance(made, Failed) else made
