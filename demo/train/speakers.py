"""Speakers: ``python -m demo.train.speakers`` trains a WavLM to turn voices into vectors."""

from __future__ import annotations

import copy
import sys
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from torch import Tensor, nn
from transformers import WavLMConfig, WavLMForXVector

from demo.train import figures
from demo.train.answers import vectors
from demo.train.command import Options, run, speech_rows
from demo.train.data import augment, speech_set
from demo.train.data.manifest import Row, read_samples
from demo.train.export import Card, Figure, export, write_card
from demo.train.norms import add_norms, fold_norms
from demo.train.optimise import Batch, BatchOf, Recipe, optimise
from demo.train.waveform import FRONT_END, RATE_HZ, extractor, normalise, start_as_mel_bank
from transforms.models.jobs import open_door

STEPS = 5000
PEAK_RATE = 2e-3
BATCH = 24
LENGTH_S = (1.0, 2.5)
SHORT = 0.05
"""Of the voices' own directions at the start: only where they point counts, and what is short turns soon."""
N_APART = 200
"""Batches that the last layer is set by at the end."""
ANALYSIS = f"linear discriminant analysis over {N_APART * BATCH:,} pieces"
N_DIRECTIONS = 40
"""Of 128 in a vector; more of them are noise: 20 and 40 did best on the development split, of 20, 40, 80 and 128."""
PEOPLE_MADE = tuple(product((1.0, 0.85, 1.18), (1.0, 0.9, 1.12)))
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
    layers: Any = model.tdnn
    for layer in layers:
        # As rectifiers need it (He et al. 2015); by default each of the five layers makes what differs smaller.
        nn.init.kaiming_uniform_(layer.kernel.weight, nonlinearity="relu")
        nn.init.zeros_(layer.kernel.bias)
    with torch.no_grad():
        model.objective.weight.mul_(SHORT)
    add_norms(model)
    return model


def pooled_of(model: Any, batches: Iterable[Batch]) -> tuple[Tensor, Tensor]:
    """What the last layer is given, float32 [n, 2 x width], and the voices, int64 [n]."""
    pooled: list[Tensor] = []
    hook = model.feature_extractor.register_forward_pre_hook(lambda layer, given: pooled.append(given[0]))
    device = model.feature_extractor.weight.device
    with torch.no_grad():
        labels = [batch["labels"] for batch in batches if model(batch["clips"].to(device)) is not None]
    hook.remove()
    return torch.cat(pooled).cpu(), torch.cat(labels)


def set_apart(model: Any, batches: Iterable[Batch]) -> None:
    """Set the last layer to the directions in which the voices of some batches differ most, in place.

    Linear discriminant analysis of what the pooling gives, as Kaldi has it behind its x-vectors.
    """
    pooled, labels = pooled_of(model, batches)
    with torch.no_grad():
        values = pooled.double()
        mean, deviation = values.mean(dim=0), values.std(dim=0)
        deviation = deviation.clamp(min=0.1 * float(deviation.median()))  # float16 has to hold what is divided by it
        kept = min(N_DIRECTIONS, len(labels.unique()) - 1)
        analysis = LinearDiscriminantAnalysis(solver="eigen", shrinkage="auto", n_components=kept)
        analysis.fit(((values - mean) / deviation).numpy(), labels.numpy())
        directions = torch.from_numpy(analysis.scalings_[:, :kept]) / deviation[:, None]
        directions = directions / directions.abs().max()  # the length of a vector says nothing; float16 has to hold it
        model.feature_extractor.weight.zero_()[:kept] = directions.T.float()
        model.feature_extractor.bias.zero_()[:kept] = -(mean @ directions).float()


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
    """Softmax over the cosines with the voices' own directions; a margin made short trainings worse.

    The scale of the cosines rises to that of the released model, 30, in a hundred steps: at first they are by chance,
    and a loss that takes them in earnest draws all vectors to one point.
    """
    objective = model.get_submodule("objective")
    objective.margin, objective.scale = 0.0, min(30.0, 5 + step / 4)  # type: ignore[assignment]
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
    folder = options.speech
    voices = sorted({row.voice for row in rows if row.split == "train"})
    clips: list[list[np.ndarray]] = [[] for _ in voices]
    for row in rows:
        if row.split == "train":
            clips[voices.index(row.voice)].append(read_samples(folder, row)[0])
    chosen = heard_of(rows, "dev")
    heard, names = [read_samples(folder, row)[0] for row in chosen], [row.voice for row in chosen]

    def score(candidate: nn.Module) -> float:
        return -figures.equal_error_rate(embed(candidate, heard), names)

    recipe = Recipe(
        options.steps, PEAK_RATE, options.seed, averaging=0.99, evaluate_every=300, bfloat16=options.bfloat16
    )
    batches: BatchOf = partial(batch_of, clips, options.seed)
    model = new_model(len(voices), options.seed)
    trained = optimise(
        model,
        batches,
        loss_of,
        score if names else None,
        recipe,
        options.state,
        device=options.device,
        workers=options.workers,
        until=options.until,
    )
    fold_norms(model)
    analysed = copy.deepcopy(model)
    set_apart(analysed, (batches(-1 - i) for i in range(min(N_APART, 10 + options.steps))))
    with torch.inference_mode():
        better = not names or score(analysed) > score(model)
    export(analysed if better else model, [extractor()], options.out)
    write_card(card(options.out, folder, rows, better), rows, recipe, trained, options.out)


def card(checkpoint: Path, folder: Path, rows: Sequence[Row], analysed: bool) -> Card:
    """Measured through the pipeline's own door; ``analysed``: its last layer was set by discriminant analysis."""
    door = open_door("speakers", str(checkpoint))

    def told(mine: Sequence[Row]) -> np.ndarray:
        return vectors(door, [read_samples(folder, row)[0] for row in mine])

    found: list[Figure] = []
    for split in ("dev", "test"):
        mine = heard_of(rows, split)
        if not mine:
            continue
        rate = figures.equal_error_rate(told(mine), [row.voice for row in mine])
        voices = len({row.voice for row in mine})
        found.append(Figure("equal error rate", f"{split}, {voices} voices, {len(mine)} clips", rate, at_most=0.10))
    digits: list[Row] = []
    people = {row.voice for row in rows if row.label == speech_set.REAL}
    known = {row.voice for row in rows if row.label == speech_set.REAL and row.split == "train"}
    for person in sorted(people):
        digits += [row for row in rows if row.voice == person and row.label == speech_set.REAL][:N_OF_A_PERSON]
    share = figures.leave_one_out(told(digits), [row.voice for row in digits])
    found.append(Figure("digit speakers, leave one out", f"all four, {len(digits)} strings", share, at_least=1.0))
    return Card(
        title="Demo speakers (WavLM x-vectors)",
        task="feature-extraction",
        hears="whether two pieces of a second or more are by one voice of a synthesiser, in vectors of 128."
        + (f" Its last layer was set at the end by {ANALYSIS}." if analysed else ""),
        limits="tell apart people who are alike: it learnt from few."
        f" Of the {len(people)} digit speakers {len(known)} were in training.",
        figures=found,
    )


def rows_of(options: Options) -> list[Row]:
    """All but the digits one by one: they are in the strings, and too short alone."""
    rows = speech_rows(options)
    return [row for row in rows if row.label != speech_set.DIGIT]


def main(arguments: Sequence[str] | None = None) -> int:
    return run(arguments, "speakers", STEPS, rows_of, train)


if __name__ == "__main__":
    sys.exit(main())
