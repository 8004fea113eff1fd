"""Whisper's encoder in bf16, for a decoder that CTranslate2 computes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from transforms.models.checkpoint import Located, read_config
from transforms.models.engines import IN_TORCH, OPENVINO, Engine, is_installed
from transforms.models.precision import cpu_has_bf16
from transforms.models.weights import load

WIDEST = 768
"""Of a model, as small: of that width 2.4 s of a core for half a minute against 3.1 s; wider ones were not measured."""

BY_HEAD = "earwitness_by_head"


class Encoder:
    """Half a minute of sound to what the decoder reads, one clip after the other.

    Most of a pass of Whisper is its encoder, which hears half a minute however short a clip is.  For whisper-tiny it
    takes CTranslate2 0.52 s of a core in int8, with attention in float32; on a CPU that multiplies bf16 in hardware it
    takes torch 0.28 s and OpenVINO 0.22 s.  A clip alone runs as fast as in a batch, and so
    no batch can change it.

    Args:
        engine: of the decoder: OpenVINO gets as many streams and threads.
    """

    def __init__(self, located: Located, engine: Engine) -> None:
        from transformers import AutoModelForSpeechSeq2Seq

        by = replace(engine, name=OPENVINO) if is_installed(OPENVINO) else IN_TORCH
        loaded = load(located, AutoModelForSpeechSeq2Seq, device="cpu", precision="bf16", engine=by)
        encoder, config = loaded.model.get_encoder(), loaded.model.config
        self._pass: Callable[[torch.Tensor], torch.Tensor]
        if by.name == OPENVINO:
            from transforms.models.compiled import Output
            from transforms.models.passes import Passes, traced

            frames = loaded.extractor.nb_max_frames
            shape = (config.num_mel_bins, frames)
            self._pass = Passes(traced(Output(encoder, "last_hidden_state"), shape), "bf16", by)
            loaded.model.to("meta")
        else:
            ALL_ATTENTION_FUNCTIONS.register(BY_HEAD, by_head)
            encoder.set_attn_implementation(BY_HEAD)
            self._pass = lambda rows: encoder(rows.bfloat16()).last_hidden_state.float()

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """Float32 [n_clips, n_positions, d_model] of float32 [n_clips, n_mels, n_frames]."""
        with torch.inference_mode():
            rows = torch.from_numpy(features)
            return torch.cat([self._pass(rows[i : i + 1]) for i in range(len(rows))]).numpy()


def is_faster(located: Located, device: str) -> bool:
    """Whether this encoder is the faster one: on a CPU with bf16, for the widths that were measured."""
    return torch.device(device).type == "cpu" and cpu_has_bf16() and read_config(located).d_model <= WIDEST


def by_head(
    module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None = None,
    scaling: float | None = None,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    """Attention head by head: [n_rows, n_positions, n_heads, width] of [n_rows, n_heads, n_positions, width] each.

    The scores of one head, 1500 by 1500, stay in the cache of a core, and the products are of bf16: torch's own
    attention multiplies in float32 on CPUs, which makes it 0.36 s for what takes 0.28 s so.
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
