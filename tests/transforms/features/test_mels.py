"""The mel filters are librosa's, and made once for a machine."""

from __future__ import annotations

import sys
from pathlib import Path

import librosa
import numpy as np
import pytest

from transforms.cache import FOLDER
from transforms.features.mels import mel_filters

ASKED = (16_000, 1024, 128, 0.0, 8000.0)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(FOLDER, str(tmp_path / "cache"))
    return tmp_path / "cache"


def kept(cache: Path) -> list[Path]:
    return sorted(cache.rglob("*.npy"))


@pytest.mark.parametrize("asked", [ASKED, (22_050, 2048, 80, 20.0, 7600.0)])
def test_they_are_librosas(asked: tuple[int, int, int, float, float]) -> None:
    rate, n_fft, n_mels, low, high = asked
    wanted = librosa.filters.mel(sr=rate, n_fft=n_fft, n_mels=n_mels, fmin=low, fmax=high)
    for _ in range(2):  # made, and found
        found = mel_filters(*asked)
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, wanted)


def test_they_are_found_without_librosa(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = mel_filters(*ASKED)
    assert len(kept(cache)) == 1
    monkeypatch.setitem(sys.modules, "librosa", None)
    np.testing.assert_array_equal(mel_filters(*ASKED), made)
    with pytest.raises(ImportError):  # others are not there yet
        mel_filters(16_000, 1024, 64, 0.0, 8000.0)


@pytest.mark.parametrize("damaged", [b"", b"\x93NUMPY", b"nonsense"], ids=["empty", "cut", "foreign"])
def test_a_damaged_file_is_made_anew(damaged: bytes, cache: Path) -> None:
    made = mel_filters(*ASKED)
    (place,) = kept(cache)
    place.write_bytes(damaged)
    np.testing.assert_array_equal(mel_filters(*ASKED), made)
    np.testing.assert_array_equal(np.load(place), made)


def test_filters_of_another_shape_are_made_anew(cache: Path) -> None:
    made = mel_filters(*ASKED)
    (place,) = kept(cache)
    np.save(place, np.zeros((3, 3), np.float32))
    np.testing.assert_array_equal(mel_filters(*ASKED), made)


def test_they_are_made_where_nothing_can_be_kept(cache: Path) -> None:
    cache.write_text("a file where the folder would be")
    assert mel_filters(*ASKED).shape == (128, 513)
