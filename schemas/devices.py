"""Where the models run: the words of ``--device``; and the one precision that not every engine has."""

from __future__ import annotations

import re

from schemas.errors import UsageError
from schemas.shown import shown

AUTO, CPU, CUDA = "auto", "cpu", "cuda"
INT8 = "int8"
"""Weights and activations of matrix products in 8 bits, the other numbers as the device has them; by CTranslate2."""
VISIBLE, DEVICE = "CUDA_VISIBLE_DEVICES", "EARWITNESS_DEVICE"
"""Variables of a worker process: the GPU that it sees, and how the process that started it calls its device."""
_SOME = re.compile(r"cuda:\d{1,3}(,\d{1,3})*")


def check_device(word: str) -> str:
    """The word as it is kept.

    Raises:
        UsageError: it is none of them.
    """
    kept = str(word).strip().lower()
    if kept in (AUTO, CPU, CUDA) or _SOME.fullmatch(kept):
        return kept
    raise UsageError(
        f"device: {shown(word)} is none of auto, cpu, cuda (every GPU) and cuda:0,2 (those of these numbers)"
    )


def kind_of(word: str) -> str:
    """``auto``, ``cpu`` or ``cuda``, whichever of them it may be."""
    return word.partition(":")[0]


def numbers_of(word: str) -> tuple[int, ...] | None:
    """The GPUs that a word numbers, from 0, each once; None where it numbers none."""
    _, colon, numbers = word.partition(":")
    return tuple(dict.fromkeys(int(number) for number in numbers.split(","))) if colon else None
