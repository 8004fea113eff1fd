"""Rows of the tables over the fixed grid."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import soundfile

from schemas.catalog import TABLES
from schemas.records import Clip, Scores, Window
from schemas.table import Table
from transforms.audio.windows import CONTEXT, SILENCE_DBFS, level_dbfs
from transforms.features.frames import describe
from transforms.features.framing import HOP, RATE_HZ
from transforms.features.spectrograms import DB_MAX, DB_MIN, N_MELS, log_mel, power_spectrum, quantise
from transforms.rows.batch import float_lists, stretch_columns, to_batch, vectors

HOP_MS = HOP / RATE_HZ * 1000
WAVEFORM_RATE = 16_000


def window_tables(windows: Sequence[Window], tables: Sequence[str]) -> dict[str, pa.RecordBatch]:
    """The rows of each of ``tables`` (windows, frames, spectrograms, waveforms) for ``windows``.

    One spectrum serves frames and spectrograms.
    """
    made: dict[str, pa.RecordBatch] = {}
    if "windows" in tables:
        made["windows"] = _windows(windows)
    powers: list[np.ndarray] = []
    if "frames" in tables or "spectrograms" in tables:
        powers = [power_spectrum(w.context, _length(w)) for w in windows]
    if "frames" in tables:
        made["frames"] = _frames(windows, powers)
    if "spectrograms" in tables:
        made["spectrograms"] = _spectrograms(windows, powers)
    if "waveforms" in tables:
        made["waveforms"] = _waveforms(windows)
    return made


def sound_rows(table: Table, clips: Sequence[Clip], results: Sequence[Scores], model: str, top: int) -> pa.RecordBatch:
    """Rows of ``sounds``: the ``top`` classes of each window, most probable first."""
    tags = []
    for scores in results:
        order = np.argsort(-scores.probabilities, kind="stable")[:top]
        tags.append([{"label": scores.labels[i], "probability": float(scores.probabilities[i])} for i in order])
    return to_batch(
        table,
        {
            **_of_clips(clips),
            "label": [t[0]["label"] for t in tags],
            "confidence": [t[0]["probability"] for t in tags],
            "tags": tags,
            "model": [model] * len(clips),
        },
    )


def embedding_rows(table: Table, clips: Sequence[Clip], results: Sequence[np.ndarray], model: str) -> pa.RecordBatch:
    """Rows of ``embeddings``; the vectors are of unit length, float32 [dimension]."""
    return to_batch(
        table,
        {
            **_of_clips(clips),
            "embedding": vectors(results, table.schema.field("embedding").type),
            "model": [model] * len(clips),
        },
    )


def _of_clips(clips: Sequence[Clip]) -> dict[str, list]:
    return {"window_id": [c.place.id for c in clips], **stretch_columns(c.place for c in clips)}


def _of_windows(windows: Sequence[Window]) -> dict[str, list]:
    return {"window_id": [w.place.id for w in windows], **stretch_columns(w.place for w in windows)}


def _length(window: Window) -> int:
    return len(window.context) - 2 * CONTEXT


def _inside(window: Window) -> np.ndarray:
    return window.context[CONTEXT : CONTEXT + _length(window)]


def _windows(windows: Sequence[Window]) -> pa.RecordBatch:
    levels = [level_dbfs(_inside(w)) for w in windows]
    return to_batch(
        TABLES["windows"],
        {
            **_of_windows(windows),
            "rms_dbfs": levels,
            "silence": [level is None or level < SILENCE_DBFS for level in levels],
        },
    )


def _frames(windows: Sequence[Window], powers: Sequence[np.ndarray]) -> pa.RecordBatch:
    table = TABLES["frames"]
    described = [describe(w.context, _length(w), power) for w, power in zip(windows, powers, strict=True)]
    lists = {
        name: float_lists(
            [getattr(d, name) for d in described], table.schema.field(name).type, nan_is_null=name == "f0_hz"
        )
        for name in ("rms", "zero_crossing_rate", "spectral_centroid_hz", "f0_hz", "voicing")
    }
    return to_batch(
        table,
        {
            **_of_windows(windows),
            "hop_ms": [HOP_MS] * len(windows),
            "n_frames": [len(d.rms) for d in described],
            **lists,
        },
    )


def _spectrograms(windows: Sequence[Window], powers: Sequence[np.ndarray]) -> pa.RecordBatch:
    pictures = [quantise(log_mel(w.context, _length(w), power)) for w, power in zip(windows, powers, strict=True)]
    n = len(windows)
    return to_batch(
        TABLES["spectrograms"],
        {
            **_of_windows(windows),
            "hop_ms": [HOP_MS] * n,
            "rate_hz": [RATE_HZ] * n,
            "n_frames": [len(p) for p in pictures],
            "n_mels": [N_MELS] * n,
            "db_min": [DB_MIN] * n,
            "db_max": [DB_MAX] * n,
            "data": [p.tobytes() for p in pictures],
        },
    )


def _waveforms(windows: Sequence[Window]) -> pa.RecordBatch:
    files = []
    for window in windows:
        file = io.BytesIO()
        # FLAC holds integers: what is beyond full scale is clipped, not wrapped round.
        samples = np.clip(_inside(window), -1.0, 1.0)
        soundfile.write(file, samples, WAVEFORM_RATE, format="FLAC", subtype="PCM_16")
        files.append(file.getvalue())
    return to_batch(
        TABLES["waveforms"],
        {**_of_windows(windows), "rate_hz": [WAVEFORM_RATE] * len(windows), "flac": files},
    )
