"""A larger wav2vec 2.0 that computes what a smaller one did, to go on training from (Chen et al. 2016, Net2Net)."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn
from transformers import Wav2Vec2ForCTC

POSITIONS = "wav2vec2.encoder.pos_conv_embed.conv.parametrizations.weight.original1"
"""The direction of the positional convolution's weights, [hidden, hidden / groups, kernel]."""

LAYER = "wav2vec2.encoder.layers.{}."
WRITES = ("attention.out_proj", "feed_forward.output_dense")
"""What a layer adds to what it was given; at zero it adds nothing."""


def grow(model: Wav2Vec2ForCTC, n_layers: int) -> Wav2Vec2ForCTC:
    """One with ``n_layers`` layers, whose positional convolution has one group in place of several.

    Between frames this model has three short convolutions, the positional one and attention.  In one group every
    channel hears every other over the whole kernel, so that the positional one can tell sounds by their course; in
    groups each hears a few.

    Args:
        model: with layer norms before the attention (``do_stable_layer_norm``), so that a layer only adds.

    Returns: a new model; its logits are those of ``model``.  New layers are last and begin by adding nothing.

    Raises:
        ValueError: ``model`` has more layers, or norms behind the attention.
    """
    config = copy.deepcopy(model.config)
    if not config.do_stable_layer_norm:
        raise ValueError("only a model with do_stable_layer_norm can grow: its layers add to what they are given")
    if n_layers < config.num_hidden_layers:
        raise ValueError(f"a model of {config.num_hidden_layers} layers cannot grow to {n_layers}")
    earlier, groups = config.num_hidden_layers, config.num_conv_pos_embedding_groups
    config.num_hidden_layers, config.num_conv_pos_embedding_groups = n_layers, 1
    larger = Wav2Vec2ForCTC(config)
    known = model.state_dict()
    known[POSITIONS] = ungrouped(known[POSITIONS], groups)
    larger.load_state_dict(known, strict=False)
    for number in range(earlier, n_layers):
        for name in WRITES:
            for weights in larger.get_submodule(LAYER.format(number) + name).parameters():
                nn.init.zeros_(weights)
    return larger


def ungrouped(weight: Tensor, groups: int) -> Tensor:
    """Weights of a convolution in one group that does what one in ``groups`` did: zero from one to another.

    Args:
        weight: [n_out, n_in / groups, kernel].

    Returns: [n_out, n_in, kernel], of the same norm for each place of the kernel.
    """
    n_out, n_in, kernel = weight.shape
    whole = torch.zeros(n_out, n_in * groups, kernel, dtype=weight.dtype, device=weight.device)
    for group in range(groups):
        out = slice(group * n_out // groups, (group + 1) * n_out // groups)
        whole[out, group * n_in : (group + 1) * n_in] = weight[out]
    return whole
