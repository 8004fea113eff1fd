"""The audio that is measured with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from benchmarks.lengths import CLIP_S, FRAME_S, SEGMENT_DECILES_S, clips, segments, short_clips, windows
from benchmarks.material import FILE_SECONDS, RATE, all_speech, half_speech, speech


def test_files_are_as_long_as_they_say(tmp_path: Path) -> None:
    corpus = all_speech(tmp_path, 12.0)
    assert corpus.seconds == pytest.approx(12.0, abs=0.01)
    assert [path.suffix for path in corpus.paths] == [".wav", ".flac"]
    lengths = [soundfile.info(path).duration for path in corpus.paths]
    assert sum(lengths) == pytest.approx(corpus.seconds, abs=0.01)
    assert max(lengths) <= FILE_SECONDS


def test_half_is_speech(tmp_path: Path) -> None:
    half, said = half_speech(tmp_path, 6.0), speech(6.0)
    heard = soundfile.read(half.paths[0], dtype="float32")[0]
    middle = len(heard) // 2
    np.testing.assert_allclose(heard[:middle], said[:middle], atol=1e-4)  # 16 bit
    assert np.abs(heard[middle:] - said[middle : len(heard)]).max() > 0.01


@pytest.mark.slow
def test_speech_has_no_pauses_and_never_ends() -> None:
    said = speech(400.0, 16_000)
    assert len(said) == 400 * 16_000
    level = np.sqrt(np.square(said[: 60 * 16_000].reshape(-1, 8_000)).mean(axis=1))
    assert (level > 0.003).all()  # no half second under -50 dBFS
    assert len(speech(1.0)) == RATE


@pytest.mark.slow
def test_lengths_are_those_of_a_run() -> None:
    found = segments(120.0)
    assert 120 <= sum(found) < 120 + SEGMENT_DECILES_S[-1]
    assert found == segments(120.0)
    assert min(found) >= SEGMENT_DECILES_S[0] - FRAME_S
    assert max(found) <= SEGMENT_DECILES_S[-1] + FRAME_S
    assert sum(short_clips(120.0)) == pytest.approx(sum(found))
    assert max(short_clips(120.0)) <= CLIP_S + FRAME_S
    assert windows(57.0) == [10.0] * 6
    assert [len(clip) for clip in clips([0.5, 10.0], 16_000)] == [8_000, 160_000]
