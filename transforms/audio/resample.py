"""From one sampling rate to another, block by block."""

from __future__ import annotations

import numpy as np
import soxr

LOWEST_RATE_HZ = 1_000
"""Below, a block of 65,536 frames would grow by more than 48 times on its way to 48 kHz."""

HIGHEST_RATE_HZ = 10_000_000
"""soxr was measured to keep a 1 kHz tone from here to 16 kHz within 1e-6; DSD comes at up to 2.8 MHz."""

QUALITY = "HQ"


class Resampler:
    """soxr at its high quality over a stream of blocks.

    However the stream is cut into blocks, the result is that of ``soxr.resample`` on the whole, of
    round(frames * rate_out / rate_in) frames.  Equal rates pass through untouched.

    Args:
        rate_in, rate_out: Hz; see :data:`LOWEST_RATE_HZ` and :data:`HIGHEST_RATE_HZ`.
        channels: of the blocks [n, channels]; blocks [n] may be given where there is one.
    """

    def __init__(self, rate_in: int, rate_out: int, channels: int = 1) -> None:
        same = rate_in == rate_out
        self._stream = None if same else soxr.ResampleStream(rate_in, rate_out, channels, quality=QUALITY)
        self._nothing = np.empty((0,) if channels == 1 else (0, channels), np.float32)

    def push(self, block: np.ndarray) -> np.ndarray:
        """What is ready after ``block``; float32 in and out.  soxr holds some frames back."""
        self._nothing = block[:0]
        if self._stream is None:
            return block
        return self._stream.resample_chunk(np.ascontiguousarray(block))

    def flush(self) -> np.ndarray:
        """The frames that were held back; nothing may be pushed after."""
        if self._stream is None:
            return self._nothing
        return self._stream.resample_chunk(np.ascontiguousarray(self._nothing), last=True)
