"""A decoding process whose decoder crashes and hangs on files of certain names."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from transforms.decode.asked import Asked
from transforms.decode.audio import Audio, open_audio
from transforms.decode.child import main


@contextmanager
def faulty(path: str, asked: Asked) -> Iterator[Audio]:
    """Each of FAULTS happens at the opening; with ``late_`` before its name, after a block; ``slow`` is slow."""
    name = Path(path).stem
    if name in FAULTS:
        FAULTS[name]()
    with open_audio(path) as audio:
        if name == "slow":
            audio.blocks = lambda frames=None: _slow(audio)  # type: ignore[method-assign]
        if name.startswith("late_"):
            audio.blocks = lambda frames=None: _breaks(audio, name.removeprefix("late_"))  # type: ignore[method-assign]
        yield audio


def _breaks(audio: Audio, fault: str) -> Iterator[np.ndarray]:
    yield next(Audio.blocks(audio))
    FAULTS[fault]()


def _slow(audio: Audio) -> Iterator[np.ndarray]:
    for block in Audio.blocks(audio):
        time.sleep(0.3)
        yield block


def _raise() -> None:
    raise ZeroDivisionError("a fault in a decoder of ours")


FAULTS = {
    "crash": lambda: ctypes.string_at(0),
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "hang": lambda: time.sleep(600),
    "raise": _raise,
    "fill": lambda: np.ones(1 << 32, np.uint8),
    "spin": lambda: os.kill(os.getpid(), signal.SIGXCPU),
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], opened=faulty))
