"""Speaker vectors against the model called by hand on each clip alone."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch
from transformers import AutoFeatureExtractor, AutoModelForAudioXVector

from schemas.reasons import Reason
from transforms.models.batching import run_each
from transforms.models.jobs import describe, open_door

KINDS = ("wavlm_xvector", "wav2vec2_xvector")


@cache
def reference(folder):
    model = AutoModelForAudioXVector.from_pretrained(folder, dtype=torch.float32).eval()
    return AutoFeatureExtractor.from_pretrained(folder), model


def by_hand(folder, clip):
    extractor, model = reference(folder)
    with torch.inference_mode():
        return model(**extractor(clip, sampling_rate=16_000, return_tensors="pt")).embeddings[0].numpy()


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_is_that_of_the_clip_alone(kind, engine, checkpoint, mixed_clips):
    folder = checkpoint(kind)
    door = open_door("speakers", str(folder), engine=engine)
    clips = mixed_clips(door.rate, door.min_samples)
    results = run_each(door, clips, budget_seconds=30.0)
    for clip, result in zip(clips, results, strict=True):
        expected = by_hand(folder, clip)
        assert result.dtype == np.float32
        assert np.linalg.norm(result) == pytest.approx(1, abs=1e-6)
        assert result @ expected / np.linalg.norm(expected) >= 0.99999
    assert np.min(np.array(results) @ np.array(results).T) < 0.9
    assert results[0].shape == (describe("speakers", str(folder)).dimension,)


@pytest.mark.parametrize("kind", KINDS)
def test_the_shortest_clip_is_the_first_with_a_finite_vector(kind, checkpoint):
    """One sample less leaves one frame behind the time-delay layers, whose deviation is NaN."""
    folder = checkpoint(kind)
    door = open_door("speakers", str(folder))
    assert door.min_samples == 5_200
    noise = np.random.default_rng(0).normal(0, 0.1, door.min_samples).astype(np.float32)
    short, shortest = run_each(door, [noise[1:], noise], budget_seconds=1.0)
    assert short.reason is Reason.TOO_SHORT
    assert np.isfinite(shortest).all()
    assert np.isnan(by_hand(folder, noise[1:])).all()
