"""Waveforms of several lengths in one batch of wav2vec 2.0, HuBERT or WavLM, each heard as if it were alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import MethodType
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from transformers.modeling_outputs import XVectorOutput


def pads_on(device: torch.device) -> bool:
    """Whether such a batch is worth its padding: the one place that decides.

    On a GPU it is: a segment of speech alone does not fill one.  On a CPU it is not: of wav2vec2-base a
    clip alone already runs at the speed of a batch, so that padding is lost time (measured in fp32, one
    core, 1 to 10 s of speech: padded batches took 1.16 times as long as one clip after the other).
    """
    return device.type == "cuda"


RUNGS = 8
"""Lengths that padded batches have, from one length to its double."""


def rung(samples: int) -> int:
    """To which length a batch is padded whose longest clip has so many samples: at most an eighth more.

    With few lengths the same shapes come again, for which the allocator of a GPU has memory at hand and its libraries
    have chosen their kernels.
    """
    step = max(1, 2 ** (samples.bit_length() - 1) // RUNGS)
    return -(-samples // step) * step


def heed_lengths(model: Any) -> None:
    """Have a model take clips of several lengths, as ``model(input_values, attention_mask=mask)``.

    With the mask alone the models with layer norms are exact.  Those with a group norm behind the
    first convolution (wav2vec2-base, HuBERT-base, WavLM-base) normalise each channel over the time of
    the whole row, padding included: here over the frames of the clip.  And the x-vector heads
    count the frames behind their time-delay layers as if these skipped none, so that they would pool
    over padding; and they wait for the device twice for each row.

    Args:
        model: of a class with the feature encoder of wav2vec 2.0.  It changes in place.
    """
    base = model.base_model
    first = base.feature_extractor.conv_layers[0]
    if isinstance(getattr(first, "layer_norm", None), nn.GroupNorm):
        first.layer_norm = MaskedGroupNorm(first.layer_norm, int(first.conv.kernel_size[0]), int(first.conv.stride[0]))
        base.register_forward_pre_hook(first.layer_norm.take_mask, with_kwargs=True)
    if hasattr(model, "tdnn"):
        config = model.config
        lost = sum((k - 1) * d for k, d in zip(config.tdnn_kernel, config.tdnn_dilation, strict=True))
        model._get_tdnn_output_lengths = lambda lengths: lengths - lost
        model.forward = MethodType(partial(_voices, type(model).forward), model)


class MaskedGroupNorm(nn.Module):
    """A group norm with a channel a group, each row over its own frames.

    Args:
        norm: whose weights it takes.
        kernel: samples under a frame of the convolution before it.
        stride: samples from one frame to the next.
    """

    def __init__(self, norm: nn.GroupNorm, kernel: int, stride: int) -> None:
        super().__init__()
        assert norm.num_groups == norm.num_channels, "a group of several channels"
        self.norm = norm
        self._kernel = kernel
        self._stride = stride
        self._heard = threading.local()  # threads share the model, each with a batch of its own

    def take_mask(self, model: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Before each pass of the base model: how many frames of each row are true."""
        mask = args[1] if len(args) > 1 else kwargs.get("attention_mask")
        self._heard.frames = None if mask is None else (mask.sum(-1) - self._kernel) // self._stride + 1

    @contextmanager
    def rows(self, first: int, end: int) -> Iterator[None]:
        """While these rows of the batch are heard alone."""
        frames = getattr(self._heard, "frames", None)
        self._heard.frames = None if frames is None else frames[first:end]
        try:
            yield
        finally:
            self._heard.frames = frames

    def forward(self, x: Tensor) -> Tensor:
        """Of [n_rows, n_channels, n_frames]; what lies behind the true frames comes out finite."""
        frames = getattr(self._heard, "frames", None)
        if frames is None:
            return self.norm(x)
        frames = frames[:, None, None]
        padding = torch.arange(x.shape[-1], device=x.device) >= frames
        if x.dtype != torch.float32:
            return self._in_few_passes(x, frames, padding)
        # Sums in float32, as torch's own group norm has them.
        mean = x.masked_fill(padding, 0).sum(-1, keepdim=True, dtype=torch.float32) / frames
        centred = (x - mean).masked_fill_(padding, 0)
        variance = centred.square().sum(-1, keepdim=True) / frames
        scale = self.norm.weight[:, None] * torch.rsqrt(variance + self.norm.eps)
        return centred.mul_(scale).add_(self.norm.bias[:, None]).to(x.dtype)

    def _in_few_passes(self, x: Tensor, frames: Tensor, padding: Tensor) -> Tensor:
        """The same of half precision, without a copy in float32, which would be the most that a pass holds.

        The variance is that of the squares less the square of the mean: of a row whose mean is a hundred times its
        deviation it keeps three digits, as many as the numbers have.
        """
        filled = x.masked_fill(padding, 0)
        mean = filled.sum(-1, keepdim=True, dtype=torch.float32) / frames
        squares = torch.linalg.vector_norm(filled, dim=-1, keepdim=True, dtype=torch.float32).square() / frames
        variance = (squares - mean.square()).clamp_(min=0)
        scale = self.norm.weight[:, None].float() * torch.rsqrt(variance + self.norm.eps)
        shift = self.norm.bias[:, None].float() - mean * scale
        return torch.addcmul(shift, filled, scale, out=filled)


def _voices(
    plain: Any, model: Any, input_values: Tensor, attention_mask: Tensor | None = None, **options: Any
) -> XVectorOutput:
    """The pass of an x-vector model, with the mean and the deviation of all rows at once.

    Args:
        plain: the pass of its class, which pools row by row where there is a mask.
    """
    from transformers.modeling_outputs import XVectorOutput

    if attention_mask is None:
        return plain(model, input_values, **options)
    weighted = model.config.use_weighted_layer_sum
    outputs = model.base_model(input_values, attention_mask=attention_mask, output_hidden_states=weighted)
    hidden = outputs.last_hidden_state
    if weighted:
        weights = model.layer_weights.softmax(-1)
        hidden = (torch.stack(outputs.hidden_states, dim=1) * weights.view(-1, 1, 1)).sum(dim=1)
    hidden = model.projector(hidden)
    for layer in model.tdnn:
        hidden = layer(hidden)
    frames = model._get_tdnn_output_lengths(model._get_feat_extract_output_lengths(attention_mask.sum(dim=1)))
    pooled = _mean_and_deviation(hidden.float(), frames[:, None, None]).to(hidden.dtype)
    embeddings = model.feature_extractor(pooled)
    return XVectorOutput(logits=model.classifier(embeddings), embeddings=embeddings)


def _mean_and_deviation(x: Tensor, frames: Tensor) -> Tensor:
    """Over the first frames of each row, unbiased: [n_rows, n_frames, n] and [n_rows, 1, 1] to [n_rows, 2 n]."""
    padding = torch.arange(x.shape[1], device=x.device)[:, None] >= frames
    mean = x.masked_fill(padding, 0).sum(1, keepdim=True) / frames
    squares = (x - mean).masked_fill_(padding, 0).square().sum(1)
    return torch.cat([mean[:, 0], (squares / (frames[:, 0] - 1)).sqrt()], dim=-1)
