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

from transforms.decode import Audio, open_audio
from transforms.decode_child import main


@contextmanager
def faulty(path: str) -> Iterator[Audio]:
    """``crash``, ``kill``, ``hang`` and ``raise`` happen at the opening; with ``late`` before them, after a block."""
    name = Path(path).stem
    if name in FAULTS:
        FAULTS[name]()
    with open_audio(path) as audio:
        if name.startswith("late_"):
            audio.blocks = lambda frames: _breaks(audio, frames, name.removeprefix("late_"))  # type: ignore[method-assign]
        yield audio


def _breaks(audio: Audio, frames: int, fault: str) -> Iterator[np.ndarray]:
    yield next(Audio.blocks(audio, frames))
    FAULTS[fault]()


def _raise() -> None:
    raise ZeroDivisionError("a fault in a decoder of ours")


FAULTS = {
    "crash": lambda: ctypes.string_at(0),
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "hang": lambda: time.sleep(600),
    "raise": _raise,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], opened=faulty))
