"""Flat tops are counted at whatever level they stand, and nothing else is."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile

from tests.transforms.signals import RATE, made_speech
from transforms.audio.clipping import ClippingMeter


def share(samples: np.ndarray, size: int = 65_536) -> float:
    """Of float32 [n] or [n, channels]."""
    blocks = samples.reshape(len(samples), -1).astype(np.float32)
    meter = ClippingMeter(blocks.shape[1])
    for begin in range(0, len(blocks), size):
        meter.push(blocks[begin : begin + size])
    return meter.share


def coded(samples: np.ndarray, subtype: str) -> np.ndarray:
    file = io.BytesIO()
    soundfile.write(file, samples, RATE, format="WAV", subtype=subtype)
    file.seek(0)
    return soundfile.read(file, dtype="float32")[0]


@pytest.fixture(scope="module")
def voice() -> np.ndarray:
    """Two men and two women, 12 s, whose highest sample is at full scale."""
    speech = made_speech()[-1]
    return speech / np.abs(speech).max()


@pytest.mark.parametrize("subtype", ["FLOAT", "PCM_16", "PCM_U8", "ULAW", "ALAW"])
@pytest.mark.parametrize("softer", [1.0, 0.7, 0.1])
def test_clipped_speech_is_clipped_however_it_is_stored(voice: np.ndarray, subtype: str, softer: float) -> None:
    clipped = np.clip(4 * voice, -1, 1)
    truth = float((np.abs(clipped) == 1).mean())
    assert truth > 0.05
    if softer == 0.1 and subtype == "PCM_U8":
        pytest.skip("13 levels do not tell")
    assert share(coded(clipped * softer, subtype)) == pytest.approx(truth, rel=0.2)


def test_each_side_and_each_channel_has_an_extreme_of_its_own(voice: np.ndarray) -> None:
    clipped = np.clip(4 * voice, -1, 0.4)
    truth = float(((clipped == -1) | (clipped == np.float32(0.4))).mean())
    assert share(clipped) == pytest.approx(truth, rel=0.1)
    assert share(np.stack([clipped, 0.3 * voice], axis=1)) == pytest.approx(truth / 2, rel=0.1)
    assert share(clipped + 0.05) == pytest.approx(truth, rel=0.1)


@pytest.mark.parametrize("subtype", ["FLOAT", "PCM_16", "PCM_U8", "ULAW", "ALAW"])
@pytest.mark.parametrize("level", [7.0, 1.0, 0.01])
def test_speech_that_is_whole_is_not_clipped(voice: np.ndarray, subtype: str, level: float) -> None:
    if level == 7 and subtype != "FLOAT":
        pytest.skip("would be clipped")
    assert share(coded(level * voice, subtype)) < 0.001
    assert share(coded(level * voice[: RATE // 4], subtype)) < 0.001


@pytest.mark.parametrize("frequency", [30, 100, 440, 997, 3999])
def test_a_tone_is_round(frequency: int) -> None:
    tone = np.sin(2 * np.pi * frequency * np.arange(10 * RATE) / RATE)
    assert share(tone) < 0.001
    assert share(coded(0.01 * tone, "PCM_16")) < 0.001


@pytest.mark.parametrize("level", [0.0, 0.05, -1.0])
def test_what_stands_still_has_no_tops(level: float) -> None:
    assert share(np.full(1000, level)) == 0
    assert share(level + np.random.default_rng(0).normal(0, 1e-4, 10_000)) < 0.001
    assert ClippingMeter(2).share == 0


@pytest.mark.parametrize("size", [1, 777, 100_000])
def test_blocks_of_any_size_count_the_same(voice: np.ndarray, size: int) -> None:
    growing = (np.clip(4 * voice, -1, 1) * np.linspace(0.01, 1, len(voice)))[: 20 * RATE if size > 1 else 2000]
    assert share(growing, size) == share(growing)
