"""How probable speech is in each frame of a recording, by silero-vad, as it is decoded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

from transforms.audio.silero import FRAME, REACH, Network

RATE = 16_000
FRAME_MS = 32
AT_ONCE = 480_000
"""Samples that are heard at once, over all channels: twice as fast as 48,000, and no faster from here on."""


class SpeechDetector:
    """silero-vad over the channels of one recording at a time, half a minute at once.

    It carries a state from frame to frame: one detector serves one recording at a time.
    """

    def __init__(self) -> None:
        self._network = Network()
        self.begin(1)

    def begin(self, channels: int) -> None:
        """Forget the recording before."""
        self._left = [np.zeros((channels, 0), np.float32)]
        self._waiting = 0
        self._before = torch.zeros(channels, REACH)
        nothing = torch.zeros(1, channels, self._network.hidden)
        self._state = (nothing, nothing)

    def push(self, samples: np.ndarray) -> np.ndarray:
        """Speech probabilities, float32 [channels, n_frames], of the samples that have waited long enough.

        A frame is 512 samples.  Samples wait until there are :data:`AT_ONCE` over all channels.

        Args:
            samples: float32 [channels, n] at 16 kHz.
        """
        return self.probabilities(self.encode(self.gather(samples)))

    def finish(self) -> np.ndarray:
        """The frames that are left, the last one filled up with zeros; none where nothing is left."""
        left = np.concatenate(self._left, axis=1)
        self._left = [left[:, :0]]
        self._waiting = 0
        return self.probabilities(self.encode(self._joined(np.pad(left, ((0, 0), (0, -left.shape[1] % FRAME))))))

    # The steps of push.  Each may have a thread of its own, as long as each is given everything in its order.

    def gather(self, samples: np.ndarray) -> torch.Tensor | None:
        """Float32 [channels, 64 + 512 n], what is to be encoded; None while samples wait."""
        self._left.append(samples)
        self._waiting += samples.size
        if self._waiting < AT_ONCE:
            return None
        joined = np.concatenate(self._left, axis=1)
        whole = joined.shape[1] // FRAME * FRAME
        self._left = [joined[:, whole:].copy()]
        self._waiting = self._left[0].size
        return self._joined(joined[:, :whole])

    def encode(self, joined: torch.Tensor | None) -> torch.Tensor | None:
        """What is in each frame.  It carries nothing from one call to the next: threads may be in it side by side."""
        if joined is None:
            return None
        with torch.inference_mode(), _one_thread():
            return self._network.encode(joined)

    def probabilities(self, heard: torch.Tensor | None) -> np.ndarray:
        """Speech probabilities, float32 [channels, n_frames]."""
        if heard is None:
            return np.zeros((self._state[0].shape[1], 0), np.float32)
        with torch.inference_mode(), _one_thread():
            found, self._state = self._network.decode(heard, self._state)
            return found.numpy()

    def _joined(self, samples: np.ndarray) -> torch.Tensor | None:
        """The samples of whole frames behind the end of those before."""
        if samples.shape[1] < FRAME:
            return None
        joined = torch.cat([self._before, torch.from_numpy(np.ascontiguousarray(samples))], dim=1)
        self._before = joined[:, -REACH:].clone()
        return joined


@contextmanager
def _one_thread() -> Iterator[None]:
    """So small a network is as fast with one, and the others would wait for it actively: 10 s an hour of audio."""
    threads = torch.get_num_threads()
    if threads > 1:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        if threads > 1:
            torch.set_num_threads(threads)
