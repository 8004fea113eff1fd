"""The network of silero-vad (MIT) over many frames at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import scipy.fft

from transforms.audio.recurrence import State, recurrence
from transforms.audio.silero_weights import silero_weights
from transforms.openvino import BUILDING

FRAME = 512
REACH = 64
"""Samples at the end of the frame before that a frame is heard with."""

_WINDOW = 256
_HOP = 128
_STRIDES = (1, 2, 2, 1)
"""Of the convolutions; each takes three places, with one of padding at both ends."""


def shared_network() -> Network:
    """One for all threads of a process, which may be in it side by side: it keeps nothing of what it hears."""
    with BUILDING:
        return _network()


@cache
def _network() -> Network:
    return Network()


class Network:
    """The library's weights, laid out for many frames in one call, without torch, which takes two seconds to start.

    The library calls its network once for each frame of 32 ms, and the calls cost more than the arithmetic.  Its four
    convolutions go over four spectra of a frame: as matrices, one for each place, they are three times as fast.  Its
    transform is a convolution with the sines and cosines of each frequency, and it also takes the angle of each, which
    nobody reads; here it is an FFT under the same window.  Only the recurrence takes the frames in turn.
    """

    def __init__(self) -> None:
        weights = silero_weights()
        self._window = weights["stft"][0, 0]  # the cosine of frequency 0 is 1
        self._layers: list[list[_Place]] = []
        width = FRAME // _HOP
        for i, stride in enumerate(_STRIDES):
            weight, bias = weights[f"encoder.{i}.weight"], weights[f"encoder.{i}.bias"]
            self._layers.append(_places(weight, bias, width, stride, 1))
            width = len(self._layers[-1])
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
        spectra = scipy.fft.rfft(windows * self._window)
        squared = np.square(spectra.real)
        squared += np.square(spectra.imag)
        heard = np.sqrt(squared, out=squared).reshape(n * channels, -1)
        for layer in self._layers:
            places = [heard[:, place.heard] @ place.matrix for place in layer]
            for given, place in zip(places, layer, strict=True):
                given += place.bias
                np.maximum(given, 0, out=given)
            heard = places[0] if len(places) == 1 else np.concatenate(places, axis=1)
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


@dataclass(frozen=True)
class _Place:
    """What a convolution gives at one of the places that it goes to.

    Attributes:
        heard: which of the values of all places before it hears; those beyond their ends are zeros, and left out.
        matrix: float32 [heard, out].
        bias: float32 [out].
    """

    heard: slice
    matrix: np.ndarray
    bias: np.ndarray


def _places(weight: np.ndarray, bias: np.ndarray, width: int, stride: int, padding: int) -> list[_Place]:
    """A convolution over ``width`` places, each with the values of all its channels side by side."""
    _, inputs, taps = weight.shape
    places = []
    for at in range(-padding, width + padding - taps + 1, stride):
        first, last = max(at, 0), min(at + taps, width)
        inside = weight[:, :, first - at : last - at].transpose(2, 1, 0).reshape((last - first) * inputs, -1)
        places.append(_Place(slice(first * inputs, last * inputs), np.ascontiguousarray(inside), bias))
    return places
