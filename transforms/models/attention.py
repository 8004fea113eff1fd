"""Attention in one kernel of torch, whatever is masked, and without waiting for a device."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import MethodType
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.models.clap.modeling_clap import ClapAudioLayer

QUEUED = "queued"
"""The name of this attention to transformers: its ``sdpa``, without asking the device whether a mask masks anything.

Asking means to wait for the convolutions before the first layer of attention can be handed to the device.
"""


def fuse_attention(model: Any) -> None:
    """Have a model hand its attention to the device as few kernels, one after the other without a pause.

    wav2vec 2.0 and HuBERT keep the attention that they have (``sdpa``) and take the mask as it is.  WavLM has one
    that gives back all weights; here it gives none.  The results are those of before, up to rounding.

    Args:
        model: with a base of the classes of wav2vec 2.0, HuBERT or WavLM; any other stays.  It changes in place.
    """
    kind = model.config.model_type
    if kind in ("wav2vec2", "hubert"):
        AttentionInterface.register(QUEUED, sdpa_attention_forward)
        AttentionMaskInterface.register(QUEUED, _keys)
        model.set_attn_implementation(QUEUED)
    elif kind == "wavlm":
        for layer in model.base_model.encoder.layers:
            layer.attention.forward = MethodType(_wavlm_attention, layer.attention)


def mask_frames_there(model: Any) -> None:
    """Have a model say on its device which frames of a padded row are true, from the lengths of the rows.

    Its classes write the number 1 behind each row's end, which has to be brought there: the host waits for everything
    that the device has in hand, in each pass.  The masks are the same.

    Args:
        model: of a class with the feature encoder of wav2vec 2.0; any other stays.  It changes in place.
    """
    for part in {model, model.base_model}:
        if hasattr(part, "_get_feature_vector_attention_mask"):
            part._get_feature_vector_attention_mask = partial(_true_frames, part._get_feat_extract_output_lengths)


def _true_frames(
    lengths_of: Callable[..., Tensor], n_frames: int, attention_mask: Tensor, add_adapter: bool | None = None
) -> Tensor:
    """Which frames belong to a row, bool [n_rows, n_frames], of the mask of its samples [n_rows, n_samples]."""
    adapter = {} if add_adapter is None else {"add_adapter": add_adapter}  # HuBERT's classes know none
    lengths = lengths_of(attention_mask.sum(-1), **adapter)
    return torch.arange(n_frames, device=attention_mask.device) < lengths[:, None]


def keep_masks(model: Any) -> None:
    """Have a CLAP make the masks of its shifted windows once for each size, not in each layer of each pass.

    They hang on the size of the spectrogram alone, which is the same for all clips.

    Args:
        model: a ``ClapModel`` or its audio tower; any other stays.  It changes in place.
    """
    for layer in model.modules():
        if isinstance(layer, ClapAudioLayer):
            layer.get_attn_mask = _Kept(layer)  # type: ignore[method-assign]


class _Kept:
    """The masks of one layer, made once for each size."""

    def __init__(self, layer: ClapAudioLayer) -> None:
        self._layer = layer
        self._make = layer.get_attn_mask
        self._masks: dict[tuple[Any, ...], Tensor | None] = {}

    def __call__(self, height: int, width: int, dtype: torch.dtype, device: torch.device) -> Tensor | None:
        key = (height, width, dtype, device, self._layer.shift_size, self._layer.window_size)
        if key not in self._masks:
            self._masks[key] = self._make(height, width, dtype=dtype, device=device)
        return self._masks[key]


def _keys(*_: Any, attention_mask: Tensor | None = None, **__: Any) -> Tensor | None:
    """The mask of a batch, bool [n_rows, n_frames], as attention takes it: [n_rows, 1, 1, n_frames]."""
    return None if attention_mask is None else attention_mask[:, None, None, :].bool()


def _wavlm_attention(
    attention: Any,
    hidden_states: Tensor,
    attention_mask: Tensor | None = None,
    position_bias: Tensor | None = None,
    index: int = 0,
    **_: Any,
) -> tuple[Tensor, None, Tensor]:
    """What ``WavLMAttention`` computes: relative positions, gated by what is there, are added to the scores.

    Args:
        hidden_states: [n_rows, n_frames, hidden_size].
        attention_mask: bool [n_rows, n_frames].
        position_bias: [1, n_heads, n_frames, n_frames]; of the first layer, for all that follow.
    """
    rows, frames, _width = hidden_states.shape
    if position_bias is None:
        position_bias = attention.compute_bias(frames, frames)[None]
    heads = hidden_states.view(rows, frames, attention.num_heads, -1).transpose(1, 2)
    gates = attention.gru_rel_pos_linear(heads).view(*heads.shape[:-1], 2, 4).sum(-1).sigmoid()
    near, far = gates.chunk(2, dim=-1)
    bias = (near * (far * attention.gru_rel_pos_const - 1.0) + 2.0) * position_bias
    if attention_mask is not None:
        bias.masked_fill_(~attention_mask[:, None, None, :].bool(), -torch.inf)
    query, key, value = (
        layer(hidden_states).view(rows, frames, attention.num_heads, -1).transpose(1, 2)
        for layer in (attention.q_proj, attention.k_proj, attention.v_proj)
    )
    mixed = scaled_dot_product_attention(query, key, value, attn_mask=bias)
    return attention.out_proj(mixed.transpose(1, 2).reshape(rows, frames, -1)), None, position_bias
