"""Prosody of a segment of speech: melody, loudness and pace in a handful of figures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from schemas.records import Pitch
from transforms.audio.level import without_offset
from transforms.features.frames import rms
from transforms.features.framing import FRAME_LENGTH, HOP, RATE_HZ, hann, weighted_sums, with_context
from transforms.features.pitch import pitch, voiced
from transforms.signal import find_peaks

SEMITONES_RE_HZ = 100.0
"""Praat's reference: a voice at 100 Hz is at 0 semitones, one at 200 Hz at 12."""
VAD_FRAME = 512
"""Samples in a frame of the voice activity detector (silero-vad at 16 kHz)."""
SPEECH_FROM = 0.5
"""The speech probability from which a frame of the detector is speech; under it, pause."""
DIP_DB = 2.0
"""How far the intensity has to fall on both sides of a syllable's nucleus."""
UNDER_MAXIMUM_DB = 25.0
"""A nucleus is at most this far under the loudest (the 99th percentile of the intensity)."""
NUCLEUS_VOICING = 0.45
"""Praat's voicing threshold, under which a peak of intensity is no nucleus.

It is lower than that of f0 (a wrong f0 does harm, a weakly voiced vowel is a vowel): on 36 clips
of real speech the nuclei are then 0.88 of the syllables guessed from the texts (median of the clips).
"""
LOUD_RMS = 0.1
"""A segment whose loudest frame is quieter (-20 dBFS) has voiced frames down to 40 dB under that one."""
_FLOOR_DB = -120.0


@dataclass(frozen=True)
class Prosody:
    """How a segment was said.

    Attributes:
        f0_median_hz: of the voiced frames; None without one, as are the next two.
        f0_median_semitones: the same in semitones re 100 Hz.
        f0_range_semitones: from the 5th to the 95th percentile of the voiced frames.
        voiced_share: share of the frames that are voiced, in [0, 1].
        intensity_dbfs: mean square of the samples, without their offset, in dB re 1.0 (a full-scale sine is at -3.01);
            None for digital silence, as is the next.
        intensity_range_db: from the 5th to the 95th percentile of the frames' intensity, over the
            frames that the detector took for speech (over all if there is none).
        speaking_rate: syllable nuclei a second of the segment, pauses included.
        pause_share: share of the detector's frames that are not speech, in [0, 1].
    """

    f0_median_hz: float | None
    f0_median_semitones: float | None
    f0_range_semitones: float | None
    voiced_share: float
    intensity_dbfs: float | None
    intensity_range_db: float | None
    speaking_rate: float
    pause_share: float


def prosody(samples: np.ndarray, speech: np.ndarray, track: Pitch | None = None, first: int = 0) -> Prosody:
    """The prosody of a segment of speech.

    Args:
        samples: finite float32 [n] at 16 kHz, 0.25 to 300 s; what lies beyond counts as silence.
        speech: float32 [n_vad_frames], the speech probability of each stretch of 512 samples.
        track: the pitch of the frames of the recording that are centred inside the segment; without it, it is
            computed from the samples.
        first: the sample on which the first frame is centred, in [0, 160).

    Raises:
        ValueError: there are no samples or no speech probabilities.
    """
    if len(samples) == 0 or len(speech) == 0:
        raise ValueError("a segment has samples and speech probabilities")
    if track is None or not len(track.voicing):  # a segment that is shorter than a hop may lie between two frames
        track, first = None, 0
    samples = without_offset(np.asarray(samples, np.float32))
    context, n = with_context(samples)[first:], len(samples) - first
    track = track or pitch(context, n)
    level = rms(context, n)
    louder = max(1.0, LOUD_RMS / max(float(level.max()), 1e-30))  # in quiet speech what is voiced is quiet
    is_voiced = voiced(track.voicing, level * np.float32(louder))
    semitones = 12 * np.log2(track.f0_hz[is_voiced] / SEMITONES_RE_HZ)
    intensity = intensity_db(context, n)
    energy = float(np.mean(np.square(samples, dtype=np.float64)))
    is_speech = np.asarray(speech) >= SPEECH_FROM
    median = float(np.median(semitones)) if len(semitones) else None
    return Prosody(
        f0_median_hz=None if median is None else SEMITONES_RE_HZ * 2 ** (median / 12),
        f0_median_semitones=median,
        f0_range_semitones=_range(semitones) if len(semitones) else None,
        voiced_share=float(is_voiced.mean()),
        intensity_dbfs=10 * float(np.log10(energy)) if energy > 0 else None,
        intensity_range_db=_range(_spoken(intensity, is_speech, first)) if energy > 0 else None,
        speaking_rate=len(syllable_nuclei(intensity, track.voicing)) / (len(samples) / RATE_HZ),
        pause_share=float(1 - is_speech.mean()),
    )


def intensity_db(context: np.ndarray, n: int) -> np.ndarray:
    """The mean square of each frame under a Hann window in dB re 1.0: float32 [n_frames], from -120.

    64 ms under a smooth window is what Praat takes for the lowest pitch of 50 Hz that de Jong and
    Wempe set: no ripple of the single periods of a voice is left.
    """
    window = hann(FRAME_LENGTH)
    energy = weighted_sums(np.square(context), n, window / window.sum())
    return 10 * np.log10(np.maximum(energy, 10 ** (_FLOOR_DB / 10)))


def syllable_nuclei(intensity: np.ndarray, voicing: np.ndarray) -> np.ndarray:
    """The frames of the syllables' nuclei: voiced peaks of intensity between two dips.

    N. H. de Jong and T. Wempe, "Praat script to detect syllable nuclei and measure speech rate
    automatically", Behavior Research Methods 41(2), 2009, with the threshold of its second version
    (relative to the maximum rather than to the median).  Beyond the ends there is silence: a
    segment that begins in a vowel has the vowel's nucleus.

    Args:
        intensity: float32 [n_frames], dB.
        voicing: float32 [n_frames], in [0, 1].

    Returns:
        int [n_nuclei], ascending.
    """
    enclosed = np.pad(intensity, 1, constant_values=_FLOOR_DB - DIP_DB)
    threshold = np.percentile(intensity, 99) - UNDER_MAXIMUM_DB
    peaks = find_peaks(enclosed, height=threshold, prominence=DIP_DB)[0] - 1
    return peaks[voicing[peaks] >= NUCLEUS_VOICING]


def _spoken(intensity: np.ndarray, is_speech: np.ndarray, first: int) -> np.ndarray:
    """The intensity of the frames whose middle lies in speech; of all frames if none does."""
    at = np.minimum((first + np.arange(len(intensity)) * HOP) // VAD_FRAME, len(is_speech) - 1)
    spoken = intensity[is_speech[at]]
    return spoken if len(spoken) else intensity


def _range(values: np.ndarray) -> float:
    """From the 5th to the 95th percentile."""
    low, high = np.percentile(values, [5, 95])
    return float(high - low)
