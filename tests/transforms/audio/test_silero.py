"""The network as matrices is the library's own, layer by layer."""

from __future__ import annotations

import pytest
import torch
from silero_vad import load_silero_vad

from tests.transforms.signals import synthetic
from transforms.audio.silero import FRAME, REACH, Network, _dense


@pytest.mark.parametrize(("width", "step", "padding", "taps"), [(4, 1, 1, 3), (4, 2, 1, 3), (1, 1, 1, 3), (7, 2, 0, 2)])
def test_a_convolution_as_a_matrix(width: int, step: int, padding: int, taps: int) -> None:
    torch.manual_seed(0)
    convolution = torch.nn.Conv1d(5, 3, taps, stride=step, padding=padding)
    given = torch.randn(6, 5, width)
    with torch.inference_mode():
        matrix, bias, places = _dense(convolution, width)
        found = (given.transpose(1, 2).reshape(6, -1) @ matrix + bias).reshape(6, places, 3).transpose(1, 2)
        torch.testing.assert_close(found, convolution(given))


def test_frames_of_several_channels_are_those_of_the_library_in_turn() -> None:
    samples = torch.stack([torch.from_numpy(synthetic(seed, 40 * FRAME)) for seed in (1, 2)])
    joined = torch.nn.functional.pad(samples, (REACH, 0))
    frames = joined.unfold(1, FRAME + REACH, FRAME).transpose(0, 1)
    network = Network()
    nothing = torch.zeros(1, 2, network.hidden)
    theirs = load_silero_vad()._model
    with torch.inference_mode():
        found, (hidden, cell) = network.decode(network.encode(frames), (nothing, nothing))
        state = torch.zeros(2, 2, network.hidden)
        for at in range(40):
            frame = joined[:, at * FRAME : at * FRAME + FRAME + REACH]
            expected, state = theirs(frame, state)
            torch.testing.assert_close(found[:, at], expected[:, 0], atol=1e-5, rtol=0)
        torch.testing.assert_close(torch.stack([hidden[0], cell[0]]), state, atol=1e-4, rtol=0)
