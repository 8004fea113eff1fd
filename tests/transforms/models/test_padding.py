"""Clips of several lengths in one padded batch, as a GPU is given them, against each clip alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from schemas.records import Scores
from schemas.transcript import Transcript
from transforms.models.batching import MOST_PADDING, run_each
from transforms.models.jobs import open_door
from transforms.models.padding import MaskedGroupNorm, pads_on, rung

JOBS = {
    "wav2vec2_ctc": "transcripts",  # group norm
    "hubert_ctc": "transcripts",
    "wavlm_ctc": "transcripts",
    "wav2vec2_ctc_layer": "transcripts",  # layer norm
    "wav2vec2_emotion": "emotions",
    "hubert_emotion": "emotions",
    "wavlm_emotion": "emotions",
    "wav2vec2_xvector": "speakers",
    "wavlm_xvector": "speakers",
}


@pytest.mark.parametrize("kind", JOBS)
def test_a_padded_batch_says_what_each_clip_alone_says(kind, checkpoint, mixed_clips):
    """From the shortest clip on, the longest twenty times as long: the same texts and times, numbers within 1e-5."""
    door = open_door(JOBS[kind], str(checkpoint(kind)))
    clips = mixed_clips(door.rate, door.min_samples, longest_s=12.0)
    together, alone = door(clips), [door([clip])[0] for clip in clips]
    for one, other in zip(together, alone, strict=True):
        if isinstance(one, Transcript):
            assert (one.text, [word.start_ms for word in one.words]) == (
                other.text,
                [word.start_ms for word in other.words],
            )
            assert one.confidence == pytest.approx(other.confidence, abs=1e-5)
        elif isinstance(one, Scores):
            np.testing.assert_allclose(one.probabilities, other.probabilities, atol=1e-5)
        else:
            np.testing.assert_allclose(one, other, atol=1e-5)


def test_without_its_own_group_norm_a_padded_batch_is_wrong(checkpoint, mixed_clips):
    """The trap: the attention mask alone, as the library has it, changes what is heard."""
    folder = str(checkpoint("hubert_emotion"))
    door, naive = open_door("emotions", folder), open_door("emotions", folder)
    first = naive._loaded.model.base_model.feature_extractor.conv_layers[0]
    first.layer_norm = first.layer_norm.norm
    clips = mixed_clips(door.rate, door.min_samples, longest_s=2.3)
    right = np.array([door([clip])[0].probabilities for clip in clips])
    assert np.abs([result.probabilities for result in door(clips)] - right).max() < 1e-5
    assert np.abs([result.probabilities for result in naive(clips)] - right).max() > 1e-3


def test_batches_that_pad_change_no_row(checkpoint, mixed_clips):
    """Through run_each, as the pipeline cuts them on a GPU."""
    door = open_door("emotions", str(checkpoint("wav2vec2_emotion")))
    clips = [clip for clip in mixed_clips(door.rate, door.min_samples, longest_s=2.3) for _ in range(2)]
    clips = [clip[: len(clip) - 37 * i] if len(clip) > 5000 else clip for i, clip in enumerate(clips)]
    wanted = run_each(door, clips, budget_seconds=60.0)
    batches = []
    door.pads = True
    got = run_each(door, clips, budget_seconds=60.0, saw=lambda seen, padding: batches.append((seen, padding)))
    for one, other in zip(got, wanted, strict=True):
        np.testing.assert_allclose(one.probabilities, other.probabilities, atol=1e-5)
    assert len(batches) < len(clips)
    assert any(padding > 0 for _, padding in batches)
    assert all(padding <= MOST_PADDING * seen + 1e-9 for seen, padding in batches)


def test_threads_with_batches_of_their_own_do_not_mix_up_their_lengths(checkpoint, mixed_clips):
    door = open_door("emotions", str(checkpoint("hubert_emotion")))
    clips = mixed_clips(door.rate, door.min_samples, longest_s=2.3)
    batches = [clips[:3], clips[3:7], clips[7:], clips] * 3
    wanted = [door(batch) for batch in batches]
    with ThreadPoolExecutor(4) as pool:
        got = list(pool.map(partial(_call, door), batches))
    for one, other in zip(got, wanted, strict=True):
        for a, b in zip(one, other, strict=True):
            np.testing.assert_allclose(a.probabilities, b.probabilities, atol=1e-5)


def _call(door, batch):
    return door(batch)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_masked_group_norm_is_torchs_own_over_the_true_frames(dtype):
    torch.manual_seed(0)
    norm = nn.GroupNorm(6, 6).to(dtype).requires_grad_(False)
    nn.init.normal_(norm.weight)
    nn.init.normal_(norm.bias)
    masked = MaskedGroupNorm(norm, kernel=10, stride=5)
    x = torch.randn(3, 6, 40, dtype=dtype)
    samples = torch.tensor([15, 100, 205])
    mask = (torch.arange(205) < samples[:, None]).long()
    masked.take_mask(None, (None, mask), {})
    got = masked(x)
    assert torch.isfinite(got).all()
    for row, n in enumerate([2, 19, 40]):
        torch.testing.assert_close(got[row : row + 1, :, :n], norm(x[row : row + 1, :, :n]), atol=2e-2, rtol=2e-2)
    if dtype == torch.float32:
        torch.testing.assert_close(got[1:2, :, :19], norm(x[1:2, :, :19]), atol=1e-5, rtol=1e-5)
    masked.take_mask(None, (None,), {})
    torch.testing.assert_close(masked(x), norm(x))


@pytest.mark.parametrize("offset", [0.0, 1.0, 30.0])
def test_in_half_precision_a_masked_group_norm_is_as_good_as_its_numbers(offset):
    """Without a copy in float32: against the norm in float64 of the same numbers, also far from zero."""
    torch.manual_seed(0)
    norm = nn.GroupNorm(8, 8).requires_grad_(False)
    masked = MaskedGroupNorm(norm.to(torch.bfloat16), kernel=10, stride=5)
    x = (torch.randn(4, 8, 3000) + offset).bfloat16()
    frames = torch.tensor([2000, 2999, 3000, 1])
    masked.take_mask(None, (None, (torch.arange(15_005) < (5 * frames + 5)[:, None]).long()), {})
    got = masked(x)
    assert got.dtype == torch.bfloat16
    assert torch.isfinite(got).all()
    for row, n in enumerate(frames[:3]):
        wanted = nn.functional.group_norm(x[row : row + 1, :, :n].double(), 8)
        torch.testing.assert_close(got[row : row + 1, :, :n].double(), wanted, atol=2e-2, rtol=1e-2)


@given(st.integers(1, 10_000_000), st.integers(1, 10_000_000))
def test_a_rung_is_a_little_longer_and_keeps_the_order(n, other):
    assert n <= rung(n) <= n * 9 / 8
    assert rung(rung(n)) == rung(n)
    assert (rung(n) <= rung(other)) or n > other


def test_rungs_are_few():
    assert len({rung(n) for n in range(6_400, 480_001, 7)}) == 51


def test_a_group_of_several_channels_is_not_taken_for_one():
    with pytest.raises(AssertionError, match="several channels"):
        MaskedGroupNorm(nn.GroupNorm(2, 6), kernel=10, stride=5)


def test_only_a_gpu_pads():
    assert pads_on(torch.device("cuda"))
    assert not pads_on(torch.device("cpu"))
