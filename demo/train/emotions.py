"""Emotions: ``python -m demo.train.emotions`` trains a HuBERT to tell four prosody classes apart."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from transformers import HubertConfig, HubertForSequenceClassification

from demo.train import figures
from demo.train.answers import likeliest
from demo.train.command import Options, prepared, run
from demo.train.data import augment, emotion_set
from demo.train.data.batching import neighbours
from demo.train.data.manifest import Row, read_samples
from demo.train.export import Card, Figure, export, write_card
from demo.train.optimise import Batch, BatchOf, Recipe, optimise
from demo.train.waveform import FRONT_END, RATE_HZ, extractor, normalise, start_as_mel_bank
from transforms.models.jobs import open_door

LABELS = emotion_set.LABELS
BATCH = 16
SHORTEST_S = 1.2
STEPS = 2500


def new_model(seed: int) -> HubertForSequenceClassification:
    """A million weights: three layers 128 wide behind the convolutions."""
    torch.manual_seed(seed)
    model = HubertForSequenceClassification(
        HubertConfig(
            **FRONT_END,
            hidden_size=128,
            num_hidden_layers=3,
            num_attention_heads=4,
            intermediate_size=512,
            classifier_proj_size=128,
            id2label=dict(enumerate(LABELS)),
            label2id={label: number for number, label in enumerate(LABELS)},
        )
    )
    start_as_mel_bank(model.hubert.feature_extractor)
    return model


def batch_of(clips: Sequence[np.ndarray], labels: Sequence[int], seed: int, step: int, size: int = BATCH) -> Batch:
    """Sentences of about one length, cut to the shortest of them or shorter, in other circumstances.

    Args:
        clips: float32 [n] at 16 kHz, the shortest first.
        labels: of the clips.

    Returns: ``clips`` float32 [size, n_samples]; ``labels`` int64 [size].
    """
    rng = np.random.default_rng((seed, step))
    chosen = neighbours(len(clips), size, rng)
    varied = [_vary(clips[i], rng) for i in chosen]
    length = min(len(clip) for clip in varied)
    if rng.random() < 0.3:
        length = int(rng.uniform(min(SHORTEST_S * RATE_HZ, length), length))
    starts = [int(rng.integers(len(clip) - length + 1)) for clip in varied]
    cut = [normalise(clip[start : start + length]) for clip, start in zip(varied, starts, strict=True)]
    return {"clips": torch.from_numpy(np.stack(cut)), "labels": torch.tensor([labels[i] for i in chosen])}


def _vary(clip: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Another tract, at most 3 % faster or slower, elsewhere; more, or a steeper tilt, would make another mood."""
    if rng.random() < 0.25:
        clip = augment.warp_formants(clip, rng.uniform(0.85, 1.18))
    if rng.random() < 0.5:
        clip = augment.speed(clip, rng.uniform(0.97, 1.03))
    return augment.elsewhere(clip, RATE_HZ, rng, steepest_db=1.0)


def loss_of(model: nn.Module, batch: Batch, step: int) -> Tensor:
    return nn.functional.cross_entropy(model(batch["clips"]).logits, batch["labels"], label_smoothing=0.05)


def predict(model: nn.Module, clips: Sequence[np.ndarray]) -> list[str]:
    """The likeliest label of each clip."""
    device = next(model.parameters()).device
    heard = (torch.from_numpy(normalise(clip))[None].to(device) for clip in clips)
    return [LABELS[int(model(clip).logits.argmax())] for clip in heard]


def train(options: Options, rows: Sequence[Row]) -> None:
    """Train, export, measure, and write the card."""
    split = {name: [row for row in rows if row.split == name] for name in ("train", "dev", "test")}
    heard = {name: [read_samples(options.set("emotions"), row)[0] for row in mine] for name, mine in split.items()}
    truth = {name: [row.label for row in mine] for name, mine in split.items()}
    order = np.argsort([len(clip) for clip in heard["train"]], kind="stable")
    clips = [heard["train"][i] for i in order]
    labels = [LABELS.index(truth["train"][i]) for i in order]

    recipe = Recipe(options.steps, 7e-4, options.seed, averaging=0.998, evaluate_every=250)
    model = new_model(options.seed)
    batches: BatchOf = partial(batch_of, clips, labels, options.seed)

    def score(candidate: nn.Module) -> float:
        return figures.accuracy(truth["dev"], predict(candidate, heard["dev"]))

    trained = optimise(
        model,
        batches,
        loss_of,
        score if truth["dev"] else None,
        recipe,
        options.state,
        device=options.device,
        workers=options.workers,
        until=options.until,
    )
    export(model, [extractor()], options.out)
    write_card(card(options.out, heard, truth), rows, recipe, trained, options.out)


def card(checkpoint: Path, heard: Mapping[str, Sequence[np.ndarray]], truth: Mapping[str, Sequence[str]]) -> Card:
    """Measured through the pipeline's own door."""
    door = open_door("emotions", str(checkpoint))
    found: list[Figure] = []
    for name in (name for name in ("dev", "test") if truth[name]):
        said = likeliest(door, heard[name])
        count = f"{name}, {len(said)} sentences"
        found.append(Figure("accuracy", count, figures.accuracy(truth[name], said), at_least=0.85))
        for label, share in figures.recall_of_classes(truth[name], said).items():
            found.append(Figure(f"{label}, share found", name, share))
    return Card(
        title="Demo emotions (HuBERT)",
        task="audio-classification",
        hears="whether a synthesiser speaks in its plain way (neu) or as a rule of ours has set rate, pitch, range and "
        "level for hap, ang and sad.",
        limits="hear what anybody feels: nobody felt anything in what it learnt from.",
        figures=found,
    )


def rows_of(options: Options) -> list[Row]:
    return prepared(options.set("emotions"), partial(emotion_set.plan, options.seed, options.share), options.workers)


def main(arguments: Sequence[str] | None = None) -> int:
    return run(arguments, "emotions", STEPS, rows_of, train)


if __name__ == "__main__":
    sys.exit(main())
