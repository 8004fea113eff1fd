"""Mel filters: librosa's, which are kept on this machine, for to import it takes as long as to hear a minute."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version

import numpy as np

from transforms.cache import cache_folder, keep_bytes


def mel_filters(rate_hz: int, n_fft: int, n_mels: int, fmin_hz: float, fmax_hz: float) -> np.ndarray:
    """Slaney's triangular filters, each of the same area: ``librosa.filters.mel``.

    Returns:
        float32 [n_mels, 1 + n_fft // 2].
    """

    def make() -> np.ndarray:
        import librosa

        filters: np.ndarray = librosa.filters.mel(sr=rate_hz, n_fft=n_fft, n_mels=n_mels, fmin=fmin_hz, fmax=fmax_hz)
        return filters

    return _kept(f"{rate_hz} {n_fft} {n_mels} {fmin_hz} {fmax_hz}", (n_mels, 1 + n_fft // 2), make)


def _kept(what: str, shape: tuple[int, ...], make: Callable[[], np.ndarray]) -> np.ndarray:
    """What stands in the cache under these words and the versions that made it; made, and put there, if it is not."""
    words = f"mel {what} librosa {version('librosa')} numpy {np.__version__}"
    try:
        place = cache_folder() / "filters" / f"{hashlib.sha256(words.encode()).hexdigest()[:32]}.npy"
    except RuntimeError:  # a home that is not known
        return make()
    with suppress(OSError, ValueError, EOFError):
        found = np.load(place, allow_pickle=False)
        if found.shape == shape and found.dtype == np.float32:
            return np.asarray(found)
    made = make()
    written = io.BytesIO()
    np.save(written, made, allow_pickle=False)
    with suppress(OSError):  # a full or foreign disk: it is made anew next time
        keep_bytes(place, written.getvalue())
    return made
