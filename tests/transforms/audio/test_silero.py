"""The network as matrices is the library's own, layer by layer."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from silero_vad import load_silero_vad

from tests.transforms.signals import synthetic
from transforms.audio.silero import FRAME, REACH, Network, _places


@pytest.mark.parametrize(("width", "step", "padding", "taps"), [(4, 1, 1, 3), (4, 2, 1, 3), (1, 1, 1, 3), (7, 2, 0, 2)])
def test_a_convolution_as_a_matrix(width: int, step: int, padding: int, taps: int) -> None:
    torch.manual_seed(0)
    convolution = torch.nn.Conv1d(5, 3, taps, stride=step, padding=padding)
    given = torch.randn(6, 5, width)
    weight, bias = (values.detach().numpy() for values in (convolution.weight, convolution.bias))
    side_by_side = given.numpy().transpose(0, 2, 1).reshape(6, -1)
    places = _places(weight, bias, width, step, padding)
    found = np.stack([side_by_side[:, place.heard] @ place.matrix + place.bias for place in places], axis=2)
    np.testing.assert_allclose(found, convolution(given).detach().numpy(), atol=1e-5, rtol=1e-5)


def test_frames_of_several_channels_are_those_of_the_library_in_turn() -> None:
    samples = np.stack([synthetic(seed, 40 * FRAME) for seed in (1, 2)])
    joined = np.pad(samples, ((0, 0), (REACH, 0)))
    frames = np.lib.stride_tricks.sliding_window_view(joined, FRAME + REACH, axis=1)[:, ::FRAME].transpose(1, 0, 2)
    network = Network()
    nothing = np.zeros((2, network.hidden), np.float32)
    theirs = load_silero_vad()._model
    found, (hidden, cell) = network.decode(network.encode(frames), (nothing, nothing))
    state = torch.zeros(2, 2, network.hidden)
    with torch.inference_mode():
        for at in range(40):
            frame = torch.from_numpy(joined[:, at * FRAME : at * FRAME + FRAME + REACH].copy())
            expected, state = theirs(frame, state)
            np.testing.assert_allclose(found[:, at], expected[:, 0].numpy(), atol=1e-5)
    np.testing.assert_allclose(np.stack([hidden, cell]), state.numpy(), atol=1e-4)


def test_what_is_surely_no_speech_gives_no_warning() -> None:
    network = Network()
    weight, bias = network._last
    network._last = weight, bias - np.float32(200)
    heard = network.encode(np.zeros((3, 1, FRAME + REACH), np.float32))
    nothing = np.zeros((1, network.hidden), np.float32)
    assert network.decode(heard, (nothing, nothing))[0].tolist() == [[0, 0, 0]]
