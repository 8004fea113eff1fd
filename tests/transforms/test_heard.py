"""What is noted of a recording when its end was reached: level without speech."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from schemas.config import SpeechConfig
from schemas.notes import Note
from tests.transforms.listening import DEMO, hear
from transforms.audio.speech import RATE, SpeechDetector
from transforms.listen import Listening

SPEECH = Listening(None, SpeechConfig())


@pytest.fixture(scope="module")
def detector() -> SpeechDetector:
    return SpeechDetector()


@pytest.mark.parametrize(
    ("seconds", "rms_dbfs", "noted"),
    [
        (2, -20, True),
        (2, -60, True),
        (2, -90, False),  # no block of it is above -70 LUFS: it is silence
        (2, None, False),
        (0.3, -20, True),  # too short for a loudness: its peak tells
        (0.3, -90, False),
        (0.3, None, False),
    ],
)
def test_level_without_speech_is_noted(
    tmp_path: Path, detector: SpeechDetector, seconds: float, rms_dbfs: float | None, noted: bool
) -> None:
    samples = np.random.default_rng(1).standard_normal(round(seconds * RATE))
    samples *= 0 if rms_dbfs is None else 10 ** (rms_dbfs / 20)
    soundfile.write(tmp_path / "a.wav", samples, RATE, subtype="FLOAT")
    found = hear(tmp_path / "a.wav", SPEECH, detector)
    assert found.heard.speech_share == 0
    assert (Note.NO_SPEECH in found.heard.notes) == noted


def test_speech_is_not_noted(detector: SpeechDetector) -> None:
    found = hear(DEMO / "digits" / "code_012.wav", SPEECH, detector)
    assert found.heard.speech_share
    assert Note.NO_SPEECH not in found.heard.notes


def test_where_nobody_looked_for_speech_its_lack_is_not_noted() -> None:
    found = hear(DEMO / "signals" / "noise.wav", Listening((16_000,), None), None)
    assert found.heard.speech_share is None
    assert found.heard.loudness_lufs is not None
    assert Note.NO_SPEECH not in found.heard.notes
