"""Who a sound is: other tags, containers and lossless codecs do not change it, other samples do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from schemas.reasons import Reason, Stage
from schemas.records import Problem
from transforms.decode.audio import open_audio
from transforms.decode.format import Format
from transforms.decode.sound_hash import HEAD_FRAMES, SoundHash
from transforms.decode.timeline import ON_TIME, Timing

RATE = 16_000
FORMAT = Format("wav", "pcm_s16", RATE, 1, None)


def tone(seconds: float = 3.0, channels: int = 1) -> np.ndarray:
    """What 16 bits hold exactly."""
    at = np.arange(round(seconds * RATE)) / RATE
    one = 2000 * np.sin(2 * np.pi * 220 * at) * (1 + at)
    return (np.round(np.column_stack([one * 2**i for i in range(channels)])) / 32768 + 0.0).astype(np.float32)


def hash_of(samples: np.ndarray, block: int = 65_536, format: Format = FORMAT, timing: Timing = ON_TIME) -> str:
    sound = SoundHash(format)
    for start in range(0, len(samples), block):
        sound.push(samples[start : start + block])
    return sound.finish((), timing)


def hash_of_file(path: Path) -> str:
    with open_audio(str(path)) as audio:
        sound = SoundHash(audio.format)
        for block in audio.blocks():
            sound.push(block)
        return sound.finish(audio.problems, audio.timing)


@pytest.mark.parametrize("block", [1, 7, 16_384, 20_000])
def test_the_size_of_blocks_does_not_matter(block: int) -> None:
    silence = np.zeros((5000, 1), np.float32)
    samples = np.concatenate([silence, tone(1.5)])
    assert hash_of(samples, block) == hash_of(samples)


@pytest.mark.parametrize(
    ("name", "subtype"),
    [("a.flac", "PCM_16"), ("a24.flac", "PCM_24"), ("a.aiff", "PCM_24"), ("a.caf", "PCM_32"), ("a.wav", "FLOAT")],
)
def test_lossless_files_of_the_same_samples_are_one_sound(tmp_path: Path, name: str, subtype: str) -> None:
    samples = tone(channels=2)
    soundfile.write(tmp_path / "of.wav", samples, RATE, subtype="PCM_16")
    soundfile.write(tmp_path / name, samples, RATE, subtype=subtype)
    assert hash_of_file(tmp_path / name) == hash_of_file(tmp_path / "of.wav")


@pytest.mark.parametrize(
    "change",
    [
        lambda samples: samples[:-1],
        lambda samples: np.concatenate([samples, samples[:1]]),
        lambda samples: np.where(np.arange(len(samples))[:, None] == 40_000, 0.5, samples).astype(np.float32),
        lambda samples: samples[1:],
    ],
)
def test_other_samples_are_another_sound(change: Callable[[np.ndarray], np.ndarray]) -> None:
    assert hash_of(change(tone())) != hash_of(tone())


def test_what_rows_say_beside_the_samples_is_part_of_it() -> None:
    others = [
        hash_of(tone(), format=Format("wav", "pcm_s16", 8000, 1, None)),
        hash_of(tone(), timing=Timing(gaps=1, without_audio_ms=2000)),
    ]
    sound = SoundHash(FORMAT)
    sound.push(tone())
    others.append(sound.finish([Problem(Stage.DECODE, Reason.TRUNCATED, "cut")], ON_TIME))
    assert len({hash_of(tone()), *others}) == 4


def test_the_head_is_known_early_and_begins_with_the_first_sound() -> None:
    sound = SoundHash(FORMAT)
    sound.push(np.zeros((100_000, 1), np.float32))
    assert not sound.knows_head
    sound.push(tone()[: HEAD_FRAMES + 1])  # whose first sample is zero
    assert sound.knows_head
    assert sound.head == hash_of(tone())[:8]
    assert sound.finish((), ON_TIME) != hash_of(tone())
