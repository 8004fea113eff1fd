"""Four ways to say a sentence: the moods of the demo corpus, each a little different every time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from demo.voices import ANGRY, HAPPY, NEUTRAL, SAD, Mood

MOODS: Mapping[str, Mood] = {"neu": NEUTRAL, "hap": HAPPY, "ang": ANGRY, "sad": SAD}
"""By the labels of superb/hubert-base-superb-er, in their order."""

EXCITED = frozenset({"hap", "ang"})
"""Moods in which a sentence may end in an exclamation mark, which the synthesisers hear."""


def vary(mood: Mood, rng: np.random.Generator) -> Mood:
    """About the mood: rate within 4 %, pitch within half a semitone, range within 8 %, level within 1 dB, timbre within
    half a dB an octave.
    """
    return replace(
        mood,
        rate=mood.rate * rng.uniform(0.96, 1.04),
        semitones=mood.semitones + rng.uniform(-0.5, 0.5),
        range=mood.range * rng.uniform(0.92, 1.08),
        gain_db=mood.gain_db + rng.uniform(-1, 1),
        tilt_db=mood.tilt_db + rng.uniform(-0.5, 0.5),
    )
