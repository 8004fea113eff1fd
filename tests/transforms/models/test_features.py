"""Batched features against Hugging Face's extractors on each clip alone."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from transformers import (
    ASTFeatureExtractor,
    ClapFeatureExtractor,
    Wav2Vec2FeatureExtractor,
    WhisperFeatureExtractor,
)

from transforms.models.features import as_clips, extracted, shortest_waveform, waveforms
from transforms.models.mels import AT_ONCE, clap_spectra, kaldi_spectra

CPU = torch.device("cpu")
SECONDS = (0.025, 0.03, 0.1, 0.731, 1.0, 2.5, 5.0, 9.99, 10.0)


def loaded(extractor, device=CPU):
    """What the features ask of a loaded checkpoint."""
    return SimpleNamespace(
        extractor=extractor, rate=extractor.sampling_rate, device=device, place=lambda tensor: tensor
    )


def clips_at(rate, seconds=SECONDS):
    """Noise, tones, silence and a click at mixed lengths: float32."""
    rng = np.random.default_rng(5)
    clips = []
    for i, length in enumerate(seconds):
        time = np.arange(round(length * rate)) / rate
        clip = [rng.normal(0, 0.1, len(time)), 0.9 * np.sin(2 * np.pi * 997 * time), 0 * time][i % 3]
        clips.append(clip.astype(np.float32))
    clips[-1][len(clips[-1]) // 2] = 1.0
    return clips


@pytest.mark.parametrize("made", [ASTFeatureExtractor(), ASTFeatureExtractor(max_length=512, num_mel_bins=64)])
def test_spectra_of_ast(made):
    """Within 1e-5 in normalised units, also where a loud tone stands beside quiet bands; more clips than at once."""
    clips = [*clips_at(16_000, (*SECONDS, 10.24, 12.0))]
    assert len(clips) > AT_ONCE
    wanted = [made(clip, sampling_rate=16_000, return_tensors="pt").input_values[0] for clip in clips]
    got = kaldi_spectra(clips, made, CPU)
    assert (got.dtype, got.shape) == (torch.float32, (len(clips), made.max_length, made.num_mel_bins))
    torch.testing.assert_close(got, torch.stack(wanted), atol=1e-5, rtol=0)


@pytest.mark.parametrize("padding", ["repeatpad", "repeat", "pad"])
def test_spectra_of_clap(padding):
    """Within 1e-3 dB."""
    made = ClapFeatureExtractor(truncation="rand_trunc", padding=padding)
    clips = clips_at(48_000)
    wanted = [made(clip, sampling_rate=48_000, return_tensors="pt").input_features[0] for clip in clips]
    got = clap_spectra(clips, made, CPU)
    assert got.dtype == torch.float32
    torch.testing.assert_close(got, torch.stack(wanted), atol=1e-3, rtol=0)


def test_spectra_of_a_fused_clap():
    made = ClapFeatureExtractor(truncation="fusion")
    clips = clips_at(48_000, (0.5, 10.0))
    wanted = [made(clip, sampling_rate=48_000, return_tensors="pt").input_features[0] for clip in clips]
    torch.testing.assert_close(clap_spectra(clips, made, CPU), torch.stack(wanted), atol=1e-3, rtol=0)


def test_spectra_of_whisper_are_those_of_each_clip_alone():
    made = WhisperFeatureExtractor()
    clips = clips_at(16_000)
    wanted = [made(clip, sampling_rate=16_000, return_tensors="pt").input_features[0] for clip in clips]
    got = extracted(loaded(made), clips)["input_features"]
    torch.testing.assert_close(got, torch.stack(wanted), atol=1e-6, rtol=0)


@pytest.mark.parametrize("normalised", [True, False])
def test_waveforms_are_those_of_the_extractor_to_the_bit(normalised):
    made = Wav2Vec2FeatureExtractor(do_normalize=normalised)
    clips = clips_at(16_000)
    got = waveforms(loaded(made), clips)
    for row, mask, clip in zip(got["input_values"], got["attention_mask"], clips, strict=True):
        wanted = made(clip, sampling_rate=16_000, return_tensors="pt").input_values[0]
        torch.testing.assert_close(row[: len(clip)], wanted, atol=0, rtol=0)
        assert not row[len(clip) :].any()
        assert mask.tolist() == [1] * len(clip) + [0] * (len(mask) - len(clip))


def test_waveforms_of_one_length_have_no_mask():
    assert set(waveforms(loaded(Wav2Vec2FeatureExtractor()), [np.ones(400, np.float32)] * 2)) == {"input_values"}


def test_a_clip_is_a_vector_of_bounded_length():
    with pytest.raises(ValueError, match=r"shape \(2, 3\)"):
        as_clips([np.zeros((2, 3))])
    with pytest.raises(ValueError, match="has 5 samples; this model takes at most 4"):
        as_clips([np.zeros(5)], longest=4)


@pytest.mark.parametrize(("frames", "samples"), [(1, 400), (2, 720), (50, 16_080)])
def test_the_shortest_waveform_of_the_published_models(frames, samples):
    config = SimpleNamespace(conv_kernel=(10, 3, 3, 3, 3, 2, 2), conv_stride=(5, 2, 2, 2, 2, 2, 2))
    assert shortest_waveform(config, frames) == samples
