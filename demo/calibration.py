"""The clips that int8 is calibrated with and held against fp32 with, cut out of the demo corpus: ``python -m
demo.calibration``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
import soxr

from transforms.models.clips import CLIPS, RATE, SECONDS

CORPUS = Path(__file__).parent / "corpus"
CUT: tuple[tuple[str, float], ...] = (
    ("interviews/factory.opus", 12),
    ("radio/phone_in.mp3", 10),
    ("interviews/taste.mp3", 30),
    ("scenes/sounds.ogg", 2),
    ("survey/answer_007.opus", 1),
    ("radio/phone_in.mp3", 40),
    ("scenes/sounds.ogg", 17),
    ("interviews/factory.opus", 100),
    # From here on they are held back from the calibration.
    ("interviews/support_call.flac", 3),
    ("interviews/taste.mp3", 70),
    ("radio/phone_in.mp3", 66),
    ("scenes/sounds.ogg", 27),
    ("survey/answer_012.mp3", 3),
    ("interviews/factory.opus", 150),
    ("survey/answer_031.ogg", 4),
    ("scenes/sounds.ogg", 36),
)
"""File and second."""


def cut() -> np.ndarray:
    """The clips one behind the other, float32 at :data:`transforms.models.clips.RATE`."""
    pieces: list[np.ndarray] = []
    for name, second in CUT:
        whole, rate = soundfile.read(CORPUS / name, dtype="float32", always_2d=True)
        piece = whole[round(second * rate) :][: round(SECONDS * rate)].mean(axis=1)
        pieces.append(soxr.resample(piece, rate, RATE)[: round(SECONDS * RATE)])
        assert len(pieces[-1]) == round(SECONDS * RATE), name
    return np.concatenate(pieces)


if __name__ == "__main__":
    soundfile.write(CLIPS, cut(), RATE, format="OGG", subtype="OPUS", compression_level=0.9)
