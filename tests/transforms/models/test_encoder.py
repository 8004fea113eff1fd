"""Whisper's encoder in bf16 against the one in float32."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModelForSpeechSeq2Seq

from transforms.models.checkpoint import parse_checkpoint
from transforms.models.encoder import WIDEST, Encoder, by_head, is_faster
from transforms.models.engines import IN_TORCH
from transforms.models.locate import locate
from transforms.models.precision import cpu_has_bf16

needs_bf16 = pytest.mark.skipif(not cpu_has_bf16(), reason="needs a CPU with bf16")


def test_attention_by_head_is_attention() -> None:
    query, key, value = torch.randn(3, 2, 4, 50, 16, generator=torch.Generator().manual_seed(0))
    expected = torch.nn.functional.scaled_dot_product_attention(query, key, value, scale=0.3)
    got, _ = by_head(None, query, key, value, scaling=0.3)
    torch.testing.assert_close(got.transpose(1, 2), expected)


@needs_bf16
def test_it_gives_what_float32_gives_and_no_batch_changes_it(checkpoint: Callable[[str], Path]) -> None:
    located = locate("transcripts", parse_checkpoint(str(checkpoint("whisper"))), weights=True)
    reference = AutoModelForSpeechSeq2Seq.from_pretrained(located.folder, dtype=torch.float32).get_encoder().eval()
    shape = (3, reference.config.num_mel_bins, 2 * reference.config.max_source_positions)
    features = np.random.default_rng(0).normal(0, 0.5, shape).astype(np.float32)
    with torch.inference_mode():
        expected = reference(torch.from_numpy(features)).last_hidden_state.numpy()
    encoder = Encoder(located, IN_TORCH)
    together = encoder(features)
    assert together.dtype == np.float32
    assert np.abs(together - expected).mean() < 0.03 * np.abs(expected).mean()
    for i in range(3):
        np.testing.assert_array_equal(encoder(features[i : i + 1])[0], together[i])


def test_it_is_taken_where_it_was_measured_to_be_faster(
    checkpoint: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    located = locate("transcripts", parse_checkpoint(str(checkpoint("whisper"))), weights=False)
    monkeypatch.setattr("transforms.models.encoder.cpu_has_bf16", lambda: True)
    assert is_faster(located, "cpu")
    assert not is_faster(located, "cuda")
    monkeypatch.setattr("transforms.models.encoder.WIDEST", 8)
    assert not is_faster(located, "cpu")
    monkeypatch.setattr("transforms.models.encoder.WIDEST", WIDEST)
    monkeypatch.setattr("transforms.models.encoder.cpu_has_bf16", lambda: False)
    assert not is_faster(located, "cpu")
