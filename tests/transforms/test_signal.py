"""What is asked of scipy.signal is what it gives, without what takes long to import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_it_is_the_same_and_imports_less() -> None:
    code = """
import sys
import numpy as np
from transforms.signal import Meter, find_peaks, sosfilt
left_out = ("scipy.stats", "scipy.optimize", "scipy.spatial")
assert not [name for name in left_out if name in sys.modules]
wave = np.sin(np.arange(1000) / 7.0)
filters = Meter(16_000)._filters.values()
sections = np.stack([np.r_[f.b, f.a] for f in filters])
peaks, filtered = find_peaks(wave, height=0.5, prominence=1.0)[0], sosfilt(sections, wave)
import scipy.signal, scipy.stats, scipy.optimize
assert np.array_equal(peaks, scipy.signal.find_peaks(wave, height=0.5, prominence=1.0)[0]) and len(peaks) == 22
assert np.array_equal(filtered, scipy.signal.sosfilt(sections, wave))
# Whoever asks more of it later gets it, though it stood for nothing when scipy.signal was imported.
assert len(scipy.signal.find_peaks_cwt(wave, np.arange(5, 20))) == 22
assert scipy.signal.buttord(0.2, 0.3, 3, 40)[0] == 11
assert scipy.signal.gauss_spline(np.array([0.0]), 3)[0] > 0
assert scipy.stats.scoreatpercentile([1, 2, 3], 50) == 2
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
