"""Flat tops are counted at whatever level they stand, and nothing else is."""

from __future__ import annotations

import io

import av
import numpy as np
import pytest
import soundfile
from scipy import signal

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


def lossy(samples: np.ndarray, form: str, codec: str) -> np.ndarray:
    file = io.BytesIO()
    with av.open(file, "w", format=form) as made:
        stream = made.add_stream(codec, rate=RATE, layout="mono")
        assert isinstance(stream, av.AudioStream)
        frame = av.AudioFrame.from_ndarray(samples.astype(np.float32)[None], format="fltp", layout="mono")
        frame.sample_rate = RATE
        resampler = av.AudioResampler(stream.format, "mono", RATE, 960)
        for cut in [*resampler.resample(frame), *resampler.resample(None)]:
            made.mux(stream.encode(cut))
        made.mux(stream.encode(None))
    file.seek(0)
    with av.open(file) as heard:
        to_float = av.AudioResampler("fltp")
        return np.concatenate([one.to_ndarray()[0] for cut in heard.decode(audio=0) for one in to_float.resample(cut)])


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


LOSSY = [("mp3", "libmp3lame"), ("ogg", "libopus"), ("adts", "aac")]


@pytest.mark.parametrize(("form", "codec"), LOSSY)
def test_a_lossy_copy_of_clipped_speech_is_clipped(voice: np.ndarray, form: str, codec: str) -> None:
    clipped = np.clip(4 * voice, -1, 1)
    truth = float((np.abs(clipped) == 1).mean())
    assert truth / 3 < share(lossy(0.9 * clipped, form, codec)) < 2 * truth
    assert share(lossy(0.9 * voice, form, codec)) < 0.001


def test_softened_tops_are_clipped(voice: np.ndarray) -> None:
    clipped = np.clip(4 * voice, -1, 1)
    truth = float((np.abs(clipped) == 1).mean())
    low = signal.butter(2, 6000, fs=RATE, output="sos")
    for bend in (lambda one: signal.sosfiltfilt(low, one), lambda one: signal.resample_poly(one, 3, 1)):
        assert truth / 2 < share(bend(clipped)) < 2 * truth
        assert share(bend(voice)) < 0.001


@pytest.mark.parametrize(("third", "level"), [(0.2, 0.1), (1 / 9, 0.1), (0.2, 1.0), (0.3, 0.01)])
def test_a_hum_with_a_broad_top_is_round(voice: np.ndarray, third: float, level: float) -> None:
    turns = 2 * np.pi * 100 * np.arange(5 * RATE) / RATE
    hum = level * (np.sin(turns) + third * np.sin(3 * turns)) / 1.3
    assert share(coded(hum, "PCM_16")) < 0.001
    assert share(coded(np.concatenate([hum, 0.5 * level * voice]), "PCM_16")) < 0.001


def test_noise_is_not_clipped() -> None:
    source = np.random.default_rng(0)
    assert share(source.normal(0, 0.1, 10 * RATE)) < 0.001
    assert share(source.uniform(-1, 1, 10 * RATE)) < 0.001


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
