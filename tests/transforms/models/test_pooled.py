"""The last layer of AST for two tokens: the same logits, with less to compute."""

from __future__ import annotations

import torch
from transformers import AutoModelForAudioClassification

from transforms.models.pooled import READ, read_only_pooled


def test_the_logits_are_the_same_and_the_last_layer_ends_with_two_tokens(checkpoint):
    model = AutoModelForAudioClassification.from_pretrained(checkpoint("ast_sounds"), dtype=torch.float32).eval()
    torch.manual_seed(0)
    rows = torch.randn(3, model.config.max_length, model.config.num_mel_bins)
    layers, seen = model.audio_spectrogram_transformer.layers, []
    for layer in layers:
        layer.mlp.register_forward_pre_hook(lambda _, given: seen.append(given[0].shape[1]))
    with torch.inference_mode():
        expected = model(rows).logits
        whole = seen.pop()
        assert whole > READ
        read_only_pooled(model)
        seen.clear()
        torch.testing.assert_close(model(rows).logits, expected, rtol=1e-5, atol=1e-5)
    assert seen == [whole] * (len(layers) - 1) + [READ]
