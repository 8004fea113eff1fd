"""Class probabilities against the model and the pipeline called by hand on each clip alone."""

from __future__ import annotations

import json
import shutil
from functools import cache

import numpy as np
import pytest
import torch
from transformers import AutoFeatureExtractor, AutoModelForAudioClassification, pipeline

from transforms.models.batching import run_each
from transforms.models.checkpoint import ModelError
from transforms.models.jobs import describe, open_door

KINDS = ("wav2vec2_emotion", "hubert_emotion", "wavlm_emotion", "ast_emotion")


@cache
def reference(folder):
    model = AutoModelForAudioClassification.from_pretrained(folder, dtype=torch.float32).eval()
    return AutoFeatureExtractor.from_pretrained(folder), model


def logits_by_hand(folder, clip):
    extractor, model = reference(folder)
    with torch.inference_mode():
        return model(**extractor(clip, sampling_rate=16_000, return_tensors="pt")).logits[0]


@pytest.mark.parametrize(
    ("job", "kind"),
    [*(("emotions", kind) for kind in KINDS), ("sounds", "ast_sounds"), ("languages", "wav2vec2_languages")],
)
def test_every_row_is_that_of_the_clip_alone(job, kind, engine, checkpoint, mixed_clips):
    folder = checkpoint(kind)
    door = open_door(job, str(folder), engine=engine)
    assert (door.rate, door.min_samples) == (16_000, 400)
    clips = mixed_clips(door.rate, door.min_samples)
    results = run_each(door, clips, budget_seconds=30.0)
    for clip, result in zip(clips, results, strict=True):
        expected = logits_by_hand(folder, clip).softmax(-1).numpy()
        assert result.probabilities.dtype == np.float32
        np.testing.assert_allclose(result.probabilities, expected, atol=1e-4)
        assert result.labels == describe(job, str(folder)).labels
    assert np.ptp([result.probabilities for result in results], axis=0).max() > 0.1


@pytest.mark.parametrize("kind", ["hubert_emotion", "ast_sounds"])
def test_probabilities_are_those_of_the_pipeline(kind, checkpoint, mixed_clips):
    folder = checkpoint(kind)
    whole = pipeline("audio-classification", model=str(folder), dtype=torch.float32)
    door = open_door("sounds", str(folder))
    clips = mixed_clips(door.rate, door.min_samples)[:4]
    for clip, result in zip(clips, door(clips), strict=True):
        expected = {row["label"]: row["score"] for row in whole(clip.copy(), top_k=None)}
        got = dict(zip(result.labels, result.probabilities.tolist(), strict=True))
        assert got == pytest.approx(expected, abs=1e-4)


def test_classes_that_do_not_exclude_each_other_get_a_sigmoid(checkpoint, mixed_clips, tmp_path):
    folder = shutil.copytree(checkpoint("ast_sounds"), tmp_path / "multi")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"problem_type": "multi_label_classification"}))
    assert describe("sounds", str(folder)).multi_label
    clip = mixed_clips(16_000, 400)[0]
    (result,) = open_door("sounds", str(folder))([clip])
    np.testing.assert_allclose(result.probabilities, logits_by_hand(folder, clip).sigmoid().numpy(), atol=1e-4)


def test_a_spectrogram_transformer_hears_its_first_ten_seconds(checkpoint, mixed_clips):
    door = open_door("sounds", str(checkpoint("ast_sounds")))
    assert door.max_seconds == pytest.approx(10.24)
    clip = max(mixed_clips(door.rate, door.min_samples), key=len)
    heard = clip[: round(door.max_seconds * door.rate) + 240]  # 1,024 frames of 25 ms, 10 ms apart
    whole, first = door([clip, heard])
    np.testing.assert_allclose(whole.probabilities, first.probabilities, atol=1e-6)


def test_a_regression_is_refused(checkpoint, tmp_path):
    folder = shutil.copytree(checkpoint("hubert_emotion"), tmp_path / "valence")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"problem_type": "regression"}))
    with pytest.raises(ModelError, match="no classes"):
        open_door("emotions", str(folder))
