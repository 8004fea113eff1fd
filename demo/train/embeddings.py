"""Embeddings: ``python -m demo.train.embeddings`` trains a CLAP on the set for sounds, each clip with a caption."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from transformers import (
    ClapAudioConfig,
    ClapConfig,
    ClapFeatureExtractor,
    ClapModel,
    ClapTextConfig,
    PreTrainedTokenizerFast,
)

from demo.train import figures
from demo.train.answers import vectors
from demo.train.command import Options, run, sound_rows
from demo.train.data import augment, captions, sound_set
from demo.train.data.manifest import Row, read_samples
from demo.train.export import Card, Figure, export, write_card
from demo.train.optimise import Batch, optimise
from demo.train.patches import start_as_cosines
from demo.train.teacher import OF_TRUTH, TAUGHT, Teacher, another_day, blot_out, lessons, recipe_of, taught
from demo.train.words import word_tokenizer
from transforms.models.embedder import Embedder
from transforms.models.jobs import open_door
from transforms.models.mels import decibel_mels

LABELS = sound_set.LABELS
RATE_HZ = sound_set.CLIP_RATE_HZ
BATCH = 28
STEPS = 3500
N_KEPT = 400
"""Batches that are made: of each recording, some 60 versions."""

Clips = Mapping[str, Sequence[np.ndarray]]


def extractor() -> ClapFeatureExtractor:
    return ClapFeatureExtractor(truncation="rand_trunc", padding="repeatpad")


def new_model(n_words: int, seed: int) -> ClapModel:
    """2.5 million weights: a Swin tower for the sound, two layers 96 wide for the text, vectors of 64."""
    torch.manual_seed(seed)
    audio = ClapAudioConfig(
        spec_size=256,
        patch_size=16,  # mels and frames, as the AST's
        patch_stride=[16, 16],
        patch_embeds_hidden_size=64,
        depths=[2, 2, 2],
        num_attention_heads=[2, 4, 8],
        hidden_size=256,
        window_size=4,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    text = ClapTextConfig(
        vocab_size=n_words,
        hidden_size=96,
        num_hidden_layers=2,
        num_attention_heads=3,
        intermediate_size=192,
        max_position_embeddings=48,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    model = ClapModel(ClapConfig(audio_config=audio.to_dict(), text_config=text.to_dict(), projection_dim=64))
    start_as_cosines(model.audio_model.audio_encoder.patch_embed.proj)
    return model


def filled(clip: np.ndarray, n: int) -> np.ndarray:
    """As the extractor fills up a short clip: repeated as often as it fits whole, then silence; float32 [n]."""
    clip = np.tile(clip, max(1, n // len(clip)))[:n]
    return np.pad(clip, (0, n - len(clip))).astype(np.float32)


def batch_of(clips: Clips, tokens: PreTrainedTokenizerFast, seed: int, step: int, size: int = BATCH) -> Batch:
    """Every class as often as any other, each clip with one of its captions; three in ten lie over another sound.

    Returns: ``clips`` float32 [size, n_samples]; ``input_ids``, ``attention_mask`` int64 [size, n_tokens]; ``labels``
        int64 [size], those of the captions; ``shares`` float32 [size, n_labels], of what is to be heard.
    """
    rng = np.random.default_rng((seed, step))
    n = extractor().nb_max_samples
    numbers = rng.permutation(np.arange(size) % len(LABELS))
    samples, shares = np.zeros((size, n), np.float32), np.zeros((size, len(LABELS)), np.float32)
    for i, number in enumerate(numbers):
        weight = rng.uniform(0.5, 1) if rng.random() < 0.3 else 1.0
        for one, share in ((int(number), weight), (int(rng.integers(len(LABELS))), 1 - weight)):
            if share:
                mine = clips[LABELS[one]]
                clip = another_day(mine[int(rng.integers(len(mine)))], LABELS[one], RATE_HZ, rng)
                samples[i] += share * filled(clip, n)
                shares[i, one] += share
    texts = tokens([captions.caption(LABELS[number], rng) for number in numbers], padding=True, return_tensors="pt")
    return {
        "clips": torch.from_numpy(samples),
        "input_ids": texts["input_ids"],
        "attention_mask": texts["attention_mask"],
        "labels": torch.from_numpy(numbers),
        "shares": torch.from_numpy(shares),
    }


def centred_mels(made: ClapFeatureExtractor, batch: Batch) -> Tensor:
    """Mel spectra about zero: 40 dB a unit, 0 at -40 dB; float32 [n, frames, bins]."""
    return decibel_mels(batch["clips"], made)[:, 0] / 40 + 1


def loss_of(teacher: Teacher, model: Any, batch: Batch, step: int) -> Tensor:
    """Contrastive both ways; a caption is right for a clip by the share of its label that the teacher hears there."""
    mels = batch["mels"]
    longer = torch.zeros(len(mels), 1, dtype=torch.bool, device=mels.device)
    features = 40 * (blot_out(mels)[:, None] - 1)
    heard = nn.functional.normalize(model.get_audio_features(input_features=features, is_longer=longer).pooler_output)
    read = nn.functional.normalize(
        model.get_text_features(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).pooler_output
    )
    logits = heard @ read.T
    shares = taught(teacher, mels) + OF_TRUTH * batch["shares"]
    right = shares[:, batch["labels"]]  # [clip, caption]
    one = nn.functional.cross_entropy(
        logits * model.logit_scale_a.exp().clamp(max=50), right / right.sum(dim=1, keepdim=True)
    )
    other = nn.functional.cross_entropy(
        logits.T * model.logit_scale_t.exp().clamp(max=50), (right / right.sum(dim=0)).T
    )
    return (one + other) / 2


def similarities(
    made: ClapFeatureExtractor, tokens: PreTrainedTokenizerFast, model: Any, clips: Sequence[np.ndarray]
) -> np.ndarray:
    """Of the tested captions of each label with each clip, the mean over the captions: [n_labels, n_clips]."""
    device = model.logit_scale_a.device
    rows = []
    for label in LABELS:
        texts = tokens(captions.tested(label), padding=True, return_tensors="pt").to(device)
        rows.append(nn.functional.normalize(model.get_text_features(**texts).pooler_output).mean(dim=0))
    columns = []
    for clip in clips:
        mels = decibel_mels(torch.from_numpy(filled(clip, made.nb_max_samples))[None].to(device), made)
        longer = torch.zeros(1, 1, dtype=torch.bool, device=device)
        columns.append(model.get_audio_features(input_features=mels, is_longer=longer).pooler_output[0])
    return (torch.stack(rows) @ nn.functional.normalize(torch.stack(columns)).T).cpu().numpy()


def train(options: Options, rows: Sequence[Row]) -> None:
    """Train, export, measure, and write the card."""
    folder = options.set("sounds")
    clips: dict[str, list[np.ndarray]] = {label: [] for label in LABELS}
    for row in rows:
        if row.split == "train":
            clips[row.label].append(_at_rate(folder, row))
    chosen = [row for row in rows if row.split == "dev"]
    heard, truth = [_at_rate(folder, row) for row in chosen], [row.label for row in chosen]
    made, tokens = extractor(), word_tokenizer(captions.words())

    def score(candidate: nn.Module) -> float:
        best = similarities(made, tokens, candidate, heard).argmax(axis=0)
        return figures.balanced_accuracy(truth, [LABELS[int(i)] for i in best])

    recipe = recipe_of(options, options.steps)
    batches, teacher = lessons(
        partial(batch_of, clips, tokens, options.seed), partial(centred_mels, made), N_KEPT, len(LABELS), options
    )
    model = new_model(len(tokens), options.seed)
    trained = optimise(
        model,
        batches,
        partial(loss_of, teacher),
        score if truth else None,
        recipe,
        options.state,
        device=options.device,
        workers=options.workers,
        until=options.until,
    )
    export(model, [made, tokens], options.out)
    write_card(card(options.out, folder, rows), rows, recipe, trained, options.out)


def _at_rate(folder: Path, row: Row) -> np.ndarray:
    samples, rate = read_samples(folder, row)
    return samples if rate == RATE_HZ else augment.speed(samples, rate / RATE_HZ)


def card(checkpoint: Path, folder: Path, rows: Sequence[Row]) -> Card:
    """Zero-shot and retrieval through the pipeline's own door, by captions that were in no training."""
    door = open_door("embeddings", str(checkpoint))
    assert isinstance(door, Embedder)
    texts = np.stack([door.embed_text(captions.tested(label)).mean(axis=0) for label in LABELS])
    found: list[Figure] = []
    for split in ("dev", "test"):
        mine = [row for row in rows if row.split == split]
        if not mine:
            continue
        truth = [row.label for row in mine]
        alike = texts @ vectors(door, [_at_rate(folder, row) for row in mine]).T
        said = [LABELS[int(i)] for i in alike.argmax(axis=0)]
        ten = [i for i, label in enumerate(truth) if label in LABELS[:10]]
        right = figures.accuracy([truth[i] for i in ten], [said[i] for i in ten])
        of_all = figures.balanced_accuracy(truth, said)
        precision = figures.mean_average_precision(alike[:10, ten], LABELS[:10], [truth[i] for i in ten])
        few, all_of_them = f"{split}, {len(ten)} clips", f"{split}, {len(mine)} clips"
        found.append(Figure("ESC-10 classes, zero-shot among all 14", few, right, at_least=0.7))
        found.append(Figure("all 14, zero-shot, mean of the classes", all_of_them, of_all))
        found.append(Figure("text to sound among the ten, mAP", few, precision, at_least=0.6))
    return Card(
        title="Demo embeddings (CLAP)",
        task="zero-shot-audio-classification",
        hears=f"{', '.join(LABELS)}, and reads the {len(captions.words())} words that describe them.",
        limits="know any other word: each is the same unknown to it.",
        figures=found,
        teacher=TAUGHT,
        test_split="The test split was looked at twice: before the last training, and for these figures.",
    )


def main(arguments: Sequence[str] | None = None) -> int:
    return run(arguments, "embeddings", STEPS, sound_rows, train)


if __name__ == "__main__":
    sys.exit(main())
