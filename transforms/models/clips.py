"""The clips that come with the program: what int8 is calibrated with, and held against fp32 with."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import soundfile
import soxr

CLIPS = Path(__file__).with_name("calibration") / "clips.opus"
"""Cut out of the demo corpus, whose voices, sounds and music are synthesised (CC0), by ``demo/calibration.py``."""

RATE = 48_000
SECONDS = 5.0
"""Of each clip."""

CALIBRATING = 8
"""The first clips; those behind them are held back."""


def clips_at(rate: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """What is calibrated with, and what is held back: float32 [n_samples] at ``rate`` in Hz each."""
    whole, _ = soundfile.read(CLIPS, dtype="float32")
    pieces = whole.reshape(-1, round(SECONDS * RATE))
    made = [soxr.resample(piece, RATE, rate) for piece in pieces]
    return made[:CALIBRATING], made[CALIBRATING:]


def digest_of_clips() -> str:
    """The SHA-256 of their file, in hex."""
    return hashlib.sha256(CLIPS.read_bytes()).hexdigest()
