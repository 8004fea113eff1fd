"""How much audio one batch may hold, by the memory of the device."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.devices import kind_of
from transforms.models.engines import CTRANSLATE2, TORCH

if TYPE_CHECKING:
    import torch

ON_A_CPU_SECONDS = 60.0
"""Where larger batches win next to nothing: of one length, a clip alone runs nearly as fast as many."""

SHARE_OF_FREE_MEMORY = 0.5
"""What batches may take of a GPU; the rest is for what the allocator cannot join, and for other programs."""

BYTES_A_SECOND = 4 * 2**20
"""Memory that a second of audio takes in a forward pass, for each byte of a number.

The convolutions, which would take as much alone, hear a part of a batch at a time
(:mod:`transforms.models.parts`).  Behind them WavLM holds most: for clips of 30 s the biases of its attention, three
times 0.9 million numbers a second.
"""

OF_TALKS_SECONDS = 240.0
"""By CTranslate2 on a CPU: eight passes of half a minute, whose tokens are then computed together."""

LONGEST_SECONDS = 60.0
"""No device is faster with more: of speech in groups of 240 s, batches of nearly one length hold less on average, and
what the longest one takes stays taken."""

GROUP_SECONDS = {"cpu": 60.0, "cuda": 240.0}
"""Audio that is gathered and sorted by length before it is cut into batches, by kind of device.

On a CPU no batch is padded, so that sorting wins nothing.  A GPU needs large batches of nearly one
length, and the more it waits for, the longer it has nothing to do: with groups of 900 s, which is a whole
recording or more, an H200 was busy for 13 % of a run, because the models began where the decoding had ended.
"""


@dataclass
class Budget:
    """The most audio in one batch, in seconds, as the model sees it; less once the device ran out of memory.

    Threads may share it.
    """

    seconds: float

    def __post_init__(self) -> None:
        self._lock = threading.Lock()

    def ran_out(self, seconds: float) -> None:
        """A batch of so many seconds was too much: the next ones hold half of that at most."""
        with self._lock:
            self.seconds = min(self.seconds, seconds / 2)


def batch_seconds(device: str, dtype: torch.dtype, sharers: int = 1, engine: str = TORCH) -> float:
    """The most audio in one batch where the user names no figure.

    60 s on a CPU, by CTranslate2 240 s.  On a GPU what fits into this process's share of half of the memory that is
    free, which is asked for here: call it when the models are loaded.

    Args:
        dtype: of the numbers in the model.
        sharers: processes that put models on the device, this one among them.
        engine: that computes it.
    """
    if kind_of(device) != "cuda":
        return OF_TALKS_SECONDS if engine == CTRANSLATE2 else ON_A_CPU_SECONDS
    import torch  # what is asked before a run, how much to gather, does without

    free, _ = torch.cuda.mem_get_info(torch.device(device))
    return seconds_that_fit(free // sharers, dtype)


def seconds_that_fit(free_bytes: int, dtype: torch.dtype) -> float:
    """How many seconds of audio a batch may hold in a GPU with so much free memory, from 1 to 60."""
    fit = free_bytes * SHARE_OF_FREE_MEMORY / (BYTES_A_SECOND * dtype.itemsize)
    return min(LONGEST_SECONDS, max(1.0, fit))


def group_seconds(device: str, batch_seconds: float | None, engine: str = TORCH) -> float:
    """How much audio is gathered before it is cut into batches; never less than the user wants in one."""
    gathered = OF_TALKS_SECONDS if engine == CTRANSLATE2 else GROUP_SECONDS[kind_of(device)]
    return max(gathered, batch_seconds or 0.0)
