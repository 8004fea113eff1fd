"""Emotion dimensions against a reference written by hand: each clip alone, its mean, two dense layers in numpy."""

from __future__ import annotations

import json
import shutil
from functools import cache

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoFeatureExtractor, AutoModel, AutoModelForAudioClassification

from schemas.dimensions import DIMENSIONS
from schemas.reasons import Reason
from transforms.models.batching import run_each
from transforms.models.checkpoint import ModelError
from transforms.models.engines import IN_TORCH, OPENVINO, Engine
from transforms.models.jobs import describe, open_door

KINDS = ("wav2vec2_dimensions", "hubert_dimensions", "wavlm_dimensions")
PLAIN = "wavlm_dimensions_plain"


@cache
def parts(folder):
    """The base model that transformers makes of the folder, and the head's numbers in float64."""
    weights = load_file(folder / "model.safetensors")
    head = {name: tensor.double().numpy() for name, tensor in weights.items() if name.startswith("classifier.")}
    return AutoModel.from_pretrained(folder, dtype=torch.float32).eval(), head


def by_hand(folder, clip):
    """Of one clip: [3] in the order of the checkpoint.  The normalisation is the published one, written out."""
    base, head = parts(folder)
    normal = (clip - clip.mean()) / np.sqrt(clip.var() + 1e-7)
    with torch.inference_mode():
        hidden = base(torch.from_numpy(normal[None])).last_hidden_state[0].double().numpy()
    dense = np.tanh(head["classifier.dense.weight"] @ hidden.mean(axis=0) + head["classifier.dense.bias"])
    return head["classifier.out_proj.weight"] @ dense + head["classifier.out_proj.bias"]


def numbers(result):
    return np.array([getattr(result, name) for name in DIMENSIONS])


def changed(folder, tmp_path, **settings):
    """A copy of a checkpoint with other settings in its config."""
    copy = shutil.copytree(folder, tmp_path / "changed")
    config = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps(config | settings))
    return copy


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_is_that_of_the_clip_alone(kind, engine, checkpoint, mixed_clips):
    folder = checkpoint(kind)
    door = open_door("dimensions", str(folder), engine=engine)
    assert (door.rate, door.min_samples, door.max_seconds) == (16_000, 400, None)
    clips = mixed_clips(door.rate, door.min_samples)
    results = [numbers(result) for result in run_each(door, clips, budget_seconds=30.0)]
    for clip, result in zip(clips, results, strict=True):
        np.testing.assert_allclose(result, by_hand(folder, clip), atol=1e-4)
    assert np.ptp(results, axis=0).min() > 0.1


@pytest.mark.parametrize("kind", KINDS)
def test_padding_is_no_part_of_the_mean(kind, checkpoint, mixed_clips):
    folder = checkpoint(kind)
    door = open_door("dimensions", str(folder))
    clips = mixed_clips(door.rate, door.min_samples, longest_s=5.0)
    for clip, result in zip(clips, door(clips), strict=True):  # in one padded batch, as on a GPU
        np.testing.assert_allclose(numbers(result), by_hand(folder, clip), atol=1e-5)


def test_a_regression_of_transformers_own_class(engine, checkpoint, mixed_clips):
    folder = checkpoint(PLAIN)
    model = AutoModelForAudioClassification.from_pretrained(folder, dtype=torch.float32).eval()
    extractor = AutoFeatureExtractor.from_pretrained(folder)
    door = open_door("dimensions", str(folder), engine=engine)
    clips = mixed_clips(door.rate, door.min_samples, longest_s=5.0)
    for clip, result in zip(clips, run_each(door, clips, budget_seconds=30.0), strict=True):
        with torch.inference_mode():
            expected = model(**extractor(clip, sampling_rate=16_000, return_tensors="pt")).logits[0].numpy()
        np.testing.assert_allclose(numbers(result), expected, atol=1e-4)


def test_columns_go_by_the_names_of_the_config(checkpoint, mixed_clips, tmp_path):
    folder = checkpoint("wav2vec2_dimensions")
    clip = mixed_clips(16_000, 400)[0]
    turned = changed(folder, tmp_path, id2label={"0": "Valence", "1": "Arousal", "2": "Dominance"})
    (plain,), (other,) = (open_door("dimensions", str(f))([clip]) for f in (folder, turned))
    assert (other.valence, other.arousal, other.dominance) == (plain.arousal, plain.dominance, plain.valence)


def test_nothing_is_clipped(checkpoint, mixed_clips, tmp_path):
    folder = shutil.copytree(checkpoint("wav2vec2_dimensions"), tmp_path / "beyond")
    weights = load_file(folder / "model.safetensors")
    weights["classifier.out_proj.bias"] += torch.tensor([5.0, 0.0, -5.0])
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    (result,) = open_door("dimensions", str(folder))(mixed_clips(16_000, 400)[:1])
    assert result.arousal > 4
    assert result.valence < -4


def test_the_names_of_weights_and_settings_of_the_published_checkpoint(checkpoint, mixed_clips, tmp_path):
    """Written by transformers 4.17: weight norms as ``weight_g`` and ``weight_v``, no vocabulary, float32 weights."""
    folder = checkpoint("wav2vec2_dimensions")
    old = changed(folder, tmp_path, vocab_size=None, torch_dtype="float32", transformers_version="4.17.0.dev0")
    names = {"parametrizations.weight.original0": "weight_g", "parametrizations.weight.original1": "weight_v"}
    weights = load_file(folder / "model.safetensors")
    renamed = {}
    for name, tensor in weights.items():
        for new, before in names.items():
            name = name.replace(new, before)
        renamed[name] = tensor
    assert sorted(set(renamed) - set(weights)) == [
        f"wav2vec2.encoder.pos_conv_embed.conv.weight_{letter}" for letter in "gv"
    ]
    save_file(renamed, old / "model.safetensors", {"format": "pt"})
    clips = mixed_clips(16_000, 400, longest_s=2.0)
    for one, other in zip(*(open_door("dimensions", str(f))(clips) for f in (folder, old)), strict=True):
        assert one == other


def test_the_name_that_the_card_gives_the_class(checkpoint, tmp_path):
    """Who copies ``EmotionModel`` from the card, trains it on and saves it has this in the config."""
    folder = changed(checkpoint("wavlm_dimensions"), tmp_path, architectures=["EmotionModel"])
    assert describe("dimensions", str(folder)).kind == "regressor"
    assert open_door("dimensions", str(folder)).model_id


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"id2label": {"0": "ang", "1": "hap", "2": "sad"}}, "names ang, hap, sad: expected arousal, dominance and"),
        (
            {"id2label": {"0": "arousal", "1": "valence"}, "label2id": {"arousal": 0, "valence": 1}},
            "names arousal, valence: expected",
        ),
        ({"pooling_mode": "max"}, "pooling_mode max: only the mean"),
    ],
)
def test_what_is_no_such_model_is_refused(settings, told, checkpoint, tmp_path):
    folder = changed(checkpoint("wav2vec2_dimensions"), tmp_path, **settings)
    for ask in (describe, open_door):
        with pytest.raises(ModelError, match=told):
            ask("dimensions", str(folder))


def test_a_class_over_another_model_is_refused(checkpoint, tmp_path):
    folder = changed(checkpoint("ast_emotion"), tmp_path, architectures=["EmotionModel"])
    with pytest.raises(
        ModelError, match=r"EmotionModel \(audio-spectrogram-transformer\); dimensions opens Wav2Vec2For"
    ):
        describe("dimensions", str(folder))


def test_a_classifier_is_no_regression_and_a_regression_no_classifier(checkpoint):
    with pytest.raises(ModelError, match="their ForSequenceClassification of problem_type regression"):
        describe("dimensions", str(checkpoint("hubert_emotion")))
    with pytest.raises(ModelError, match="no classes"):
        describe("emotions", str(checkpoint(PLAIN)))
    with pytest.raises(ModelError, match="it is a Wav2Vec2ForSpeechClassification"):
        describe("emotions", str(checkpoint("wav2vec2_dimensions")))


def test_a_class_that_comes_as_code_is_refused_in_a_line_that_is_true(tmp_path):
    """3loi/SER-Odyssey-Baseline-WavLM-Multi-Attributes: attentive pooling over WavLM, in a file of its own."""
    config = {"architectures": ["SERModel"], "model_type": "ser", "num_classes": 3}
    code = {"AutoConfig": "pipeline_utils.SERConfig", "AutoModelForAudioClassification": "pipeline_utils.SERModel"}
    (tmp_path / "config.json").write_text(json.dumps(config | {"auto_map": code}))
    save_file({"a": torch.zeros(1)}, tmp_path / "model.safetensors")
    with pytest.raises(ModelError, match=r"code that lies in the checkpoint \('pipeline_utils\.SERConfig, ") as told:
        describe("dimensions", str(tmp_path))
    assert "trust_remote_code" not in str(told.value)


def test_weights_without_the_head_are_refused(checkpoint, tmp_path):
    folder = shutil.copytree(checkpoint("wav2vec2_dimensions"), tmp_path / "headless")
    weights = load_file(folder / "model.safetensors")
    save_file(
        {name: tensor for name, tensor in weights.items() if not name.startswith("classifier")},
        folder / "model.safetensors",
        {"format": "pt"},
    )
    with pytest.raises(ModelError, match="do not fill Wav2Vec2ForSpeechClassification: they lack classifier"):
        open_door("dimensions", str(folder))


def test_a_clip_with_a_nan_costs_itself_only(engine, checkpoint):
    door = open_door("dimensions", str(checkpoint("wavlm_dimensions")), engine=engine)
    good = np.random.default_rng(0).normal(0, 0.1, (3, door.rate)).astype(np.float32)
    bad = good[1].copy()
    bad[100] = np.nan
    first, failed, third = run_each(door, [good[0], bad, good[2]], budget_seconds=120.0)
    assert failed.reason is Reason.NON_FINITE_OUTPUT
    for result, clip in ((first, good[0]), (third, good[2])):
        np.testing.assert_allclose(numbers(result), numbers(door([clip])[0]), atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_in_half_precision_the_dimensions_stay_near(kind, checkpoint, mixed_clips):
    folder = str(checkpoint(kind))
    clips = mixed_clips(16_000, 16_000, longest_s=3.0)
    wanted = np.array([numbers(result) for result in open_door("dimensions", folder)(clips)])
    for engine in (IN_TORCH, Engine(OPENVINO)):
        door = open_door("dimensions", folder, precision="bf16", engine=engine)
        got = np.array([numbers(result) for result in run_each(door, clips, budget_seconds=30.0)])
        assert np.abs(got - wanted).max() < 0.05, engine.name
