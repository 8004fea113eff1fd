"""Augmentation, front end and spectra, against what they are said to be."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from transformers import ASTFeatureExtractor

from demo.train import embeddings, sounds, waveform
from demo.train.data import augment
from demo.train.data.tunes import KINDS
from demo.untrained.sounds import voice
from transforms.models.mels import decibel_mels, log_mels

RATE_HZ = 16_000


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(3)


@pytest.fixture
def speech(rng: np.random.Generator) -> np.ndarray:
    return voice(RATE_HZ, 2.0, 140, rng)


def rms(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean(samples.astype(float) ** 2)))


def test_noise_lies_as_far_below_as_asked(speech: np.ndarray, rng: np.random.Generator) -> None:
    noisy = augment.add_noise(speech, augment.coloured_noise(len(speech), rng, 1.0), snr_db=12)
    assert 20 * np.log10(rms(speech) / rms(noisy - speech)) == pytest.approx(12, abs=0.01)


@pytest.mark.parametrize("slope", [0.0, 1.0, 2.0])
def test_the_colour_of_noise_is_its_slope(rng: np.random.Generator, slope: float) -> None:
    power = np.abs(np.fft.rfft(augment.coloured_noise(1 << 17, rng, slope))) ** 2
    octaves = [power[2**k : 2 ** (k + 1)].mean() for k in range(6, 16)]
    falls = -np.polyfit(np.arange(len(octaves)), np.log2(octaves), 1)[0]
    assert falls == pytest.approx(slope, abs=0.1)


def test_gain_never_clips(speech: np.ndarray) -> None:
    assert np.abs(augment.gain(speech, 40)).max() == pytest.approx(0.99)
    np.testing.assert_allclose(augment.gain(speech, -6), speech * 10**-0.3, rtol=1e-6)


def test_speed_shortens_and_raises(rng: np.random.Generator) -> None:
    tone = np.sin(2 * np.pi * 400 * np.arange(RATE_HZ) / RATE_HZ)
    fast = augment.speed(tone, 1.25)
    assert len(fast) == pytest.approx(RATE_HZ / 1.25, abs=2)
    assert np.abs(np.fft.rfft(fast, RATE_HZ)).argmax() == pytest.approx(500, abs=2)


def test_warping_moves_formants_and_not_the_pitch() -> None:
    time = np.arange(RATE_HZ) / RATE_HZ
    harmonics = np.arange(1, 40) * 120.0
    shape = np.exp(-0.5 * ((harmonics - 1200) / 250) ** 2)
    vowel = (shape[:, None] * np.sin(2 * np.pi * harmonics[:, None] * time)).sum(axis=0)
    np.testing.assert_allclose(augment.warp_formants(vowel, 1.0), vowel, atol=1e-4)
    warped = augment.warp_formants(vowel, 1.2)
    spectrum = np.abs(np.fft.rfft(warped))
    centre = (np.arange(len(spectrum)) * spectrum**2).sum() / (spectrum**2).sum()
    assert centre == pytest.approx(1200 * 1.2, rel=0.05)
    assert spectrum.argmax() % 120 == 0


def test_a_bent_tract_moves_what_is_low_and_what_is_high_by_its_own_factor() -> None:
    hz = np.fft.rfftfreq(RATE_HZ, 1 / RATE_HZ)
    noise = np.random.default_rng(3).standard_normal(RATE_HZ)
    for centre, factor in ((600, 1.0 + 0.2 * 600 / 8000), (6000, 1.0 + 0.2 * 6000 / 8000)):
        band = np.fft.irfft(np.fft.rfft(noise) * np.exp(-0.5 * ((hz - centre) / 300) ** 2), RATE_HZ)
        power = np.abs(np.fft.rfft(augment.warp_formants(band, 1.0, 1.2))) ** 2
        # The envelope is read at its frequency over the factor there, so the peak lies a little past centre * factor.
        assert (hz * power).sum() / power.sum() == pytest.approx(centre * factor, rel=0.06)


@pytest.mark.parametrize("container", augment.CODECS)
def test_codecs_give_the_signal_back(speech: np.ndarray, container: str) -> None:
    back = augment.codec(speech, RATE_HZ, container, 48_000)
    assert back.shape == speech.shape
    assert back.dtype == np.float32
    similar = np.abs(np.fft.irfft(np.fft.rfft(back) * np.conj(np.fft.rfft(speech)))).max()
    assert similar / (np.linalg.norm(back) * np.linalg.norm(speech)) > 0.8


def test_elsewhere_keeps_the_length_and_is_seeded(speech: np.ndarray) -> None:
    for seed in range(30):
        first, second = (augment.elsewhere(speech, RATE_HZ, np.random.default_rng(seed)) for _ in range(2))
        np.testing.assert_array_equal(first, second)
        assert first.shape == speech.shape
        assert np.isfinite(first).all()
        assert np.abs(first).max() <= 0.99 + 1e-6


@pytest.mark.parametrize("kind", KINDS)
def test_made_sounds_are_seeded_and_none_is_like_another(kind: str) -> None:
    first, again, other = (KINDS[kind](8000, 8000, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert first.shape == (8000,)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("seconds", [0.5, 3.0, 6.0])
@pytest.mark.parametrize("made", [sounds.extractor(), ASTFeatureExtractor()])
def test_spectra_equal_those_of_the_extractor_of_ast(
    made: ASTFeatureExtractor, seconds: float, rng: np.random.Generator
) -> None:
    clips = rng.normal(0, 0.1, (2, round(seconds * RATE_HZ))).astype(np.float32)
    clips[0, len(clips[0]) // 2 :] = 0
    wanted = [made(clip, sampling_rate=RATE_HZ, return_tensors="pt").input_values for clip in clips]
    torch.testing.assert_close(log_mels(torch.from_numpy(clips), made), torch.cat(wanted), atol=1e-4, rtol=0)


def test_clips_that_are_filled_up_give_the_spectra_of_each_alone(rng: np.random.Generator) -> None:
    made = sounds.extractor()
    clips = [rng.normal(0, 0.1, n).astype(np.float32) for n in (400, 5123, 30_000, 90_000)]
    filled = torch.nn.utils.rnn.pad_sequence([torch.from_numpy(clip) for clip in clips], batch_first=True)
    wanted = [made(clip, sampling_rate=RATE_HZ, return_tensors="pt").input_values for clip in clips]
    got = log_mels(filled, made, torch.tensor([len(clip) for clip in clips]))
    torch.testing.assert_close(got, torch.cat(wanted), atol=1e-4, rtol=0)


def test_spectra_equal_those_of_the_extractor_of_clap(rng: np.random.Generator) -> None:
    made = embeddings.extractor()
    clip = rng.normal(0, 0.1, 170_000).astype(np.float32)
    wanted = made(clip, sampling_rate=embeddings.RATE_HZ, return_tensors="pt").input_features
    got = decibel_mels(torch.from_numpy(embeddings.filled(clip, made.nb_max_samples))[None], made)
    torch.testing.assert_close(got, wanted, atol=1e-3, rtol=0)


def test_normalising_equals_the_extractor(speech: np.ndarray) -> None:
    wanted = waveform.extractor()(speech, sampling_rate=RATE_HZ, return_tensors="np").input_values[0]
    np.testing.assert_allclose(waveform.normalise(speech), wanted, atol=1e-5)


@pytest.mark.parametrize("hz", [200.0, 1000.0, 5000.0])
def test_a_band_of_the_started_front_end_answers_to_its_tone(hz: float) -> None:
    from demo.train.emotions import new_model

    first, second = (layer.conv for layer in new_model(0).hubert.feature_extractor.conv_layers[:2])
    tone = torch.sin(2 * torch.pi * hz * torch.arange(8000) / RATE_HZ)
    with torch.inference_mode():
        envelopes = second(torch.relu(first(tone[None, None])))[0, : waveform.N_MELS]
    bands = waveform.centres_hz()
    assert bands[int(envelopes.mean(dim=1).argmax())] == pytest.approx(hz, rel=0.08)
    steady = envelopes[int(envelopes.mean(dim=1).argmax())]
    assert float(steady.std() / steady.mean()) < 0.05  # an envelope: the phase of the tone does not show
