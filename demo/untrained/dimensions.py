"""Untrained regressions of emotion dimensions, as audeering lays them out and as transformers does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import nn
from transformers import HubertModel, Wav2Vec2FeatureExtractor, Wav2Vec2Model, WavLMModel

from demo.untrained.heads import activations, spread
from demo.untrained.sounds import Samples, voices
from demo.untrained.speech import CLASSIFIERS, RATE_HZ, WIDTH, config

BASES = {"wav2vec2": Wav2Vec2Model, "hubert": HubertModel, "wavlm": WavLMModel}
CLASSES = {
    "wav2vec2": "Wav2Vec2ForSpeechClassification",
    "hubert": "HubertForSpeechClassification",
    "wavlm": "WavLMForSpeechClassification",
}
DIMENSIONS = ("arousal", "dominance", "valence")
LABELS: dict[str, Any] = {
    "id2label": dict(enumerate(DIMENSIONS)),
    "label2id": {name: number for number, name in enumerate(DIMENSIONS)},
    "problem_type": "regression",
}
SPREAD = 0.15
"""What such a model says lies about 0.5, most of it between 0.2 and 0.8."""


def regressor(family: str, folder: Path, layer_norm: bool = False) -> None:
    """Write a model laid out like audeering/wav2vec2-large-robust-12-ft-emotion-msp-dim.

    Transformers has no class of this head, so the names of the weights are put together here.
    """
    settings = config(family, layer_norm, architectures=[CLASSES[family]], pooling_mode="mean", **LABELS)
    base = BASES[family](settings).eval()
    dense, out = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, len(DIMENSIONS))
    extractor = Wav2Vec2FeatureExtractor(sampling_rate=RATE_HZ, do_normalize=True, return_attention_mask=True)
    with torch.inference_mode():
        heard = [
            base(extractor(sound, sampling_rate=RATE_HZ, return_tensors="pt").input_values).last_hidden_state.mean(1)
            for sound in voices(RATE_HZ, 24, 2.0, seed=9)
        ]
        spread(dense, torch.cat(heard), gain=1.0, directions=8)
        spread(out, torch.tanh(dense(torch.cat(heard))), gain=SPREAD, directions=3)
        out.bias.add_(0.5)
    parts = {family: base, "classifier.dense": dense, "classifier.out_proj": out}
    weights = {f"{part}.{name}": tensor for part, of in parts.items() for name, tensor in of.state_dict().items()}
    extractor.save_pretrained(folder)
    save_file(
        {name: tensor.contiguous() for name, tensor in weights.items()}, folder / "model.safetensors", {"format": "pt"}
    )
    settings.save_pretrained(folder)
    written = json.loads((folder / "config.json").read_text())
    assert written["architectures"] == [CLASSES[family]], "what the class is called has to stand there"


def regressor_of_transformers(family: str, folder: Path) -> None:
    """Write a regression in transformers' own class, whose head is a projection, the mean over time and a layer."""
    model = CLASSIFIERS[family](config(family, use_weighted_layer_sum=True, classifier_proj_size=WIDTH, **LABELS))
    model.eval()
    extractor = Wav2Vec2FeatureExtractor(sampling_rate=RATE_HZ, do_normalize=True, return_attention_mask=False)

    def hear(sound: Samples) -> object:
        return model(**extractor(sound, sampling_rate=RATE_HZ, return_tensors="pt"))

    rows = activations(model.classifier, voices(RATE_HZ, 24, 2.0, seed=9), hear)
    spread(model.classifier, rows, SPREAD, directions=3)
    with torch.no_grad():
        model.classifier.bias.add_(0.5)
    extractor.save_pretrained(folder)
    model.save_pretrained(folder)
