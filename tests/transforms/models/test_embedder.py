"""CLAP vectors against the model called by hand on each clip alone."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer, ClapConfig, ClapFeatureExtractor, ClapModel

from transforms.models.batching import run_each
from transforms.models.jobs import describe, open_door


@pytest.fixture(scope="module")
def fused(checkpoint, tmp_path_factory):
    """The same with the fusion of long clips, as laion/clap-htsat-fused has it."""
    folder = tmp_path_factory.mktemp("fused")
    plain = checkpoint("clap")
    config = ClapConfig.from_pretrained(plain)
    config.audio_config.enable_fusion = True
    torch.manual_seed(0)
    model = ClapModel(config)
    for layer in (model.audio_projection.linear1, model.audio_projection.linear2):
        torch.nn.init.normal_(layer.weight, std=0.5)
    model.save_pretrained(folder)
    ClapFeatureExtractor(truncation="fusion").save_pretrained(folder)
    AutoTokenizer.from_pretrained(plain).save_pretrained(folder)
    return folder


@cache
def reference(folder):
    model = ClapModel.from_pretrained(folder, dtype=torch.float32).eval()
    return ClapFeatureExtractor.from_pretrained(folder), model


def by_hand(folder, clip):
    extractor, model = reference(folder)
    with torch.inference_mode():
        inputs = extractor(clip, sampling_rate=48_000, return_tensors="pt")
        return model.get_audio_features(**inputs).pooler_output[0].numpy()


def assert_same_direction(got, expected):
    assert got.dtype == np.float32
    assert np.linalg.norm(got) == pytest.approx(1, abs=1e-6)
    assert got @ expected / np.linalg.norm(expected) >= 0.99999


def test_every_row_is_that_of_the_clip_alone(engine, checkpoint, mixed_clips):
    folder = checkpoint("clap")
    door = open_door("embeddings", str(folder), engine=engine)
    assert (door.rate, door.max_seconds) == (48_000, 10.0)
    clips = mixed_clips(door.rate, door.min_samples, longest_s=10.0)
    results = run_each(door, clips, budget_seconds=40.0)
    for clip, result in zip(clips, results, strict=True):
        assert_same_direction(result, by_hand(folder, clip))
    assert np.min(np.array(results) @ np.array(results).T) < 0.9
    assert results[0].shape == (describe("embeddings", str(folder)).dimension,)


def test_the_draw_of_the_fused_checkpoints_changes_no_row(fused, engine, mixed_clips):
    door = open_door("embeddings", str(fused), engine=engine)
    clips = mixed_clips(door.rate, door.min_samples, longest_s=10.0)[:6]
    for clip, result in zip(clips, door(clips), strict=True):
        assert_same_direction(result, by_hand(fused, clip))
    np.testing.assert_allclose(door(clips), door(clips), atol=1e-6)


def test_a_clip_longer_than_ten_seconds_is_refused_rather_than_cropped_at_random(checkpoint):
    door = open_door("embeddings", str(checkpoint("clap")))
    with pytest.raises(ValueError, match="at most 480000"):
        door([np.zeros(480_001, dtype=np.float32)])


def test_texts_of_mixed_lengths_are_those_of_each_text_alone(engine, checkpoint):
    folder = checkpoint("clap")
    texts = ["a dog barks", "rain", "the sound of an engine that runs while people are speaking and laughing " * 9]
    got = open_door("embeddings", str(folder), engine=engine).embed_text(texts)
    tokenizer, (_, model) = AutoTokenizer.from_pretrained(folder), reference(folder)
    for text, vector in zip(texts, got, strict=True):
        with torch.inference_mode():
            inputs = tokenizer(text, return_tensors="pt", truncation=True)
            expected = model.get_text_features(**inputs).pooler_output[0].numpy()
        assert_same_direction(vector, expected)


def test_no_text_gives_no_rows(checkpoint):
    assert open_door("embeddings", str(checkpoint("clap"))).embed_text([]).shape == (0, 64)
