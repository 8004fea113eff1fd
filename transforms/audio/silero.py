"""The network of silero-vad (MIT) over many frames at once."""

from __future__ import annotations

import torch

FRAME = 512
REACH = 64
"""Samples at the end of the frame before that a frame is heard with."""

_WINDOW = 256
_HOP = 128


class Network:
    """The library's weights, laid out for many frames in one call.

    The library calls its network once for each frame of 32 ms, and the calls cost more than the arithmetic.  Its four
    convolutions go over four spectra of a frame: as matrices over all of them they are three times as fast.  Its
    transform is a convolution with the sines and cosines of each frequency, and it also takes the angle of each, which
    nobody reads; here it is an FFT under the same window.  Only the recurrence takes the frames in turn.
    """

    def __init__(self) -> None:
        from silero_vad import load_silero_vad

        network = load_silero_vad()._model
        self._window = network.stft.forward_basis_buffer[0, 0].clone()  # the cosine of frequency 0 is 1
        self._layers: list[tuple[torch.Tensor, torch.Tensor]] = []
        width = FRAME // _HOP
        for block in network.encoder.children():
            matrix, bias, width = _dense(block.reparam_conv, width)
            self._layers.append((matrix, bias))
        cell = network.decoder.rnn
        self.hidden = cell.weight_hh.shape[1]
        self._recurrence = torch.nn.LSTM(cell.weight_ih.shape[1], self.hidden)
        self._recurrence.load_state_dict(
            {f"{name}_l0": getattr(cell, name) for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
        )
        self._decoder = network.decoder.decoder

    def encode(self, frames: torch.Tensor) -> torch.Tensor:
        """What is in each frame, float32 [n, channels, features].

        Args:
            frames: float32 [n, channels, 64 + 512], n at least 1: each with the end of the frame before.
        """
        n, channels, _ = frames.shape
        frames = frames.reshape(n * channels, -1)
        mirrored = frames[:, -REACH - 1 : -1].flip(1)
        padded = torch.cat([frames, mirrored], dim=1).unfold(1, _WINDOW, _HOP)
        heard = torch.fft.rfft(padded * self._window).abs().reshape(n * channels, -1)
        for matrix, bias in self._layers:
            heard = torch.addmm(bias, heard, matrix).relu_()
        return heard.view(n, channels, -1)

    def decode(
        self, heard: torch.Tensor, state: tuple[torch.Tensor, torch.Tensor]
    ) -> tuple[torch.Tensor, tuple[torch.Tensor, torch.Tensor]]:
        """Speech probabilities, float32 [channels, n], of what :meth:`encode` gave, and the state after them.

        Args:
            state: two of float32 [1, channels, hidden].
        """
        n, channels, _ = heard.shape
        hidden, state = self._recurrence(heard, state)
        out = self._decoder(hidden.reshape(n * channels, -1, 1))
        return out.reshape(n, channels).T.contiguous(), state


def _dense(convolution: torch.nn.Conv1d, width: int) -> tuple[torch.Tensor, torch.Tensor, int]:
    """A convolution over ``width`` places as a matrix [width * in, places * out], its bias, and its places."""
    weight = convolution.weight.detach()
    out, inputs, taps = weight.shape
    step, padding = convolution.stride[0], int(convolution.padding[0])
    places = (width + 2 * padding - taps) // step + 1
    matrix = torch.zeros(width, inputs, places, out)
    for place in range(places):
        for tap in range(taps):
            at = place * step + tap - padding
            if 0 <= at < width:
                matrix[at, :, place] = weight[:, :, tap].T
    assert convolution.bias is not None
    return matrix.reshape(width * inputs, places * out), convolution.bias.detach().repeat(places), places
