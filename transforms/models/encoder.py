"""Whisper's encoder by torch in bf16, for a decoder that CTranslate2 computes."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from transforms.models.checkpoint import Located, read_config
from transforms.models.precision import cpu_has_bf16
from transforms.models.weights import load

WIDEST = 768
"""Of a model, as small: of that width 2.4 s of a core for half a minute against 3.1 s; wider ones were not measured."""

BY_HEAD = "earwitness_by_head"


class Encoder:
    """Half a minute of sound to what the decoder reads, one clip after the other.

    Most of a pass of Whisper is its encoder, which hears half a minute however short a clip is.  On a CPU that
    multiplies bf16 in hardware this one takes 0.28 s of a core for whisper-tiny where CTranslate2 takes 0.52 s in int8,
    whose attention is in float32.  A clip alone runs as fast as in a batch, and no batch can change it.
    """

    def __init__(self, located: Located) -> None:
        from transformers import AutoModelForSpeechSeq2Seq

        ALL_ATTENTION_FUNCTIONS.register(BY_HEAD, by_head)
        loaded = load(located, AutoModelForSpeechSeq2Seq, device="cpu", precision="bf16")
        self._encoder = loaded.model.get_encoder()
        self._encoder.set_attn_implementation(BY_HEAD)

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """Float32 [n_clips, n_positions, d_model] of float32 [n_clips, n_mels, n_frames]."""
        with torch.inference_mode():
            given = torch.from_numpy(features).bfloat16()
            rows = [self._encoder(given[i : i + 1]).last_hidden_state.float() for i in range(len(given))]
            return torch.cat(rows).numpy()


def is_faster(located: Located, device: str) -> bool:
    """Whether this encoder is the faster one: on a CPU with bf16, for the widths that were measured."""
    return torch.device(device).type == "cpu" and cpu_has_bf16() and read_config(located).d_model <= WIDEST


def by_head(
    module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float | None = None,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    """Attention head by head, [n_rows, n_positions, n_heads, d_head] of three times [n_rows, n_heads, n_positions, d_head].

    The scores of one head, 1500 by 1500, stay in the cache of a core, and their products are of bf16: torch's own
    attention on CPUs multiplies them in float32 (0.36 s for what takes 0.28 s so).
    """
    if scaling is not None:
        query = query * scaling
    rows, heads, positions, width = query.shape
    out = query.new_empty(rows, positions, heads, width)
    for row in range(rows):
        for head in range(heads):
            scores = torch.mm(query[row, head], key[row, head].T)
            out[row, :, head] = torch.mm(scores.softmax(-1), value[row, head])
    return out, None
