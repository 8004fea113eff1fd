"""Hours of telephone speech to run over, made with all cores from the clips of a folder: half speech, half pause.

Libsndfile alone reads and writes here, so that a machine without FFmpeg can make them too.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import soundfile
import soxr
from scipy.signal import butter, sosfilt

from benchmarks.machine import cores

RATE = 48_000
BAND_HZ = (300.0, 3_400.0)
"""What a telephone carries."""
FADE = RATE // 100
LEVEL, LEVELS_DB = 0.1, (-6.0, 3.0)
"""RMS of a sentence, and what it is moved by."""
HISS = 0.0005
"""RMS of the line, -66 dBFS: no second is digital silence, and no two files are the same."""
CLIP_S = (0.4, 12.0)
PAUSE = (0.3, 1.7)
"""Times the length of the sentence before: as long as it in the mean."""
TRUTH = "truth.csv"
_SAID: list[np.ndarray] = []
"""In the processes that write: what is said."""
ENDINGS = (".flac", ".wav", ".mp3", ".ogg", ".opus")


def telephone_files(folder: Path, hours: float, clips: Path, minutes: float = 15.0) -> list[Path]:
    """FLAC files, 48 kHz mono, of ``minutes`` each and together ``hours``, the last one shorter; those there stay.

    Args:
        clips: a folder of audio files; where ``truth.csv`` lies in it, as in the demo corpus, the sentences that it
            lists, else whole files.

    Raises:
        ValueError: there is no clip.
    """
    folder.mkdir(parents=True, exist_ok=True)
    total = max(1.0, hours * 3600)
    lengths = [min(60 * minutes, total - start) for start in np.arange(0, total, 60 * minutes)]
    paths = [folder / f"{number:04d}_{round(length)}s.flac" for number, length in enumerate(lengths)]
    missing = [(number, path, length) for number, (path, length) in enumerate(zip(paths, lengths, strict=True))
               if not path.exists()]  # fmt: skip
    if missing:
        said = list(sentences(clips))
        if not said:
            raise ValueError(f"{clips}: no speech in it that libsndfile reads ({', '.join(ENDINGS)})")
        forked = get_context("fork")  # the sentences, 80 MB, are then there without being sent
        with ProcessPoolExecutor(min(cores(), len(missing)), forked, _SAID.extend, (said,)) as pool:
            list(pool.map(_write, *zip(*missing, strict=True)))
    return paths


def sentences(clips: Path) -> Iterator[np.ndarray]:
    """Each as a telephone gives it: float32 [n] at :data:`RATE`, of RMS :data:`LEVEL`."""
    band = butter(4, BAND_HZ, "bandpass", fs=RATE, output="sos")
    for path, edges in _listed(clips) if (clips / TRUTH).exists() else _whole(clips):
        try:
            samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
        except soundfile.LibsndfileError:
            continue
        for start, end in edges or [(0.0, CLIP_S[1])]:
            piece = samples[round(start * rate) : round(min(end, start + CLIP_S[1]) * rate)].mean(axis=1)
            if len(piece) >= CLIP_S[0] * rate and piece.any():
                heard = sosfilt(band, soxr.resample(piece, rate, RATE))
                heard[:FADE] *= np.linspace(0, 1, FADE)
                heard[-FADE:] *= np.linspace(1, 0, FADE)
                yield (heard * (LEVEL / np.sqrt(np.mean(heard**2)))).astype(np.float32)


def _listed(clips: Path) -> Iterator[tuple[Path, list[tuple[float, float]]]]:
    edges: dict[str, list[tuple[float, float]]] = {}
    with (clips / TRUTH).open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["kind"] == "speech" and Path(row["file"]).suffix in ENDINGS:
                edges.setdefault(row["file"], []).append((int(row["start_ms"]) / 1000, int(row["end_ms"]) / 1000))
    yield from ((clips / name, edges[name]) for name in sorted(edges))


def _whole(clips: Path) -> Iterator[tuple[Path, list[tuple[float, float]]]]:
    yield from ((path, []) for path in sorted(clips.rglob("*")) if path.suffix in ENDINGS)


def _write(number: int, path: Path, seconds: float) -> None:
    """One file: sentences in an order of its own, each louder or softer, with pauses behind them."""
    random = np.random.default_rng(number)
    line = (HISS * random.standard_normal(round(seconds * RATE), np.float32)).astype(np.float32)
    at = int(random.uniform(0, RATE))
    while at < len(line):
        sentence = _SAID[random.integers(len(_SAID))] * 10 ** (random.uniform(*LEVELS_DB) / 20)
        sentence = sentence[: len(line) - at]
        line[at : at + len(sentence)] += sentence
        at += round(len(sentence) * (1 + random.uniform(*PAUSE)))
    partial_path = path.with_suffix(".partial")  # a broken-off file is not taken for a whole one
    soundfile.write(partial_path, np.clip(line, -1, 1), RATE, subtype="PCM_16", format="FLAC")
    partial_path.rename(path)
