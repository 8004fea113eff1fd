"""The frames of a window: 64 ms long, 10 ms apart, centred on the window's samples 0, 160, 320, ...

A window comes as its *context*, the samples with :data:`REACH` more on either side (the
recording's own, zeros beyond its ends), so that its frames are those of the whole recording: the
frames of consecutive windows, one behind the other, are librosa's with ``center=True,
pad_mode="constant"``.  (Of a recording whose length is a multiple of the hop, librosa has one
frame more, centred on the end.)
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view

RATE_HZ = 16_000
HOP = 160
FRAME_LENGTH = 1024
REACH = FRAME_LENGTH // 2
_BLOCK = 32  # the largest step that divides both the hop and the frame


def hann(length: int) -> np.ndarray:
    """``scipy.signal.get_window("hann", length)``, to the bit, as float32 [length]: to import that takes a second."""
    return (0.5 + 0.5 * np.cos(np.linspace(-np.pi, np.pi, length + 1)[:-1])).astype(np.float32)


def frame_count(n: int) -> int:
    """How many frames a window of ``n`` samples has: one for each hop begun."""
    return -(-n // HOP)


def with_context(samples: np.ndarray) -> np.ndarray:
    """Samples that are a whole recording: float32 [n] -> float32 [512 + n + 512], zeros around."""
    return np.pad(np.asarray(samples, np.float32), REACH)


def framed(context: np.ndarray, n: int, length: int = FRAME_LENGTH) -> np.ndarray:
    """The middle ``length`` samples (even, at most 1024) of each frame, as a view.

    Args:
        context: float32 [512 + n + 512].
        n: samples in the window, at least 1.

    Returns:
        float32 [n_frames, length], read-only.

    Raises:
        ValueError: the context is not of that shape.
    """
    span = _span(context, n)
    inset = (FRAME_LENGTH - length) // 2
    return sliding_window_view(span[inset : len(span) - inset], length)[::HOP]


def frame_sums(values: np.ndarray, n: int) -> np.ndarray:
    """The sum of ``values`` (one for each sample of the context) over each frame, [n_frames].

    Frames overlap by more than 80 %: blocks that they share are summed once.
    """
    blocks = _span(values, n).reshape(-1, _BLOCK).sum(axis=1)
    return sliding_window_view(blocks, FRAME_LENGTH // _BLOCK)[:: HOP // _BLOCK].sum(axis=1)


def weighted_sums(values: np.ndarray, n: int, weights: np.ndarray) -> np.ndarray:
    """The sum of ``values`` under ``weights`` [1024] over each frame, [n_frames].

    Each block is multiplied with the weights of each place that it has in a frame, and a frame picks its 32 products:
    no frame is copied out.
    """
    places = FRAME_LENGTH // _BLOCK
    blocks = _span(values, n).reshape(-1, _BLOCK)
    products = blocks @ weights.reshape(places, _BLOCK).T
    along, across = products.strides
    step = HOP // _BLOCK * along
    picked = as_strided(products, (frame_count(n), places), (step, along + across), writeable=False)
    return picked.sum(axis=1)


def _span(context: np.ndarray, n: int) -> np.ndarray:
    """From the start of the first frame to the end of the last one."""
    if n < 1 or context.shape != (n + 2 * REACH,):
        raise ValueError(f"a window of {n} samples has a context of {n + 2 * REACH}, not {context.shape}")
    return context[: (frame_count(n) - 1) * HOP + FRAME_LENGTH]
