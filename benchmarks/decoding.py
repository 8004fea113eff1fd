"""Decoding, averaging the channels and resampling to 16 kHz, against ``librosa.load``."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import librosa
import numpy as np

from benchmarks.material import decoded, speech
from benchmarks.measure import interleaved, rates, ratios, timed
from benchmarks.report import Cell, Table
from benchmarks.settings import Settings
from demo.encoding import write

RATE = 16_000
FORMATS = {
    "wav": (".wav", 44_100, 0),
    "flac": (".flac", 44_100, 0),
    "mp3": (".mp3", 44_100, 128_000),
    "m4a": (".m4a", 44_100, 128_000),
    "opus": (".opus", 48_000, 96_000),
}
"""Ending, rate in Hz and bits a second of each, all in stereo."""
COLUMNS = ("format", "ours, x", "librosa.load, x", "times librosa", "largest difference of the samples")


def compare(settings: Settings) -> list[Table]:
    """One file of each format, on one thread."""
    contenders: dict[tuple[str, str], Callable[[], float]] = {}
    differences: dict[str, float | None] = {}
    with settings.scratch() as folder:
        for name, (ending, rate, bits) in FORMATS.items():
            path = folder / f"speech{ending}"
            write(path, _stereo(settings.seconds, rate), rate, bits)
            theirs = _librosa(path)  # the first pass of both, and whether librosa can
            ours = decoded(path, RATE)
            differences[name] = None if theirs is None else _difference(ours, theirs)
            contenders[name, "ours"] = timed(partial(decoded, path, RATE), 1)
            if theirs is not None:
                contenders[name, "librosa"] = timed(partial(_librosa, path), 1)
        seconds = interleaved(contenders, settings.patience)
    rows: list[tuple[Cell, ...]] = []
    for name in FORMATS:
        ours_took, theirs_took = seconds[name, "ours"], seconds.get((name, "librosa"))
        rows.append(
            (
                name,
                rates(settings.seconds, ours_took),
                rates(settings.seconds, theirs_took) if theirs_took else "cannot load it",
                ratios(theirs_took, ours_took) if theirs_took else None,
                differences[name],
            )
        )
    return [
        Table(
            "Decode and resample to 16 kHz mono, one thread",
            COLUMNS,
            tuple(rows),
            (
                f"{settings.seconds:.0f} s of stereo, 44.1 kHz (Opus 48 kHz); wav and flac 16 bit, mp3 and m4a "
                "128 kbit/s, opus 96 kbit/s. Both resample with soxr HQ.",
                "The difference is that of the two results where one lies over the other, full scale being 1.",
            ),
        )
    ]


def _stereo(seconds: float, rate: int) -> np.ndarray:
    """Speech from two sides, float32 [n, 2]."""
    said = speech(seconds, rate)
    return np.stack([said, 0.5 * np.roll(said, rate // 2)], axis=1)


def _librosa(path: Path) -> np.ndarray | None:
    """Float32 [n] at 16 kHz; None for what librosa has no decoder for."""
    import warnings

    from audioread.exceptions import NoBackendError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its second attempt
            return librosa.load(path, sr=RATE)[0]
    except NoBackendError:
        return None


def _difference(ours: np.ndarray, theirs: np.ndarray) -> float:
    """The largest difference; of libsndfile's Opus the beginning may be shifted, so that it tells that too."""
    n = min(len(ours), len(theirs))
    return float(np.abs(ours[:n] - theirs[:n]).max())
