"""Untrained AST and CLAP: classifiers and embeddings of any sound."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import (
    ASTConfig,
    ASTFeatureExtractor,
    ASTForAudioClassification,
    ClapAudioConfig,
    ClapConfig,
    ClapFeatureExtractor,
    ClapModel,
    ClapTextConfig,
    RobertaTokenizer,
)

from demo.untrained.heads import activations, spread
from demo.untrained.sounds import Samples, noises, voices
from demo.untrained.subwords import TEXT, byte_pairs

AST_RATE_HZ = 16_000
CLAP_RATE_HZ = 48_000
LENGTHS_S = (1.0, 3.0, 10.0)
# Names of AudioSet's ontology (Gemmeke et al. 2017).
SOUNDS = (
    "Speech",
    "Laughter",
    "Crying, sobbing",
    "Singing",
    "Music",
    "Dog",
    "Bird",
    "Rain",
    "Wind",
    "Vehicle",
    "Bell",
    "Silence",
)


def spectrogram_transformer(labels: tuple[str, ...], folder: Path) -> None:
    """Write an AST with the patches and strides of MIT/ast-finetuned-audioset-10-10-0.4593."""
    extractor = ASTFeatureExtractor()
    model = ASTForAudioClassification(
        ASTConfig(
            hidden_size=64,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=128,
            initializer_range=0.1,
            id2label=dict(enumerate(labels)),
            label2id={label: number for number, label in enumerate(labels)},
        )
    ).eval()

    def hear(sound: Samples) -> object:
        return model(**extractor(sound, sampling_rate=AST_RATE_HZ, return_tensors="pt"))

    # Of several lengths: how much of the ten seconds is padding is what such a model notices first.
    sounds = [sound for seconds in LENGTHS_S for sound in voices(AST_RATE_HZ, 5, seconds, seed=int(seconds))]
    sounds += noises(AST_RATE_HZ, 5.0, seed=4)
    head = model.classifier.dense
    spread(head, activations(head, sounds, hear), gain=2.5, directions=8)
    extractor.save_pretrained(folder)
    model.save_pretrained(folder)


def language_audio(folder: Path) -> None:
    """Write an unfused CLAP: a Swin audio tower, a RoBERTa text tower, one space of 64 dimensions."""
    extractor = ClapFeatureExtractor(truncation="rand_trunc", padding="repeatpad")
    tokenizer = _tokenizer()
    model = ClapModel(
        ClapConfig(
            audio_config=ClapAudioConfig(
                patch_embeds_hidden_size=16,
                depths=[1, 1, 1],
                num_attention_heads=[1, 2, 4],
                hidden_size=64,
                initializer_factor=2.0,
            ).to_dict(),
            text_config=ClapTextConfig(
                vocab_size=len(tokenizer),
                hidden_size=64,
                num_hidden_layers=2,
                num_attention_heads=2,
                intermediate_size=128,
                max_position_embeddings=80,
                initializer_factor=6.0,
            ).to_dict(),
            projection_dim=64,
        )
    ).eval()

    def hear(sound: Samples) -> object:
        return model.get_audio_features(**extractor(sound, sampling_rate=CLAP_RATE_HZ, return_tensors="pt"))

    def read(text: str) -> object:
        return model.get_text_features(**tokenizer(text, return_tensors="pt"))

    sounds = voices(CLAP_RATE_HZ, 10, 3.0, seed=5) + noises(CLAP_RATE_HZ, 5.0, seed=5)
    audio_head, text_head = model.audio_projection.linear2, model.text_projection.linear2
    spread(audio_head, activations(audio_head, sounds, hear), gain=1.0, directions=8)
    spread(text_head, activations(text_head, TEXT.replace(",", "\n").split("\n"), read), gain=1.0, directions=12)
    with torch.no_grad():
        model.logit_scale_a.fill_(2.3)
        model.logit_scale_t.fill_(2.3)
    extractor.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    model.save_pretrained(folder)


def _tokenizer() -> RobertaTokenizer:
    """RoBERTa's special tokens at its ids (<s> 0, <pad> 1, </s> 2), the subwords behind them."""
    subwords, merges = byte_pairs(400)
    marks = ("<s>", "<pad>", "</s>", "<unk>")
    vocabulary = {mark: number for number, mark in enumerate(marks)}
    vocabulary |= {subword: number + len(marks) for subword, number in subwords.items()}
    vocabulary["<mask>"] = len(vocabulary)
    # The hint of RobertaTokenizer asks for text; pairs are what its BPE takes.
    return RobertaTokenizer(vocab=vocabulary, merges=merges, model_max_length=77)  # type: ignore[arg-type]
