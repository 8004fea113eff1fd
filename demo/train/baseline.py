"""The simple classifier that the sound model has to beat: a support vector machine on statistics of MFCCs."""

from __future__ import annotations

from collections.abc import Sequence

import librosa
import numpy as np
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC


def statistics(clip: np.ndarray, rate: int) -> np.ndarray:
    """Mean and deviation over time of 20 MFCCs and of their first differences: float [80]."""
    mfcc = librosa.feature.mfcc(y=clip, sr=rate, n_mfcc=20)
    return np.concatenate([part(axis=1) for rows in (mfcc, np.diff(mfcc, axis=1)) for part in (rows.mean, rows.std)])


def svm(train: Sequence[np.ndarray], labels: Sequence[str], heard: Sequence[np.ndarray], rate: int) -> list[str]:
    """What it says of the clips ``heard`` after training."""
    machine = make_pipeline(StandardScaler(), SVC(C=10.0))
    machine.fit([statistics(clip, rate) for clip in train], labels)
    return list(machine.predict([statistics(clip, rate) for clip in heard]))
