"""A grown model says what the smaller one said, and its new weights can learn."""

from __future__ import annotations

import pytest
import torch
from transformers import Wav2Vec2Config, Wav2Vec2ForCTC

from demo.train.growth import POSITIONS, grow, ungrouped
from demo.train.waveform import FRONT_END


def small(**settings: object) -> Wav2Vec2ForCTC:
    torch.manual_seed(5)
    shape = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 48}
    return Wav2Vec2ForCTC(Wav2Vec2Config(**{**FRONT_END, **shape, "vocab_size": 12, **settings})).eval()


@pytest.mark.parametrize("n_layers", [2, 4])
def test_the_logits_stay(n_layers: int) -> None:
    model, clips = small(), torch.randn(2, 8000, generator=torch.Generator().manual_seed(1))
    larger = grow(model, n_layers).eval()
    assert larger.config.num_hidden_layers == len(larger.wav2vec2.encoder.layers) == n_layers
    assert larger.config.num_conv_pos_embedding_groups == 1
    assert larger.num_parameters() > model.num_parameters()
    with torch.inference_mode():
        torch.testing.assert_close(larger(clips).logits, model(clips).logits, rtol=0, atol=1e-5)
    assert model.config.num_conv_pos_embedding_groups == 8  # the smaller one is left as it was


def test_what_is_new_learns() -> None:
    """Zeros of the positional convolution, and what a new layer writes, have gradients."""
    larger = grow(small(), 3)
    larger(torch.randn(2, 8000, generator=torch.Generator().manual_seed(1))).logits.square().sum().backward()
    gradients = {name: weights.grad for name, weights in larger.named_parameters()}
    positions = gradients[POSITIONS]
    assert positions is not None
    assert (positions[0, 4:].abs() > 0).all()  # of channels that were in other groups
    writes = gradients["wav2vec2.encoder.layers.2.feed_forward.output_dense.weight"]
    assert writes is not None
    assert writes.abs().sum() > 0


def test_one_group_does_what_several_did() -> None:
    generator = torch.Generator().manual_seed(2)
    weight, heard = torch.randn(8, 3, 5, generator=generator), torch.randn(1, 12, 40, generator=generator)
    expected = torch.nn.functional.conv1d(heard, weight, groups=4)
    torch.testing.assert_close(torch.nn.functional.conv1d(heard, ungrouped(weight, 4)), expected)


def test_what_cannot_grow_is_refused() -> None:
    with pytest.raises(ValueError, match="of 2 layers cannot grow to 1"):
        grow(small(), 1)
    with pytest.raises(ValueError, match="do_stable_layer_norm"):
        grow(small(do_stable_layer_norm=False), 3)
