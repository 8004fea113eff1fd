"""Languages by Whisper against the model called by hand on each clip alone."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
import torch
from transformers import WhisperFeatureExtractor, WhisperForConditionalGeneration

from transforms.models.batching import run_each
from transforms.models.checkpoint import ModelError
from transforms.models.door import Begins
from transforms.models.jobs import describe, open_door


@pytest.fixture(scope="module")
def reference(checkpoint):
    """The number of the likeliest language by the class's own method, and the probabilities by hand."""
    folder = checkpoint("whisper")
    model = WhisperForConditionalGeneration.from_pretrained(folder, dtype=torch.float32).eval()
    extractor = WhisperFeatureExtractor.from_pretrained(folder)
    numbers = list(model.generation_config.lang_to_id.values())

    def hear(clip):
        features = extractor(clip, sampling_rate=16_000, return_tensors="pt").input_features
        start = torch.tensor([[model.generation_config.decoder_start_token_id]])
        with torch.inference_mode():
            logits = model(input_features=features, decoder_input_ids=start).logits[0, -1, numbers]
        return int(model.detect_language(features)), logits.softmax(-1).numpy()

    return hear, model.generation_config.lang_to_id


def test_every_row_is_that_of_the_clip_alone(checkpoint, mixed_clips, reference):
    hear, numbers = reference
    door = open_door("languages", str(checkpoint("whisper")))
    assert isinstance(door, Begins)
    assert door.labels == tuple(token[2:-2] for token in numbers)
    clips = mixed_clips(door.rate, door.min_samples)
    results = run_each(door, clips, budget_seconds=120.0)
    likeliest = set()
    for clip, result in zip(clips, results, strict=True):
        number, probabilities = hear(clip)
        np.testing.assert_allclose(result.probabilities, probabilities, atol=1e-4)
        assert result.probabilities.sum() == pytest.approx(1, abs=1e-4)
        label = result.labels[int(np.argmax(result.probabilities))]
        assert numbers[f"<|{label}|>"] == number
        likeliest.add(label)
    assert len(likeliest) > 1


def test_the_language_is_the_one_that_transcripts_are_written_in(checkpoint, mixed_clips):
    clips = mixed_clips(16_000, 400)[:4]
    transcripts = open_door("transcripts", str(checkpoint("whisper")))(clips)
    found = open_door("languages", str(checkpoint("whisper")))(clips)
    assert [one.labels[int(np.argmax(one.probabilities))] for one in found] == [one.language for one in transcripts]


def test_of_a_long_clip_the_first_half_minute_is_heard(checkpoint, mixed_clips):
    door = open_door("languages", str(checkpoint("whisper")))
    long = np.resize(np.concatenate(mixed_clips(door.rate, door.min_samples)), 40 * door.rate)
    whole, part = (door([clip])[0].probabilities for clip in (long, long[: 30 * door.rate]))
    np.testing.assert_array_equal(whole, part)


def test_it_is_no_recogniser_for_this_job(checkpoint):
    assert describe("languages", str(checkpoint("whisper"))).kind == "detector"
    assert describe("transcripts", str(checkpoint("whisper"))).kind == "whisper"


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (
            {"is_multilingual": False},
            "it knows English only, and tells no languages apart: take a multilingual Whisper",
        ),
        ({"lang_to_id": None}, "its generation_config.json gives no lang_to_id: copy it from the original checkpoint"),
    ],
)
def test_what_tells_no_languages_apart_is_refused(settings, told, checkpoint, tmp_path):
    folder = shutil.copytree(checkpoint("whisper"), tmp_path / "whisper")
    path = folder / "generation_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **settings}))
    with pytest.raises(ModelError, match=told):
        open_door("languages", str(folder))
