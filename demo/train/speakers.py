"""Speakers: ``python -m demo.train.speakers`` trains a WavLM to turn voices into vectors."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from torch import Tensor, nn
from transformers import WavLMConfig, WavLMForXVector

from demo.train import figures
from demo.train.answers import vectors
from demo.train.command import Options, prepared, run
from demo.train.data import augment, speech_set
from demo.train.data.manifest import Row, read_samples
from demo.train.export import Card, Figure, export, write_card
from demo.train.optimise import Batch, BatchOf, Recipe, optimise
from demo.train.waveform import FRONT_END, RATE_HZ, extractor, normalise, start_as_mel_bank
from transforms.models.door import open_door

STEPS = 0
"""Behind the start: those that were tried, up to 700, told voices of the development split apart less well."""
BATCH = 24
LENGTH_S = (1.0, 2.5)
N_START = 100
"""Batches that the start is taken from."""
N_DIRECTIONS = 40
"""Of 128 in a vector; more of them are noise: 20 and 40 did best on the development split, of 20, 40, 80 and 128."""
PEOPLE_MADE = ((1.0, 1.0), (0.85, 1.0), (1.18, 1.0), (1.0, 0.9), (1.0, 1.12))
"""Factors of tract and tape speed: each makes another person out of a voice."""
N_OF_A_PERSON = 25

Clips = Sequence[Sequence[np.ndarray]]
"""Of each voice, float32 [n] at 16 kHz."""


def new_model(n_voices: int, seed: int) -> WavLMForXVector:
    """1.7 million weights: two layers 128 wide, and the time-delay layers of microsoft/wavlm-base-plus-sv, narrower."""
    torch.manual_seed(seed)
    config = WavLMConfig(
        **FRONT_END,
        hidden_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=512,
        tdnn_dim=(192, 192, 192, 192, 384),
        xvector_output_dim=128,
    )
    config.num_labels = n_voices * len(PEOPLE_MADE)
    model = WavLMForXVector(config)
    start_as_mel_bank(model.wavlm.feature_extractor)
    return model


def start_apart(model: Any, batches: Iterable[Batch]) -> None:
    """Set the last layer to the directions in which the voices of some batches differ most, in place.

    Behind its rectifiers all vectors of a new model point nearly the same way, cosines tell nothing apart, and the
    loss stays where it is.  Linear discriminant analysis of what the pooling gives (as Kaldi has it behind its
    x-vectors) tells voices apart from the first step on.
    """
    pooled: list[Tensor] = []
    hook = model.feature_extractor.register_forward_pre_hook(lambda layer, given: pooled.append(given[0]))
    with torch.no_grad():
        labels = [batch["labels"] for batch in batches if model(batch["clips"]) is not None]
        hook.remove()
        values = torch.cat(pooled).double()
        mean, deviation = values.mean(dim=0), values.std(dim=0)
        deviation = deviation.clamp(min=0.1 * float(deviation.median()))  # float16 has to hold what is divided by it
        kept = min(N_DIRECTIONS, len(torch.cat(labels).unique()) - 1)
        analysis = LinearDiscriminantAnalysis(solver="eigen", shrinkage="auto", n_components=kept)
        analysis.fit(((values - mean) / deviation).numpy(), torch.cat(labels).numpy())
        directions = torch.from_numpy(analysis.scalings_[:, :kept]) / deviation[:, None]
        directions = directions / directions.abs().max()  # the length of a vector says nothing; float16 has to hold it
        model.feature_extractor.weight.zero_()[:kept] = directions.T.float()
        model.feature_extractor.bias.zero_()[:kept] = -(mean @ directions).float()
        # A class lies where its vectors do.
        vectors, found = model.feature_extractor(values.float()), torch.cat(labels)
        for label in found.unique():
            model.objective.weight[:, label] = vectors[found == label].mean(dim=0)


def batch_of(clips: Clips, seed: int, step: int, size: int = BATCH) -> Batch:
    """Pieces of one length, each of a voice drawn by lot, in a tract drawn by lot, elsewhere.

    Returns: ``clips`` float32 [size, n_samples]; ``labels`` int64 [size].
    """
    rng = np.random.default_rng((seed, abs(step), int(step < 0)))
    length = round(rng.uniform(*LENGTH_S) * RATE_HZ)
    pieces, labels = [], []
    for _ in range(size):
        voice, made = int(rng.integers(len(clips))), int(rng.integers(len(PEOPLE_MADE)))
        clip = clips[voice][int(rng.integers(len(clips[voice])))]
        tract, tape = PEOPLE_MADE[made]
        clip = clip if tract == 1 else augment.warp_formants(clip, tract)
        clip = clip if tape == 1 else augment.speed(clip, tape)
        clip = augment.elsewhere(np.resize(clip, max(length, len(clip))), RATE_HZ, rng)
        start = int(rng.integers(len(clip) - length + 1))
        pieces.append(normalise(clip[start : start + length]))
        labels.append(voice * len(PEOPLE_MADE) + made)
    return {"clips": torch.from_numpy(np.stack(pieces)), "labels": torch.tensor(labels)}


def loss_of(model: nn.Module, batch: Batch, step: int) -> Tensor:
    """Softmax over the cosines with the voices' own directions; a margin made short trainings worse."""
    objective = model.get_submodule("objective")
    objective.margin = 0.0  # type: ignore[assignment]
    return objective(model(batch["clips"]).embeddings, batch["labels"])


def embed(model: nn.Module, clips: Sequence[np.ndarray]) -> np.ndarray:
    """Unit vectors, float32 [n_clips, dimension]."""
    device = next(model.parameters()).device
    found = [model(torch.from_numpy(normalise(clip))[None].to(device)).embeddings[0] for clip in clips]
    return nn.functional.normalize(torch.stack(found), dim=-1).cpu().numpy()


def heard_of(rows: Sequence[Row], split: str) -> list[Row]:
    """Synthetic sentences of the split, at most so many of a voice."""
    counts: dict[str, int] = {}
    chosen = []
    for row in rows:
        if row.split == split and row.label == speech_set.SENTENCE:
            counts[row.voice] = counts.get(row.voice, 0) + 1
            if counts[row.voice] <= N_OF_A_PERSON:
                chosen.append(row)
    return chosen


def train(options: Options, rows: Sequence[Row]) -> None:
    """Train, export, measure, and write the card."""
    folder = options.set("speech")
    voices = sorted({row.voice for row in rows if row.split == "train"})
    clips: list[list[np.ndarray]] = [[] for _ in voices]
    for row in rows:
        if row.split == "train":
            clips[voices.index(row.voice)].append(read_samples(folder, row)[0])
    chosen = heard_of(rows, "dev")
    heard, names = [read_samples(folder, row)[0] for row in chosen], [row.voice for row in chosen]

    def score(candidate: nn.Module) -> float:
        return -figures.equal_error_rate(embed(candidate, heard), names)

    recipe = Recipe(options.steps, 5e-4, options.seed, averaging=0.99, evaluate_every=100, keep="last")
    batches: BatchOf = partial(batch_of, clips, options.seed)
    model = new_model(len(voices), options.seed)
    start_apart(model, (batches(-1 - i) for i in range(max(10, round(options.share * N_START)))))
    trained = optimise(
        model,
        batches,
        loss_of,
        score,
        recipe,
        options.state,
        device=options.device,
        workers=options.workers,
        until=options.until,
    )
    export(model, [extractor()], options.out)
    write_card(card(options.out, folder, rows), rows, recipe, trained, options.out)


def card(checkpoint: Path, folder: Path, rows: Sequence[Row]) -> Card:
    """Measured through the pipeline's own door."""
    door = open_door("speakers", str(checkpoint))

    def told(mine: Sequence[Row]) -> np.ndarray:
        return vectors(door, [read_samples(folder, row)[0] for row in mine])

    found: list[Figure] = []
    for split in ("dev", "test"):
        mine = heard_of(rows, split)
        rate = figures.equal_error_rate(told(mine), [row.voice for row in mine])
        people = len({row.voice for row in mine})
        found.append(Figure("equal error rate", f"{split}, {people} voices, {len(mine)} clips", rate, at_most=0.10))
    digits: list[Row] = []
    for person in sorted({row.voice for row in rows if row.label == speech_set.REAL}):
        digits += [row for row in rows if row.voice == person and row.label == speech_set.REAL][:N_OF_A_PERSON]
    share = figures.leave_one_out(told(digits), [row.voice for row in digits])
    found.append(Figure("digit speakers, leave one out", f"all four, {len(digits)} strings", share, at_least=1.0))
    return Card(
        title="Demo speakers (WavLM x-vectors)",
        task="feature-extraction",
        hears="whether two pieces of a second or more are by one voice of a synthesiser, in vectors of 128. Only the "
        "last layer learnt anything, by linear discriminant analysis over 2,400 pieces; those before it are as they "
        "started.",
        limits="tell apart people who are alike: it learnt from few. Two of the digit speakers were in training.",
        figures=found,
    )


def rows_of(options: Options) -> list[Row]:
    return prepared(options.set("speech"), partial(speech_set.plan, options.recordings, options.seed, options.share))


def main(arguments: Sequence[str] | None = None) -> int:
    return run(arguments, "speakers", STEPS, rows_of, train)


if __name__ == "__main__":
    sys.exit(main())
