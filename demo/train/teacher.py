"""A convolutional network that learns the sounds first, and teaches them to the models that are shipped.

From a hundred recordings a transformer of spectrograms learns slowly and much by heart: that a sound may begin earlier
or lie higher it has to find out, a convolution has it in its form.  But transformers are what the pipeline is for.  So
this network says what it hears in all that is made of the recordings, in shares of the labels, and they learn that
(knowledge distillation: Hinton, Vinyals and Dean 2015; of convolutions to transformers: Touvron et al. 2021).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from demo.train.command import Options
from demo.train.data import augment
from demo.train.kept import keep
from demo.train.optimise import Batch, BatchOf, Recipe, optimise

WIDTH = 16
STEPS = 1500
TEMPERATURE = 2.0
"""Of the shares that are taught: above 1 what is unlikely counts more."""
OF_TRUTH = 0.3
"""How much the labels themselves count for a student beside what its teacher hears."""
TAUGHT = (
    f"A convolutional network learnt from the same batches first (`teacher.py`, {STEPS:,} steps at most); then the"
    " model learnt what that hears. "
)
"""For the card of a model that was taught."""


class Teacher(nn.Module):
    """0.3 million weights: seven convolutions, each halved axis with twice the channels; mean and maximum over time."""

    def __init__(self, n_labels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.BatchNorm2d(1),
            nn.Conv2d(1, WIDTH, 5, stride=(4, 2), padding=2),
            nn.BatchNorm2d(WIDTH),
            nn.ReLU(),
            nn.AvgPool2d(2),
            *(_block(WIDTH << i, WIDTH << i + 1) for i in range(3)),
        )
        self.out = nn.Linear(2 * (WIDTH << 3), n_labels)

    def forward(self, mels: Tensor) -> Tensor:
        """Logits, float32 [n, n_labels], of log-mels, float32 [n, frames, bins]."""
        over_time = self.body(mels[:, None]).mean(dim=3)
        return self.out(torch.cat([over_time.mean(dim=2), over_time.amax(dim=2)], dim=1))


def _block(before: int, after: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for given in (before, after):
        layers += [nn.Conv2d(given, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
    return nn.Sequential(*layers, nn.AvgPool2d(2))


def lessons(
    batch_of: BatchOf, mels_of: Callable[[Batch], Tensor], count: int, n_labels: int, options: Options
) -> tuple[BatchOf, Teacher]:
    """The batches of a student, made once, and its teacher, trained on them; both lie in the folder of its state.

    Args:
        batch_of: of ``clips`` and ``shares``, float32 [n, n_labels].
        mels_of: log-mels, float32 [n, frames, bins], of a batch.
        count: batches that are made.
    """
    count = min(count, options.steps)
    batches = keep(batch_of, mels_of, count, options.state / "batches", options.seed, options.workers)
    torch.manual_seed(options.seed)
    teacher = Teacher(n_labels)
    recipe = recipe_of(options, min(STEPS, options.steps))
    folder = options.state / "teacher"
    optimise(teacher, batches, loss_of, None, recipe, folder, device=options.device, workers=options.workers)
    return batches, cast("Teacher", teacher.requires_grad_(False))


def recipe_of(options: Options, steps: int) -> Recipe:
    """Of a teacher and of its students."""
    return Recipe(
        steps,
        1e-3,
        options.seed,
        averaging=0.998,
        weight_decay=0.05,
        evaluate_every=250,
        bfloat16=options.bfloat16,
        keep="last",
    )


def another_day(clip: np.ndarray, label: str, rate: int, rng: np.random.Generator) -> np.ndarray:
    """The same sound on another day.  Silence stays at its level: that is what makes it silence."""
    clip = np.roll(clip, rng.integers(len(clip)))
    if label == "Silence":
        return clip
    clip = augment.speed(clip, 2 ** rng.uniform(-0.4, 0.4))
    return augment.elsewhere(clip, rate, rng, noisy=label != "Noise")


def loss_of(model: nn.Module, batch: Batch, step: int) -> Tensor:
    """Cross-entropy against the shares, of mels in which stripes are blotted out."""
    return nn.functional.cross_entropy(model(blot_out(batch["mels"])), batch["shares"], label_smoothing=0.05)


def taught(teacher: Teacher, mels: Tensor) -> Tensor:
    """What the teacher hears in log-mels [n, frames, bins]: shares of the labels, float32 [n, n_labels]."""
    with torch.no_grad():
        return (teacher(mels).float() / TEMPERATURE).softmax(dim=-1)


def blot_out(mels: Tensor) -> Tensor:
    """Log-mels [n, frames, bins] without a stripe of time and one of frequency in each (SpecAugment: Park et al. 2019).

    A stripe is at most a sixth of its axis, and as loud as the mean, 0.
    """
    for axis in (1, 2):
        n = mels.shape[axis]
        widest = n // 6
        width = torch.randint(widest, (len(mels), 1))
        start = torch.randint(n - widest, (len(mels), 1))
        places = torch.arange(n)
        blot = ((places >= start) & (places < start + width)).to(mels.device)
        mels = mels.masked_fill(blot.unsqueeze(3 - axis), 0.0)
    return mels
