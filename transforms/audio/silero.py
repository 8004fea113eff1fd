"""The network of silero-vad (MIT) over many frames at once."""

from __future__ import annotations

import numpy as np
import scipy.fft

from transforms.audio.recurrence import State, recurrence
from transforms.audio.silero_weights import silero_weights

FRAME = 512
REACH = 64
"""Samples at the end of the frame before that a frame is heard with."""

_WINDOW = 256
_HOP = 128
_STRIDES = (1, 2, 2, 1)
"""Of the convolutions; each takes three places, with one of padding at both ends."""


class Network:
    """The library's weights, laid out for many frames in one call, without torch, which takes two seconds to start.

    The library calls its network once for each frame of 32 ms, and the calls cost more than the arithmetic.  Its four
    convolutions go over four spectra of a frame: as matrices over all of them they are three times as fast.  Its
    transform is a convolution with the sines and cosines of each frequency, and it also takes the angle of each, which
    nobody reads; here it is an FFT under the same window.  Only the recurrence takes the frames in turn.
    """

    def __init__(self) -> None:
        weights = silero_weights()
        self._window = weights["stft"][0, 0]  # the cosine of frequency 0 is 1
        self._layers: list[tuple[np.ndarray, np.ndarray]] = []
        places = FRAME // _HOP
        for i, stride in enumerate(_STRIDES):
            weight, bias = weights[f"encoder.{i}.weight"], weights[f"encoder.{i}.bias"]
            matrix, bias, places = _dense(weight, bias, places, stride, 1)
            self._layers.append((matrix, bias))
        cell = {name: weights[name] for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
        self.hidden = cell["weight_hh"].shape[1]
        self._recurrence = recurrence(cell)
        self._last = weights["output.weight"].reshape(-1), weights["output.bias"].item()

    def encode(self, frames: np.ndarray) -> np.ndarray:
        """What is in each frame, float32 [n, channels, features].

        Args:
            frames: float32 [n, channels, 64 + 512], n at least 1: each with the end of the frame before.
        """
        n, channels, _ = frames.shape
        frames = frames.reshape(n * channels, -1)
        padded = np.concatenate([frames, frames[:, -2 : -REACH - 2 : -1]], axis=1)
        windows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW, axis=1)[:, ::_HOP]
        heard = np.abs(scipy.fft.rfft(windows * self._window)).reshape(n * channels, -1)
        for matrix, bias in self._layers:
            heard = heard @ matrix
            heard += bias
            np.maximum(heard, 0, out=heard)
        return heard.reshape(n, channels, -1)

    def decode(self, heard: np.ndarray, state: State) -> tuple[np.ndarray, State]:
        """Speech probabilities, float32 [channels, n], of what :meth:`encode` gave, and the state after them.

        Args:
            state: two of float32 [channels, hidden].
        """
        hidden, state = self._recurrence(heard, state)
        weight, bias = self._last
        out = np.maximum(hidden, 0) @ weight + bias
        return np.ascontiguousarray((0.5 + 0.5 * np.tanh(0.5 * out)).T, np.float32), state  # the logistic function


def _dense(
    weight: np.ndarray, bias: np.ndarray, width: int, stride: int, padding: int
) -> tuple[np.ndarray, np.ndarray, int]:
    """A convolution over ``width`` places as a matrix [width * in, places * out], its bias, and its places."""
    out, inputs, taps = weight.shape
    places = (width + 2 * padding - taps) // stride + 1
    matrix = np.zeros((width, inputs, places, out), np.float32)
    for place in range(places):
        for tap in range(taps):
            at = place * stride + tap - padding
            if 0 <= at < width:
                matrix[at, :, place] = weight[:, :, tap].T
    return matrix.reshape(width * inputs, places * out), np.tile(bias, places), places
