"""Clips of decoded audio as long as a run's: made from numbers alone, where nothing can be decoded."""

from __future__ import annotations

from functools import cache

import numpy as np

from demo.untrained.sounds import voices

WINDOW_S = 10.0
CLIP_S = 5.0
FRAME_S = 0.032
SEGMENT_DECILES_S = (0.9, 2.3, 3.3, 3.8, 4.1, 4.4, 4.7, 5.5, 7.6, 9.6, 15.0)
"""Lengths of the segments that are found in the two long interviews of the demo corpus, 55 in all."""
VOICES = 8
VOICE_S = 15.0


def windows(seconds: float) -> list[float]:
    """The lengths in seconds of the windows of a recording of so many, the last one whole too."""
    return [WINDOW_S] * max(1, round(seconds / WINDOW_S))


def segments(seconds: float) -> list[float]:
    """Lengths of segments that together are at least so long: drawn, but always the same, in whole VAD frames."""
    generator = np.random.default_rng(0)
    found: list[float] = []
    while sum(found) < seconds:
        length = np.interp(generator.uniform(0, 10), range(11), SEGMENT_DECILES_S)
        found.append(round(length / FRAME_S) * FRAME_S)
    return found


def short_clips(seconds: float) -> list[float]:
    """The same segments, cut into as few clips as can be of at most 5 s."""
    found = []
    for length in segments(seconds):
        pieces = int(np.ceil(length / CLIP_S))
        edges = np.round(np.linspace(0, length / FRAME_S, pieces + 1)) * FRAME_S
        found += np.diff(edges).tolist()
    return found


def clips(lengths: list[float], rate: int) -> list[np.ndarray]:
    """A clip of each length, float32 mono at ``rate``, of made-up voices."""
    spoken = _voices(rate)
    return [spoken[i % VOICES][: round(length * rate)] for i, length in enumerate(lengths)]


@cache
def _voices(rate: int) -> list[np.ndarray]:
    return list(voices(rate, VOICES, VOICE_S, seed=1))
