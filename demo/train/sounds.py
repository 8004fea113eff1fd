"""Sounds: ``python -m demo.train.sounds`` trains an AST on ten classes of ESC-10, speech, music, silence and noise."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import soxr
import torch
from torch import Tensor, nn
from transformers import ASTConfig, ASTFeatureExtractor, ASTForAudioClassification

from demo.train import figures
from demo.train.answers import likeliest
from demo.train.baseline import svm
from demo.train.command import Options, run, sound_rows
from demo.train.data import sound_set
from demo.train.data.manifest import Row, read_samples
from demo.train.export import Card, Figure, courses_of, export, write_card
from demo.train.optimise import Batch, optimise
from demo.train.patches import start_as_cosines
from demo.train.teacher import OF_TRUTH, TAUGHT, TEMPERATURE, Teacher, another_day, blot_out, lessons, recipe_of, taught
from transforms.models.jobs import open_door
from transforms.models.mels import log_mels

RATE_HZ = 16_000
FRAMES = 1024
MEL_BINS = 64
LABELS = sound_set.LABELS
RECORDED = LABELS[:10]
BATCH = 16
STEPS = 4000
N_KEPT = 800
"""Batches that are made: of each recording, some 40 versions, alone or under another sound."""
SEEN = (
    "Of the first course these figures were seen, too; that it was too short showed on the demo corpus, and in how many"
    " of the training's own sounds the model did not yet call what its teacher calls them."
)
"""For the card of a further course."""

Clips = Mapping[str, Sequence[np.ndarray]]
"""Label to float32 [n] at 16 kHz."""


def extractor() -> ASTFeatureExtractor:
    """10.24 s, as long as a window, of 64 mels: a class needs no finer ones, and they halve the work."""
    return ASTFeatureExtractor(sampling_rate=RATE_HZ, num_mel_bins=MEL_BINS, max_length=FRAMES)


def new_model(seed: int) -> ASTForAudioClassification:
    """0.8 million weights: patches of 16 frames and 16 mels that do not overlap; no dropout, which is slow on a CPU."""
    torch.manual_seed(seed)
    model = ASTForAudioClassification(
        ASTConfig(
            hidden_size=128,
            num_hidden_layers=4,
            num_attention_heads=2,
            intermediate_size=512,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            patch_size=16,
            frequency_stride=16,
            time_stride=16,
            max_length=FRAMES,
            num_mel_bins=MEL_BINS,
            id2label=dict(enumerate(LABELS)),
            label2id={label: number for number, label in enumerate(LABELS)},
        )
    )
    start_as_cosines(model.audio_spectrogram_transformer.embeddings.patch_embeddings.projection)
    return model


def read(folder: Path, rows: Sequence[Row]) -> list[np.ndarray]:
    """The clips of the rows, float32 [n] at 16 kHz, as long as the model hears."""
    longest = FRAMES * RATE_HZ // 100
    return [soxr.resample(*read_samples(folder, row), RATE_HZ)[:longest] for row in rows]


def batch_of(clips: Clips, seed: int, step: int, size: int = BATCH) -> Batch:
    """Every class as often as any other.  A clip stands alone before silence, or goes on to the end; three in ten are
    two sounds, anywhere and one over the other, right each by its share.

    Returns: ``clips`` float32 [size, n_samples], zero behind each one's end; ``lengths`` int64 [size]; ``shares``
        float32 [size, n_labels].
    """
    rng = np.random.default_rng((seed, step))
    longest = FRAMES * RATE_HZ // 100
    samples, shares = np.zeros((size, longest), np.float32), np.zeros((size, len(LABELS)), np.float32)
    lengths = np.zeros(size, np.int64)
    for i in range(size):
        parts = 2 if rng.random() < 0.3 else 1
        weights = rng.dirichlet([1.0] * parts)
        for weight in weights:
            number = int(rng.integers(len(LABELS)))
            label, mine = LABELS[number], clips[LABELS[number]]
            varied = another_day(mine[int(rng.integers(len(mine)))], label, RATE_HZ, rng)[:longest]
            if label == "Silence":
                varied = varied[: rng.integers(len(varied) // 4, len(varied) + 1)]
            if parts == 1 and rng.random() < 0.5:
                varied = np.resize(varied, longest)
            start = int(rng.integers(longest - len(varied) + 1)) if parts > 1 else 0
            samples[i, start : start + len(varied)] += weight * varied if parts > 1 else varied
            shares[i, number] += weight
            lengths[i] = max(lengths[i], start + len(varied))
    return {
        "clips": torch.from_numpy(samples),
        "lengths": torch.from_numpy(lengths),
        "shares": torch.from_numpy(shares),
    }


def mels_of(made: ASTFeatureExtractor, batch: Batch) -> Tensor:
    """Log-mels as the model is given them, float32 [n, FRAMES, MEL_BINS]."""
    return log_mels(batch["clips"], made, batch["lengths"])


def loss_of(teacher: Teacher, model: nn.Module, batch: Batch, step: int) -> Tensor:
    """Cross-entropy against what the teacher hears, and a little against the shares; stripes are blotted out."""
    logits = model(blot_out(batch["mels"])).logits.float()
    right = nn.functional.cross_entropy(logits, batch["shares"])
    as_taught = nn.functional.cross_entropy(logits / TEMPERATURE, taught(teacher, batch["mels"]))
    return TEMPERATURE**2 * as_taught + OF_TRUTH * right


def predict(made: ASTFeatureExtractor, model: nn.Module, clips: Sequence[np.ndarray]) -> list[str]:
    """The likeliest label of each clip."""
    said = []
    device = next(model.parameters()).device
    for clip in clips:
        mels = log_mels(torch.from_numpy(clip)[None].to(device), made)
        said.append(LABELS[int(model(mels).logits.argmax())])
    return said


def train(options: Options, rows: Sequence[Row]) -> None:
    """Train, export, measure, and write the card."""
    courses = courses_of(options.start) if options.start else ()  # before the training, in case there is no card
    split = {name: [row for row in rows if row.split == name] for name in ("train", "dev", "test")}
    heard = {name: read(options.set("sounds"), mine) for name, mine in split.items()}
    truth = {name: [row.label for row in mine] for name, mine in split.items()}
    clips: dict[str, list[np.ndarray]] = {label: [] for label in LABELS}
    for label, clip in zip(truth["train"], heard["train"], strict=True):
        clips[label].append(clip)

    recipe = recipe_of(options, options.steps)
    made = extractor()
    batches, teacher = lessons(
        partial(batch_of, clips, options.seed), partial(mels_of, made), N_KEPT, len(LABELS), options
    )
    model = new_model(options.seed)
    if options.start:
        model = ASTForAudioClassification.from_pretrained(options.start, dtype=torch.float32)

    def score(candidate: nn.Module) -> float:
        return figures.balanced_accuracy(truth["dev"], predict(made, candidate, heard["dev"]))

    trained = optimise(
        model,
        batches,
        partial(loss_of, teacher),
        score if truth["dev"] else None,
        recipe,
        options.state,
        device=options.device,
        workers=options.workers,
        until=options.until,
    )
    export(model, [made], options.out)
    write_card(card(options.out, heard, truth, courses), rows, recipe, trained, options.out)


def card(
    checkpoint: Path,
    heard: Mapping[str, Sequence[np.ndarray]],
    truth: Mapping[str, Sequence[str]],
    courses: Sequence[str],
) -> Card:
    """Measured through the pipeline's own door, beside the SVM on the same splits."""
    door = open_door("sounds", str(checkpoint))
    found: list[Figure] = []
    for name in (name for name in ("dev", "test") if truth[name]):
        said = likeliest(door, heard[name])
        simple = svm(heard["train"], truth["train"], heard[name], RATE_HZ)
        recorded = [i for i, label in enumerate(truth[name]) if label in RECORDED]
        count = f"{name}, {len(recorded)} clips"
        for who, answers in (("", said), ("SVM on MFCCs: ", simple)):
            of_ten = figures.accuracy([truth[name][i] for i in recorded], [answers[i] for i in recorded])
            found.append(Figure(f"{who}ESC-10 classes, accuracy", count, of_ten, None if who else 0.78))
            of_all = figures.balanced_accuracy(truth[name], answers)
            found.append(Figure(f"{who}all 14, mean of the classes", f"{name}, {len(answers)} clips", of_all))
        for label, share in figures.recall_of_classes(truth[name], said).items():
            found.append(Figure(f"{label}, share found", name, share))
    return Card(
        title="Demo sounds (AST)",
        task="audio-classification",
        hears=f"one of {', '.join(LABELS)}, in a clip of at most 10.24 s.",
        limits="tell any other sound: it names the nearest of its classes. Music was only synthesised, speech mostly.",
        figures=found,
        teacher=TAUGHT,
        courses=courses,
        test_split="The test split chose nothing." if not courses else SEEN,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    return run(arguments, "sounds", STEPS, sound_rows, train)


if __name__ == "__main__":
    sys.exit(main())
