"""Untrained wav2vec 2.0, HuBERT and WavLM: transcribers, emotion classifiers and speaker embedders."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from transformers import (
    HubertConfig,
    HubertForCTC,
    HubertForSequenceClassification,
    PreTrainedModel,
    Wav2Vec2Config,
    Wav2Vec2CTCTokenizer,
    Wav2Vec2FeatureExtractor,
    Wav2Vec2ForCTC,
    Wav2Vec2ForSequenceClassification,
    Wav2Vec2ForXVector,
    WavLMConfig,
    WavLMForCTC,
    WavLMForSequenceClassification,
    WavLMForXVector,
)

from demo.untrained.heads import activations, favour, spread
from demo.untrained.sounds import Samples, noises, voices

RATE_HZ = 16_000
# The vocabulary of facebook/wav2vec2-base-960h, in its order.
LETTERS = ("<pad>", "<s>", "</s>", "<unk>", "|", *"ETAONIHSRDLUMWCFGYPBVK'XJQZ")
EMOTIONS = ("neu", "hap", "ang", "sad")
LANGUAGES = ("ara", "cmn", "eng", "spa", "fra", "deu", "nob", "swh", "yue", "quc", "hak", "wal")
WIDTH = 64

CONFIGS: dict[str, type[Any]] = {"wav2vec2": Wav2Vec2Config, "hubert": HubertConfig, "wavlm": WavLMConfig}
TRANSCRIBERS: dict[str, type[Any]] = {"wav2vec2": Wav2Vec2ForCTC, "hubert": HubertForCTC, "wavlm": WavLMForCTC}
CLASSIFIERS: dict[str, type[Any]] = {
    "wav2vec2": Wav2Vec2ForSequenceClassification,
    "hubert": HubertForSequenceClassification,
    "wavlm": WavLMForSequenceClassification,
}
SPEAKERS: dict[str, type[Any]] = {"wav2vec2": Wav2Vec2ForXVector, "wavlm": WavLMForXVector}


def config(family: str, layer_norm: bool = False, **more: Any) -> Any:
    """A small config with the real front end: seven convolutions, a frame each 320 samples, 400 samples wide."""
    return CONFIGS[family](
        hidden_size=WIDTH,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=2 * WIDTH,
        conv_dim=(32,) * 7,
        num_conv_pos_embeddings=16,
        num_conv_pos_embedding_groups=4,
        feat_extract_norm="layer" if layer_norm else "group",
        conv_bias=layer_norm,
        do_stable_layer_norm=layer_norm,
        initializer_range=0.15,
        **more,
    )


def transcriber(family: str, folder: Path, layer_norm: bool = False) -> None:
    """Write a CTC model over the letters of wav2vec2-base-960h, its processor beside it."""
    model = TRANSCRIBERS[family](
        config(family, layer_norm, vocab_size=len(LETTERS), pad_token_id=0, bos_token_id=1, eos_token_id=2)
    )
    extractor = _extractor(mask=layer_norm)
    rows = _heard(model, model.lm_head, extractor, voices(RATE_HZ, 8, 3.0, seed=1))
    spread(model.lm_head, rows, gain=4.0, directions=12)
    with torch.no_grad():
        model.lm_head.bias[1:4] = -50.0  # <s>, </s> and <unk> are never said
    favour(model.lm_head, rows, LETTERS.index("|"), share=0.2)
    favour(model.lm_head, rows, LETTERS.index("<pad>"), share=0.7)  # the blank, as in a trained model
    letters().save_pretrained(folder)
    extractor.save_pretrained(folder)
    model.save_pretrained(folder)


def classifier(family: str, folder: Path) -> None:
    """Write a four-class emotion model laid out like superb/hubert-base-superb-er."""
    _classifier(family, folder, EMOTIONS, mask=False, use_weighted_layer_sum=True)


def language_identifier(family: str, folder: Path) -> None:
    """Write a model laid out like facebook/mms-lid-126: layer norms, a mask, and codes of ISO 639-3 for labels."""
    _classifier(family, folder, LANGUAGES, mask=True, layer_norm=True)


def _classifier(family: str, folder: Path, labels: Sequence[str], *, mask: bool, **laid_out: Any) -> None:
    named: dict[str, Any] = {
        "id2label": dict(enumerate(labels)),
        "label2id": {label: number for number, label in enumerate(labels)},
    }
    model = CLASSIFIERS[family](config(family, classifier_proj_size=WIDTH, **named, **laid_out))
    extractor = _extractor(mask=mask)
    rows = _heard(model, model.classifier, extractor, voices(RATE_HZ, 24, 2.0, seed=8))
    spread(model.classifier, rows, gain=2.0, directions=4)
    extractor.save_pretrained(folder)
    model.save_pretrained(folder)


def speaker(family: str, folder: Path) -> None:
    """Write a speaker embedder with the time-delay layers of microsoft/wavlm-base-plus-sv, narrower."""
    model = SPEAKERS[family](
        config(
            family,
            use_weighted_layer_sum=True,
            tdnn_dim=(WIDTH, WIDTH, WIDTH, WIDTH, 2 * WIDTH),
            xvector_output_dim=WIDTH,
        )
    )
    extractor = _extractor(mask=False)
    sounds = voices(RATE_HZ, 24, 2.0, seed=3) + noises(RATE_HZ, 2.0, seed=3)
    spread(model.feature_extractor, _heard(model, model.feature_extractor, extractor, sounds), 1.0, directions=16)
    extractor.save_pretrained(folder)
    model.save_pretrained(folder)


def _extractor(mask: bool) -> Wav2Vec2FeatureExtractor:
    return Wav2Vec2FeatureExtractor(sampling_rate=RATE_HZ, do_normalize=True, return_attention_mask=mask)


def letters() -> Wav2Vec2CTCTokenizer:
    with TemporaryDirectory() as folder:
        vocabulary = Path(folder) / "vocab.json"
        vocabulary.write_text(json.dumps({letter: number for number, letter in enumerate(LETTERS)}))
        return Wav2Vec2CTCTokenizer(str(vocabulary))


def _heard(
    model: PreTrainedModel, head: torch.nn.Linear, extractor: Wav2Vec2FeatureExtractor, sounds: list[Samples]
) -> torch.Tensor:
    model.eval()

    def hear(sound: Samples) -> object:
        return model(**extractor(sound, sampling_rate=RATE_HZ, return_tensors="pt"))

    return activations(head, sounds, hear)
