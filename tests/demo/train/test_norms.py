"""Normalisation that x-vectors train with goes into their weights without a trace."""

from __future__ import annotations

from typing import Any

import torch
from transformers import WavLMForXVector

from demo.train.norms import fold_norms
from demo.train.speakers import new_model


def trained() -> Any:
    """With running statistics, factors and shifts that are not those of the start."""
    model = new_model(3, seed=2).train()
    clips = torch.randn(8, 16_000, generator=torch.Generator().manual_seed(1))
    for _ in range(3):
        model(clips)
    for layer in model.tdnn:
        for weights in layer.activation.norm.parameters():
            torch.nn.init.uniform_(weights, 0.5, 1.5)
    return model.eval()


def test_the_answers_stay() -> None:
    """Relative to the largest value; tolerance 1e-5."""
    model = trained()
    clips = torch.randn(4, 24_000, generator=torch.Generator().manual_seed(5))
    with torch.inference_mode():
        before = model(clips).embeddings
    fold_norms(model)
    with torch.inference_mode():
        after = model(clips).embeddings
    assert (before - after).abs().max() < 1e-5 * before.abs().max()


def test_nothing_is_left_of_it() -> None:
    model = trained()
    fold_norms(model)
    assert set(model.state_dict()) == set(WavLMForXVector(model.config).state_dict())


def test_clips_do_not_all_get_the_same_vector_at_the_start() -> None:
    """Without it the cosines of a new model are all above 0.9: nothing for the loss to tell apart."""
    clips = torch.randn(16, 16_000, generator=torch.Generator().manual_seed(1))
    clips *= torch.hann_window(16_000) * torch.linspace(0, 60, 16).sin()[:, None]
    normed, bare = new_model(3, seed=2).train(), new_model(3, seed=2).train()
    fold_norms(bare)
    for layer in bare.tdnn:
        torch.nn.init.kaiming_uniform_(layer.kernel.weight, nonlinearity="relu")
        torch.nn.init.zeros_(layer.kernel.bias)
    bare.feature_extractor.reset_parameters()
    with torch.no_grad():
        alike = [
            torch.nn.functional.cosine_similarity(vectors[:-1], vectors[1:]).mean()
            for vectors in (model(clips).embeddings for model in (normed, bare))
        ]
    assert alike[0] < 0.5 < 0.9 < alike[1]
