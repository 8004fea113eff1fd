"""The spectrogram of a stretch of a recording, out of those of its windows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.corpus.tables import Tables
from schemas.errors import UsageError
from transforms.features.spectrograms import frame_times_s, mel_frequencies_hz, patches, to_db

AST_PATCH = 16
"""Frames and mel bands of a patch of the Audio Spectrogram Transformer (Gong et al. 2021)."""
AST_STRIDE = 10
"""From one of its patches to the next, both ways: they overlap by 6."""


@dataclass(frozen=True, eq=False)
class Spectrogram:
    """A log-mel spectrogram (librosa's definition, see transforms/features/spectrograms.py).

    Attributes:
        db: float32 [n_frames, n_mels], dB re 1.0 from -100 to 20, in steps of 0.47; low mels first.
        times_s: float64 [n_frames], the middle of each frame from the recording's start.
        frequencies_hz: float64 [n_mels], the peak of each mel filter.
        recording_id, channel: what it is of.
    """

    db: np.ndarray
    times_s: np.ndarray
    frequencies_hz: np.ndarray
    recording_id: str
    channel: int

    def patches(self, stride: int = AST_STRIDE) -> np.ndarray:
        """The squares of 16 frames x 16 mels that an AST projects into its tokens.

        The cut is that of ASTModel (for 128 mels, 12 rows of patches), the picture is not quite: AST's own feature
        extractor makes Kaldi's filter bank and normalises it.  ASTModel counts its tokens along time first,
        ``patches.swapaxes(0, 1).reshape(-1, 16, 16)``, and sees each patch with frequency down and time across.

        Args:
            stride: from one patch to the next; 10 as in the checkpoints of AST, 16 for patches side by side.

        Returns:
            A read-only view [n_time, n_freq, 16 (time), 16 (frequency)]; frames behind the last whole one are left out.
        """
        return patches(self.db, AST_PATCH, stride)


def spectrogram(corpus: Tables, recording_id: str, start_s: float, end_s: float, channel: int | None) -> Spectrogram:
    """See :meth:`pipelines.corpus.asked.Corpus.spectrogram`."""
    if not 0 <= start_s < end_s:
        raise UsageError(f"no such stretch: from {start_s:g} s to {end_s:g} s")
    if channel is None:
        found = corpus.sql("SELECT min(channel) FROM spectrograms WHERE recording_id = ?", [recording_id]).fetchall()
        channel = found[0][0]
        if channel is None:
            raise UsageError(f"the recording {recording_id} has no spectrograms: `errors` says why")
    rows = corpus.sql(
        "SELECT start_ms, hop_ms, n_frames, n_mels, db_min, db_max, data FROM spectrograms WHERE recording_id = ? "
        "AND channel = ? AND start_ms < ? AND end_ms > ? ORDER BY start_ms",
        [recording_id, channel, round(end_s * 1000), round(start_s * 1000)],
    ).fetchall()
    if not rows:
        raise UsageError(f"the recording {recording_id} has nothing at {start_s:g} s on channel {channel}")
    pictures, times = [], []
    for start_ms, hop_ms, n_frames, n_mels, db_min, db_max, data in rows:
        # Whole milliseconds: sums of floats would put a frame on the wrong side of an edge.
        at_ms = start_ms + np.arange(n_frames) * hop_ms
        inside = (at_ms >= round(start_s * 1000)) & (at_ms < round(end_s * 1000))
        pictures.append(to_db(data, n_frames, n_mels, db_min, db_max)[inside])
        times.append(frame_times_s(n_frames, start_ms / 1000)[inside])
    db = np.concatenate(pictures)
    return Spectrogram(db, np.concatenate(times), mel_frequencies_hz(db.shape[1]), recording_id, channel)
