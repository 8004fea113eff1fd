"""How probable speech is in each frame of a recording, by silero-vad, as it is decoded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from transforms.audio.level import Leveller
from transforms.audio.silero import FRAME, REACH, shared_network

RATE = 16_000
AT_ONCE = 480_000
"""Samples that are heard at once, over all channels: twice as fast as 48,000, and no faster from here on."""


@dataclass(frozen=True)
class Levelled:
    """Frames, and what is done about their level before they are heard.

    Attributes:
        joined: float32 [channels, 64 + 512 n], the end of the frame before, and the frames.
        offset, gain: of each frame, float32 [channels, n].
    """

    joined: np.ndarray
    offset: np.ndarray
    gain: np.ndarray


class SpeechDetector:
    """silero-vad over the channels of one recording at a time, half a minute at once.

    The network finds little in what is much quieter than what it was trained on.  It hears each frame, with the 64
    samples before it, without its offset and under its gain; see :mod:`transforms.audio.level`.

    It carries a state from frame to frame: one detector serves one recording at a time.
    """

    def __init__(self) -> None:
        self._network = shared_network()
        self.begin(1)

    def another(self) -> SpeechDetector:
        """One for another stream at the same time, with the same weights."""
        return SpeechDetector()

    def begin(self, channels: int) -> None:
        """Forget the recording before."""
        self._left = [np.zeros((channels, 0), np.float32)]
        self._waiting = 0
        self._leveller = Leveller(channels)
        self._held = np.zeros((channels, 0), np.float32)  # whole frames, whose gain what follows decides
        self._before: np.ndarray | None = None
        nothing = np.zeros((channels, self._network.hidden), np.float32)
        self._state = (nothing, nothing)

    def push(self, samples: np.ndarray) -> np.ndarray:
        """Speech probabilities, float32 [channels, n_frames], of the samples that have waited long enough.

        A frame is 512 samples.  Samples wait until there are :data:`AT_ONCE` over all channels, and the two seconds
        behind them, which their gain hangs on, until there are as many again.

        Args:
            samples: float32 [channels, n] at 16 kHz.
        """
        return self.probabilities(self.encode(self.gather(samples)))

    def finish(self) -> np.ndarray:
        """The frames that are left, the last one filled up with its mean; none where nothing is left."""
        left = np.concatenate(self._left, axis=1)
        self._left = [left[:, :0]]
        self._waiting = 0
        if over := left.shape[1] % FRAME:
            mean = left[:, -over:].mean(axis=1, keepdims=True)
            left = np.concatenate([left, np.repeat(mean, FRAME - over, axis=1)], axis=1)
        return self.probabilities(self.encode(self._levelled(left, last=True)))

    # The steps of push.  Each may have a thread of its own, as long as each is given everything in its order.

    def gather(self, samples: np.ndarray) -> Levelled | None:
        """What is to be encoded; None while samples wait."""
        self._left.append(samples)
        self._waiting += samples.size
        if self._waiting < AT_ONCE:
            return None
        joined = np.concatenate(self._left, axis=1)
        whole = joined.shape[1] // FRAME * FRAME
        self._left = [joined[:, whole:].copy()]
        self._waiting = self._left[0].size
        return self._levelled(joined[:, :whole])

    def encode(self, levelled: Levelled | None) -> np.ndarray | None:
        """What is in each frame.  It carries nothing from one call to the next: threads may be in it side by side."""
        if levelled is None:
            return None
        frames = np.lib.stride_tricks.sliding_window_view(levelled.joined, REACH + FRAME, axis=1)[:, ::FRAME]
        frames = (frames - levelled.offset[:, :, None]) * levelled.gain[:, :, None]
        return self._network.encode(frames.transpose(1, 0, 2))

    def probabilities(self, heard: np.ndarray | None) -> np.ndarray:
        """Speech probabilities, float32 [channels, n_frames]."""
        if heard is None:
            return np.zeros((len(self._state[0]), 0), np.float32)
        found, self._state = self._network.decode(heard, self._state)
        return found

    def _levelled(self, samples: np.ndarray, *, last: bool = False) -> Levelled | None:
        """The frames whose gain is known once whole frames, [channels, 512 n], follow those before."""
        offset, gain = self._leveller.push(samples, last=last)
        held = np.concatenate([self._held, samples], axis=1)
        ready = gain.shape[1] * FRAME
        self._held = held[:, ready:].copy()
        if not ready:
            return None
        before = np.repeat(offset[:, :1], REACH, axis=1) if self._before is None else self._before
        self._before = held[:, ready - REACH : ready].copy()
        return Levelled(np.concatenate([before, held[:, :ready]], axis=1), offset, gain)
