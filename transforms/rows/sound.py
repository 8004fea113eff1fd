"""Rows of the tables over the fixed grid."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cached_property

import numpy as np
import pyarrow as pa
import soundfile

from schemas.catalog import TABLES
from schemas.records import Window
from schemas.table import Table
from transforms.audio.windows import CONTEXT, SILENCE_DBFS, level_dbfs
from transforms.features.frames import describe
from transforms.features.framing import HOP, RATE_HZ
from transforms.features.spectrograms import DB_MAX, DB_MIN, N_MELS, log_mel, power_spectrum, quantise
from transforms.rows.answers import Answers
from transforms.rows.batch import float_lists, stretch_columns, to_batch, vectors

HOP_MS = HOP / RATE_HZ * 1000
WAVEFORM_RATE = 16_000


class Windows(tuple[Window, ...]):
    """The windows of a group, with what several tables take from them."""

    @cached_property
    def powers(self) -> list[np.ndarray]:
        """The power spectrum of each: one serves frames and spectrograms."""
        return [power_spectrum(window.context, _length(window)) for window in self]


def sound_rows(table: Table, answers: Answers) -> pa.RecordBatch:
    """Rows of ``sounds``: the ``top`` classes of each window, most probable first."""
    tags = []
    for scores in answers.results:
        order = np.argsort(-scores.probabilities, kind="stable")[: answers.top]
        tags.append([{"label": scores.labels[i], "probability": float(scores.probabilities[i])} for i in order])
    return to_batch(
        table,
        {
            **_of_answers(answers),
            "label": [t[0]["label"] for t in tags],
            "confidence": [t[0]["probability"] for t in tags],
            "tags": tags,
        },
    )


def embedding_rows(table: Table, answers: Answers) -> pa.RecordBatch:
    """Rows of ``embeddings``; the vectors are of unit length, float32 [dimension]."""
    return to_batch(
        table,
        {
            **_of_answers(answers),
            "embedding": vectors(answers.results, table.schema.field("embedding").type),
        },
    )


def _of_answers(answers: Answers) -> dict[str, list]:
    """The columns of a window and of the model that heard it."""
    places = [clip.place for clip in answers.clips]
    return {
        "window_id": [place.id for place in places],
        **stretch_columns(places),
        "model": [answers.model] * len(places),
    }


def _of_windows(windows: Sequence[Window]) -> dict[str, list]:
    return {"window_id": [w.place.id for w in windows], **stretch_columns(w.place for w in windows)}


def _length(window: Window) -> int:
    return len(window.context) - 2 * CONTEXT


def _inside(window: Window) -> np.ndarray:
    return window.context[CONTEXT : CONTEXT + _length(window)]


def window_rows(windows: Windows) -> pa.RecordBatch:
    """Rows of ``windows``: their levels."""
    levels = [level_dbfs(_inside(w)) for w in windows]
    return to_batch(
        TABLES["windows"],
        {
            **_of_windows(windows),
            "rms_dbfs": levels,
            "silence": [level is None or level < SILENCE_DBFS for level in levels],
        },
    )


def frame_rows(windows: Windows) -> pa.RecordBatch:
    """Rows of ``frames``: descriptors of each frame, as lists."""
    table = TABLES["frames"]
    described = [
        describe(w.context, _length(w), power, w.pitch) for w, power in zip(windows, windows.powers, strict=True)
    ]
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


def spectrogram_rows(windows: Windows) -> pa.RecordBatch:
    """Rows of ``spectrograms``: log-mel pictures."""
    pairs = zip(windows, windows.powers, strict=True)
    pictures = [quantise(log_mel(w.context, _length(w), power)) for w, power in pairs]
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


def waveform_rows(windows: Windows) -> pa.RecordBatch:
    """Rows of ``waveforms``: the samples as FLAC files."""
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


ROWS = {
    "windows": window_rows,
    "frames": frame_rows,
    "spectrograms": spectrogram_rows,
    "waveforms": waveform_rows,
}
ANSWERS = {
    "sounds": sound_rows,
    "embeddings": embedding_rows,
}
