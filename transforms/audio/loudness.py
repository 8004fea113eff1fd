"""Level of a recording: integrated loudness, peak and clipping, from a stream of blocks."""

from __future__ import annotations

import math
from array import array
from functools import lru_cache

import numpy as np

from transforms.audio.clipping import ClippingMeter
from transforms.audio.iir import RecursiveFilter, RowFilter
from transforms.signal import Meter

ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_LU = -10.0

_HOPS_A_SECOND = 10
_HOPS_A_BLOCK = 4
"""Gating blocks last 400 ms and overlap by 75 %."""

_SURROUND = 1.41
_WEIGHTS = {
    4: (1, 1, 1, _SURROUND),
    5: (1, 1, 1, _SURROUND, _SURROUND),
    6: (1, 1, 1, 0, _SURROUND, _SURROUND),
}

_LOWEST_RATE_HZ = 3_001
"""The shelf of the K-weighting stands at 1,500 Hz, which has to lie below half the rate."""


class LoudnessMeter:
    """Loudness by ITU-R BS.1770-4 with the filters of pyloudnorm, peak level and share of clipped samples.

    Keeps one number for each 100 ms.  Channels weigh 1 each; the fourth and fifth (surround) 1.41,
    as in pyloudnorm; six are taken for 5.1, whose fourth (low frequencies) does not count; of more than
    six, such as the microphones of an array, each weighs 1.

    Args:
        rate: Hz.
        channels: of the blocks.
    """

    def __init__(self, rate: int, channels: int) -> None:
        self._rate = rate
        self._channels = channels
        self._frames = 0
        self._peak = 0.0
        self._clipping = ClippingMeter(channels)
        self._energies = array("d")  # weighted, of each hop that is over
        self._open_energy = 0.0  # of the hop that is not over yet
        self._weights = np.array(_WEIGHTS.get(channels, (1,) * channels), np.float64)
        self._filter: RecursiveFilter | None = None
        if rate >= _LOWEST_RATE_HZ:
            self._filter = RecursiveFilter(_weighting(rate), channels)

    def push(self, block: np.ndarray) -> None:
        """Takes the next finite samples, float32 [n, channels]."""
        if not len(block):
            return
        self._peak = max(self._peak, float(max(block.max(), -block.min())))
        self._clipping.push(block)
        if self._filter is not None:
            self._add_energy(self._filter.push(np.ascontiguousarray(block.T, np.float32)))
        self._frames += len(block)

    def _add_energy(self, weighted: np.ndarray) -> None:
        ends: list[int] = []
        while (end := self._edge(len(self._energies) + len(ends) + 1) - self._frames) <= weighted.shape[1]:
            ends.append(end)
        starts = [start for start in (0, *ends) if start < weighted.shape[1]]
        energies = self._weights @ np.add.reduceat(np.square(weighted, out=weighted), starts, axis=1)
        energies[0] += self._open_energy
        self._energies.extend(energies[: len(ends)])
        self._open_energy = float(energies[len(ends) :].sum())  # of one hop or none

    def _edge(self, hop: int) -> int:
        """The first frame of a hop."""
        return hop * self._rate // _HOPS_A_SECOND

    @property
    def peak_dbfs(self) -> float | None:
        """The largest magnitude of any channel, dB of full scale (above 0 where a file exceeds it).

        None for digital silence, which has no level.
        """
        return 20 * math.log10(self._peak) if self._peak > 0 else None

    @property
    def clipped_share(self) -> float:
        """The share of samples of all channels, in [0, 1], that stand in flat tops; see :class:`ClippingMeter`."""
        return self._clipping.share

    def integrated_lufs(self) -> float | None:
        """Loudness of the whole, LUFS; meaningful once every block was pushed.

        None where no block of 400 ms passes the gate, where the recording is shorter than one, and where
        its rate is too low for the K-weighting (3 kHz and less).  A last block that lacks less than 50 ms
        counts as a whole one, as in pyloudnorm.
        """
        seconds = self._frames / self._rate
        if self._filter is None or seconds < _HOPS_A_BLOCK / _HOPS_A_SECOND:
            return None
        hops = np.append(np.array(self._energies), self._open_energy)
        blocks = round(seconds * _HOPS_A_SECOND) - _HOPS_A_BLOCK + 1
        totals = np.concatenate([[0.0], np.cumsum(hops)])
        ends = np.minimum(np.arange(blocks) + _HOPS_A_BLOCK, len(hops))
        frames = _HOPS_A_BLOCK / _HOPS_A_SECOND * self._rate
        powers = np.maximum(totals[ends] - totals[:blocks], 0) / frames
        loud = powers[_lufs(powers) >= ABSOLUTE_GATE_LUFS]
        if not len(loud):
            return None
        gated = loud[_lufs(loud) > _lufs(loud.mean()) + RELATIVE_GATE_LU]
        return float(_lufs(gated.mean()))


@lru_cache(maxsize=16)
def _weighting(rate: int) -> RowFilter:
    """The K-weighting at a rate in Hz; recordings share it."""
    return RowFilter.of(np.stack([np.r_[f.b, f.a] for f in Meter(rate)._filters.values()]))


def _lufs(power: np.ndarray) -> np.ndarray:
    """Equation 2 of ITU-R BS.1770-4: LUFS of weighted mean squares."""
    with np.errstate(divide="ignore"):
        return -0.691 + 10 * np.log10(power)
