"""The clips that come with the program."""

from __future__ import annotations

import numpy as np
import pytest

from demo.calibration import cut
from transforms.models.clips import CALIBRATING, RATE, SECONDS, clips_at


@pytest.mark.parametrize("rate", [16_000, 48_000])
def test_they_come_at_the_rate_of_a_model(rate: int) -> None:
    calibrating, held_back = clips_at(rate)
    assert (len(calibrating), len(held_back)) == (CALIBRATING, 8)
    for clip in (*calibrating, *held_back):
        assert clip.dtype == np.float32
        assert len(clip) == SECONDS * rate
        assert 0.02 < np.sqrt(np.square(clip).mean()) < 0.3


def test_they_are_those_of_the_demo_corpus() -> None:
    """Opus keeps the loudness of each tenth of a second."""
    shipped = np.concatenate([clip for part in clips_at(RATE) for clip in part])
    blocks = [np.sqrt(np.square(x.reshape(-1, RATE // 10)).mean(1)) for x in (shipped, cut())]
    assert np.corrcoef(*blocks)[0, 1] > 0.99
