"""A recording of speech without a pause, from its file to its rows."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
import torch
from transformers import pipeline

from demo.untrained.checkpoints import build
from schemas.catalog import TABLES
from schemas.config import SpeechConfig
from schemas.records import Clip
from tests.transforms.listening import DEMO, Sorted, hear, silero
from transforms.audio.speech import FRAME, RATE, SpeechDetector
from transforms.gather import Group
from transforms.infer import answer
from transforms.listen import Listening
from transforms.models.jobs import open_door
from transforms.task import Task

SECONDS = 64


@pytest.fixture(scope="module")
def breathless(tmp_path_factory: pytest.TempPathFactory) -> Sorted:
    """The demo interview with its pauses taken out, heard."""
    samples, rate = soundfile.read(DEMO / "interviews" / "taste.mp3", dtype="float32", always_2d=True)
    interview = soxr.resample(samples.mean(axis=1), rate, RATE)[: 90 * RATE // FRAME * FRAME]
    spoken = interview.reshape(-1, FRAME)[silero(interview) >= 0.5].ravel()
    path = tmp_path_factory.mktemp("breathless") / "a.wav"
    soundfile.write(path, spoken[: SECONDS * RATE], RATE, subtype="FLOAT")
    return hear(path, Listening(None, SpeechConfig(), clip_seconds=5.0), SpeechDetector())


def test_it_stays_one_segment_of_short_clips(breathless: Sorted) -> None:
    (segment,) = breathless.segments
    assert len(segment.samples) == SECONDS * RATE
    assert (segment.place.start_ms, segment.place.end_ms) == (0, SECONDS * 1000)
    assert all(clip.place.end_ms - clip.place.start_ms <= 5000 for clip in breathless.clips)
    assert all(one.place.end_ms == other.place.start_ms for one, other in pairwise(breathless.clips))


@pytest.mark.parametrize("kind", ["wav2vec2_ctc", "wav2vec2_ctc_layer", "whisper"])
def test_its_transcript_is_that_of_the_pipeline(breathless: Sorted, kind: str, tmp_path: Path) -> None:
    """Word times to a frame of 20 ms."""
    (segment,) = breathless.segments
    folder = str(build(kind, tmp_path / kind))
    task = Task("transcripts", TABLES["transcripts"], folder, "run", language="en", batch_seconds=60.0)
    clip = Clip(segment.place, segment.samples, RATE, parent=segment.place.id)
    (rows,) = answer(task, open_door("transcripts", folder, language="en"), Group("shard-0", (clip,), closes=True))
    assert rows.batch is not None
    (row,) = rows.batch.to_pylist()

    whole = pipeline("automatic-speech-recognition", model=folder, dtype=torch.float32)
    settings: dict = {"chunk_length_s": 30, "stride_length_s": 5}
    if kind == "whisper":  # which goes on from pass to pass by itself
        said = {"num_beams": 1, "task": "transcribe", "max_new_tokens": 56, "language": "en"}
        settings = {"generate_kwargs": said}
    expected = whole(segment.samples.copy(), return_timestamps="word", **settings)

    assert (row["segment_id"], row["text"]) == (segment.place.id, expected["text"].strip())
    words = row["words"]
    assert [word["word"] for word in words] == [chunk["text"].strip() for chunk in expected["chunks"]]
    times = [(word["start_ms"], word["end_ms"]) for word in words]
    theirs = np.ravel([chunk["timestamp"] for chunk in expected["chunks"]]) * 1000
    flat = [t for pair in times for t in pair]
    # Where a pass of Whisper begins before the last word of the one before it ends, that word ends there.
    np.testing.assert_allclose(flat, np.minimum.accumulate(theirs[::-1])[::-1], atol=20)
    assert kind == "whisper" or (np.diff(theirs) >= 0).all()
    assert flat == sorted(flat)
    assert 0 <= flat[0] <= flat[-1] <= segment.place.end_ms
    assert flat[-1] > 50_000, "words in its last chunk"
    assert all(0 < word["confidence"] <= 1 for word in words)
