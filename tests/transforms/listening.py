"""What the tests of listening share: silero-vad called by hand, and a recording heard to its end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from silero_vad import load_silero_vad
from silero_vad.utils_vad import get_speech_timestamps_from_probs

from schemas.config import SpeechConfig
from schemas.records import Clip, Problem, Recording, Segment, Source, Window
from schemas.speech import FRAME_MS
from transforms.audio.level import gains, offsets
from transforms.audio.silero import REACH
from transforms.audio.speech import FRAME, RATE, SpeechDetector
from transforms.heard import Heard
from transforms.listen import Event, Listening, Progress, listen

DEMO = Path(__file__).resolve().parents[2] / "demo" / "corpus"
ID = "0123456789abcdef" * 2


def timestamps(speech: np.ndarray, config: SpeechConfig) -> list[tuple[int, int]]:
    """silero-vad's segments in frames, with no longest.

    It counts a pause from its first frame to the beginning of its last, we to the end of that: one frame
    less for the same pause.  It keeps speech longer than the least, we keep also what is as long.
    """
    found = get_speech_timestamps_from_probs(
        speech.tolist(),
        threshold=config.threshold,
        min_speech_duration_ms=config.min_speech_ms - 1,
        min_silence_duration_ms=config.min_silence_ms - FRAME_MS,
        speech_pad_ms=config.pad_ms,
    )
    return [(f["start"] // FRAME, f["end"] // FRAME) for f in found]


def silero(samples: np.ndarray) -> np.ndarray:
    """silero-vad's own loop over a whole recording: float32 [n_frames].

    Each call of it is given a frame at the level that we hear it at, with the 64 samples before it at the same.
    """
    model = load_silero_vad()
    if not len(samples):
        return np.zeros(0, np.float32)
    over = len(samples) % FRAME
    filled = np.pad(samples, (0, -over % FRAME), constant_values=samples[-over:].mean() if over else 0)
    offset, gain = whole_levels(filled)
    before = np.full(REACH, offset[0], np.float32)
    found = []
    with torch.no_grad():
        for frame, o, g in zip(filled.reshape(-1, FRAME), offset, gain, strict=True):
            if found:
                model._context = torch.from_numpy((before - o) * g)[None]
            found.append(model(torch.from_numpy((frame - o) * g), RATE).item())
            before = frame[-REACH:]
    return np.array(found, np.float32)


def whole_levels(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The offset and the gain of each frame of a whole recording, float32 [512 n]: float32 [n] each."""
    frames = samples.reshape(-1, FRAME).astype(np.float64)
    power = frames.var(axis=1)
    offset, gain = offsets(frames.mean(axis=1)[None])[0], gains(power[None])[0]
    return offset.astype(np.float32), gain.astype(np.float32)


def recording_of(path: Path) -> Recording:
    return Recording(ID, (Source(path.as_uri(), str(path), 0, 0),), 0.0)


@dataclass(frozen=True)
class Sorted:
    """The events of one recording by kind."""

    windows: list[Window]
    segments: list[Segment]
    clips: list[Clip]
    problems: list[Problem]
    seconds: float
    heard: Heard


def sort_events(events: Iterator[Event]) -> Sorted:
    """The events, which must end in the only Heard."""
    every = list(events)
    assert [type(e) is Heard for e in every] == [False] * (len(every) - 1) + [True]
    return Sorted(
        [e for e in every if isinstance(e, Window)],
        [e for e in every if isinstance(e, Segment)],
        [e for e in every if isinstance(e, Clip)],
        [e for e in every if isinstance(e, Problem)],
        sum(e.seconds for e in every if isinstance(e, Progress)),
        every[-1],  # type: ignore[arg-type]
    )


def hear(path: Path, wanted: Listening, detector: SpeechDetector | None) -> Sorted:
    return sort_events(listen(recording_of(path), wanted, detector))
