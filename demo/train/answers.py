"""What an exported checkpoint says, asked through the pipeline's own door."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np

from schemas.records import Scores
from schemas.transcript import Transcript
from transforms.models.door import Door

AT_ONCE = 16


def likeliest(door: Door, clips: Sequence[np.ndarray]) -> list[str]:
    """The label of the greatest probability for each clip, float32 [n] at the door's rate."""
    scores = cast("list[Scores]", _asked(door, clips))
    return [one.labels[int(np.argmax(one.probabilities))] for one in scores]


def texts(door: Door, clips: Sequence[np.ndarray]) -> list[str]:
    """The transcript of each clip."""
    return [one.text for one in cast("list[Transcript]", _asked(door, clips))]


def vectors(door: Door, clips: Sequence[np.ndarray]) -> np.ndarray:
    """Unit vectors, float32 [n_clips, dimension]."""
    return np.stack(cast("list[np.ndarray]", _asked(door, clips)))


def _asked(door: Door, clips: Sequence[np.ndarray]) -> list[object]:
    """Some at a time: a whole set at once would fill the memory."""
    return [one for start in range(0, len(clips), AT_ONCE) for one in door(clips[start : start + AT_ONCE])]
