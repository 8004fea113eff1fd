"""What becomes of a call: its result, a failure in words, or the end of the work."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

from schemas.reasons import Reason
from schemas.records import Failure
from transforms.models.faults import DeviceLostError
from transforms.models.tried import Failed, alone, tried


def test_what_a_call_gives_is_given_on() -> None:
    assert tried(lambda: 7) == 7
    assert alone(lambda clip: len(clip), np.zeros(3)) == 3


@pytest.mark.parametrize(
    ("error", "reason"),
    [(MemoryError("no more"), Reason.OUT_OF_MEMORY), (ValueError("bad\nclip"), Reason.MODEL_FAILED)],
)
def test_a_failure_has_a_reason_and_a_line(error: Exception, reason: Reason) -> None:
    def fail(_: object) -> None:
        raise error

    failure = alone(fail, None)
    assert isinstance(failure, Failure)
    assert failure.reason == reason
    assert "\n" not in failure.message


def test_a_failure_holds_nothing_of_the_call() -> None:
    seen = []

    def fail() -> None:
        memory = np.zeros(1000)
        seen.append(weakref.ref(memory))
        raise MemoryError

    assert isinstance(tried(fail), Failed)
    gc.collect()
    assert seen[0]() is None


def test_a_lost_device_is_no_clips_failure() -> None:
    def fail() -> None:
        raise RuntimeError("CUDA error: an illegal memory access was encountered")

    with pytest.raises(DeviceLostError, match="illegal memory access"):
        tried(fail)
