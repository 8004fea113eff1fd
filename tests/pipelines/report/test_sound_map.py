"""Where windows lie on the map."""

from __future__ import annotations

import numpy as np

from pipelines.report.sound_map import _places


def test_windows_of_one_sound_lie_at_one_place() -> None:
    """As those of recordings that are silent throughout."""
    vectors = np.full((8, 4), 0.5, np.float32)
    assert (_places(vectors, 0) == 0).all()
