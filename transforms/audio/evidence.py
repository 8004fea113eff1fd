"""What the channels of some seconds are to each other: copies, turned, late, and who speaks on which."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import fft

from transforms.audio.silero import FRAME
from transforms.audio.speech import RATE

FRAMES = 32
"""Frames of the speech detector in a stretch: 1.024 s, which is judged as one."""
STRETCH = FRAMES * FRAME
"""Samples of a stretch at 16 kHz."""

LOWEST_HZ, HIGHEST_HZ = 200, 4000
"""Where voices are; rumble, hum and an offset lie below."""

MOST_LATE_MS = 25
"""Later copies are heard as an echo, and make no comb that a voice would be lost in."""

SPEAKS = 0.5
QUIET = 0.35
"""Probabilities of speech from and below which a frame is called one or the other."""

NOTHING = 1e-10
"""The power of -100 dBFS: a channel that has less is digital silence and dither."""


@dataclass(frozen=True)
class Likeness:
    """How alike two channels are in a stretch.

    Attributes:
        at_once: their correlation as they are, in [-1, 1].
        best: of the greatest magnitude when one is shifted, in [-1, 1].
        late_ms: by how much it has to be shifted for that, as a magnitude.
    """

    at_once: float
    best: float
    late_ms: float


class Evidence:
    """Of some stretches of all channels.

    Args:
        samples: float32 [channels, n_stretches * STRETCH] at 16 kHz.
        speech: speech probabilities, float32 [channels, n_stretches * FRAMES].

    Attributes:
        energy: mean power between 200 and 4,000 Hz, float32 [channels, n_frames].
        power: the same of all that is there.
    """

    def __init__(self, samples: np.ndarray, speech: np.ndarray) -> None:
        channels = len(samples)
        spectra = fft.rfft(samples.reshape(channels, -1, STRETCH), axis=2)
        hz = fft.rfftfreq(STRETCH, 1 / RATE)
        spectra[:, :, (hz < LOWEST_HZ) | (hz > HIGHEST_HZ)] = 0
        heard = fft.irfft(spectra, STRETCH, axis=2)
        self.energy = np.mean(np.square(heard).reshape(channels, -1, FRAME), axis=2)
        self.power = np.mean(np.square(samples).reshape(channels, -1, FRAME), axis=2)
        self.speech = speech
        self._spectra = spectra
        self._heard = heard
        self._likeness: dict[tuple[int, int, int], Likeness] = {}

    @property
    def stretches(self) -> int:
        return self._spectra.shape[1]

    @cached_property
    def speaks(self) -> np.ndarray:
        """Where each channel holds speech, bool [channels, n_frames]."""
        return self.speech >= SPEAKS

    def of(self, stretch: int) -> slice:
        """The frames of a stretch."""
        return slice(stretch * FRAMES, (stretch + 1) * FRAMES)

    def mixed(self, stretch: int, signs: np.ndarray) -> np.ndarray:
        """Mean power of the frames of a mix, float32 [FRAMES]."""
        mixed = signs.astype(np.float32) @ self._heard[:, stretch] / np.float32(np.count_nonzero(signs))
        return np.mean(np.square(mixed).reshape(FRAMES, FRAME), axis=1)

    def likeness(self, stretch: int, one: int, other: int) -> Likeness:
        """Of two channels."""
        key = (stretch, min(one, other), max(one, other))
        if key not in self._likeness:
            self._likeness[key] = self._compare(*key)
        return self._likeness[key]

    def _compare(self, stretch: int, one: int, other: int) -> Likeness:
        powers = [float(self.energy[i, self.of(stretch)].sum()) * FRAME for i in (one, other)]
        norm = (powers[0] * powers[1]) ** 0.5
        if norm <= NOTHING * STRETCH:
            return Likeness(0.0, 0.0, 0.0)
        product = fft.irfft(self._spectra[one, stretch] * self._spectra[other, stretch].conj(), STRETCH) / norm
        most = MOST_LATE_MS * RATE // 1000
        near = np.concatenate([product[-most:], product[: most + 1]])
        at = int(np.argmax(np.abs(near)))
        return Likeness(float(near[most]), float(near[at]), abs(at - most) * 1000 / RATE)
