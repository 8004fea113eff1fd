"""A trained model as a checkpoint: float16 weights, config, processor files and a card."""

from __future__ import annotations

import copy
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from demo.train.data.manifest import Row
from demo.train.data.splits import SPLITS
from demo.train.optimise import Recipe, Trained

TRAINING = "## Training"
CHOSEN = (
    " How to train and for how long was chosen on a development split; then these weights were trained on it too, by"
    " `--final`, so that it has no figures here."
)


@dataclass(frozen=True)
class Figure:
    """One measurement: of what, where, and the goal if there is one."""

    measure: str
    where: str
    value: float
    at_least: float | None = None
    at_most: float | None = None

    @property
    def cells(self) -> tuple[str, str, str, str, str]:
        """A row of the card, with how far the goal was missed."""
        goal, missed = "", 0.0
        if self.at_least is not None:
            goal, missed = f">= {self.at_least:.2f}", self.at_least - self.value
        if self.at_most is not None:
            goal, missed = f"<= {self.at_most:.2f}", self.value - self.at_most
        by = "" if not goal else f"by {missed:.3f}" if missed > 0 else "no"
        return self.measure, self.where, f"{self.value:.3f}", goal, by


@dataclass(frozen=True)
class Card:
    """What a model's card says that only its job knows.

    Attributes:
        hears: what it can do, and on what.
        limits: what it cannot.
        task: as the Hub calls it (``audio-classification``).
        test_split: what the test split was used for besides these figures.
        teacher: of what the model learnt besides the labels, a sentence; none where there was none.
        courses: how the weights that the training began with were made, a line each; none where it began from nothing.
    """

    title: str
    task: str
    hears: str
    limits: str
    figures: Sequence[Figure]
    courses: Sequence[str] = ()
    test_split: str = "The test split chose nothing."
    teacher: str = ""


def courses_of(folder: Path) -> list[str]:
    """What the card of a checkpoint says of its training, a line for each course.

    Raises:
        ValueError: it has no such card.
    """
    card = folder / "README.md"
    if not card.is_file() or TRAINING not in (text := card.read_text("utf-8")):
        raise ValueError(f"{card}: no section {TRAINING!r} that says how these weights were made")
    lines = text.partition(TRAINING)[2].strip().splitlines()
    return [re.sub(r"^\d+\. ", "", line) for line in lines if line]


def export(model: Any, processors: Sequence[Any], folder: Path) -> None:
    """Write ``config.json``, ``model.safetensors`` in float16 and the processors' files into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for processor in processors:
        processor.save_pretrained(folder)
    copy.deepcopy(model).to("cpu", torch.float16).save_pretrained(folder)


def write_card(card: Card, rows: Sequence[Row], recipe: Recipe, trained: Trained, folder: Path) -> None:
    """Write ``README.md`` beside the weights."""
    size = sum(path.stat().st_size for path in folder.glob("*.safetensors")) / 1e6
    course = card.teacher + (
        f"{len(trained.losses)} of {recipe.steps} planned steps, {trained.seconds / 60:.0f} minutes; "
        f"kept are the weights of step {trained.step}; seed {recipe.seed}; "
        f"AdamW {recipe.betas}, weight decay {recipe.weight_decay}, peak rate {recipe.peak_rate}, cosine, "
        f"clip {recipe.clip}, averaging {recipe.averaging}. {size:.1f} MB of float16."
    )
    lines = [
        f"---\npipeline_tag: {card.task}\nlibrary_name: transformers\nlicense: apache-2.0\n---",
        f"# {card.title}",
        "A demo and a measuring stick, trained from nothing by `demo/train`; no more than that.",
        f"**Hears:** {card.hears}",
        f"**Does not:** {card.limits}",
        "## Figures",
        "The weights as they lie here, through the pipeline's own loading code, on voices, people, sentences and clips "
        f"that were in no training. {card.test_split}",
        _table(("measure", "split", "value", "goal", "missed"), [figure.cells for figure in card.figures]),
        "## Data",
        _table(("source", "licence", *SPLITS), _sources(rows)),
        "Recordings per split. No voice, sentence or source recording is in two splits."
        + ("" if any(row.split == "dev" for row in rows) else CHOSEN),
        TRAINING,
        _numbered([*card.courses, course]),
    ]
    (folder / "README.md").write_text("\n\n".join(lines) + "\n", "utf-8")


def _sources(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    counts: Mapping[tuple[str, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(SPLITS, 0))
    for row in rows:
        counts[row.source, row.licence][row.split] += 1
    return [(*key, *(str(counts[key][split]) for split in SPLITS)) for key in sorted(counts)]


def _numbered(courses: Sequence[str]) -> str:
    """The courses of a training, one after the other; a single one is a paragraph."""
    if len(courses) == 1:
        return courses[0]
    return "\n".join(f"{number}. {course}" for number, course in enumerate(courses, 1))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, ["---"] * len(head), *rows))
