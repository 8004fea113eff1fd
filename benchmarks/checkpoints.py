"""Checkpoints to be timed: the published shapes with random weights, because speed does not depend on them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from benchmarks.settings import REAL, Settings
from demo.untrained.checkpoints import build, without_bars
from demo.untrained.demo_set import DEMO_SET
from demo.untrained.speech import EMOTIONS, LETTERS

AUDIOSET_CLASSES = 527


def transcriber() -> Any:
    """facebook/wav2vec2-base-960h."""
    from transformers import Wav2Vec2Config, Wav2Vec2ForCTC

    return Wav2Vec2ForCTC(Wav2Vec2Config(vocab_size=len(LETTERS), pad_token_id=0, bos_token_id=1, eos_token_id=2))


def emotion_classifier() -> Any:
    """superb/hubert-base-superb-er."""
    from transformers import HubertConfig, HubertForSequenceClassification

    labels = dict(enumerate(EMOTIONS))
    return HubertForSequenceClassification(
        HubertConfig(use_weighted_layer_sum=True, id2label=labels, label2id={name: i for i, name in labels.items()})
    )


def sound_classifier() -> Any:
    """MIT/ast-finetuned-audioset-10-10-0.4593: 10.24 s, 16 x 16 patches every 10."""
    from transformers import ASTConfig, ASTForAudioClassification

    return ASTForAudioClassification(ASTConfig(id2label={i: f"LABEL_{i}" for i in range(AUDIOSET_CLASSES)}))


def language_audio(subwords: int = 50_265) -> Any:
    """laion/clap-htsat-unfused."""
    from transformers import ClapAudioConfig, ClapConfig, ClapModel, ClapTextConfig

    text = ClapTextConfig(vocab_size=subwords)
    return ClapModel(ClapConfig(audio_config=ClapAudioConfig().to_dict(), text_config=text.to_dict()))


def speaker_embedder() -> Any:
    """microsoft/wavlm-base-plus-sv."""
    from transformers import WavLMConfig, WavLMForXVector

    return WavLMForXVector(WavLMConfig(use_weighted_layer_sum=True))


PUBLISHED: dict[str, Callable[[], Any]] = {
    "transcripts": transcriber,
    "emotions": emotion_classifier,
    "sounds": sound_classifier,
    "embeddings": language_audio,
    "speakers": speaker_embedder,
}
"""The model of each job, in its published shape (the classes' defaults are those of the base checkpoints)."""


def checkpoints(settings: Settings) -> dict[str, Path]:
    """The folder of each job's checkpoint, written where it is not there yet."""
    return {job: _written(job, settings) for job in PUBLISHED}


def _written(job: str, settings: Settings) -> Path:
    folder = settings.checkpoints / job
    if (folder / "config.json").exists():
        return folder
    settings.patience.say(f"writing the {settings.size} checkpoint for {job}")
    partial = folder.with_name(job + ".partial")  # a broken-off writing is not taken for a checkpoint
    shutil.rmtree(partial, ignore_errors=True)
    with without_bars():
        build(DEMO_SET[job], partial)
        if settings.size == REAL:
            _enlarge(job, partial)
    partial.rename(folder)
    return folder


def _enlarge(job: str, folder: Path) -> None:
    """Put the published shape in the place of the tiny one; its extractor and tokenizer already are the real ones."""
    from transformers import AutoTokenizer

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        # RoBERTa's subwords are not at hand: CLAP's text tower, which nothing here times, reads the demo's.
        model = language_audio(len(AutoTokenizer.from_pretrained(folder))) if job == "embeddings" else PUBLISHED[job]()
    model.save_pretrained(folder)
