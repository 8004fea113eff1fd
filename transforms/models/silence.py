"""What a model says of digital silence, asked once for each length instead of at every window that holds nothing."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from schemas.records import Failure

_SAID: MutableMapping[Any, dict[int, Any]] = WeakKeyDictionary()
"""By door and by number of samples."""


def but_for_silence(
    door: Any, clips: Sequence[np.ndarray], run: Callable[[Sequence[np.ndarray]], Sequence[Any]]
) -> list[Any]:
    """What ``run`` gives for the clips, which is given no clip of zeros whose like the door has heard.

    What a batch holds changes no row, so that a result is as good for every clip of the same samples.  A track that was
    muted, or a file filled up to a length, has hours of such windows.

    Args:
        door: whose results may be remembered: nothing but the clip goes into them.
        clips: float32 samples of any lengths.
        run: gives a result or a failure for each clip that it is given, in their order.  A failure is not remembered.
    """
    said = _SAID.setdefault(door, {})
    lengths = {i: len(clip) for i, clip in enumerate(clips) if not clip.any()}
    asked: dict[int, int] = {}  # by length, the clip that is asked for all of that length
    for i, length in lengths.items():
        if length not in said:
            asked.setdefault(length, i)
    given = [i for i in range(len(clips)) if i not in lengths or asked.get(lengths[i]) == i]
    results = dict(zip(given, run([clips[i] for i in given]) if given else [], strict=True))
    of_silence = {**said, **{length: results[i] for length, i in asked.items()}}
    said.update({length: of_silence[length] for length in asked if not isinstance(of_silence[length], Failure)})
    return [results[i] if i in results else of_silence[lengths[i]] for i in range(len(clips))]
