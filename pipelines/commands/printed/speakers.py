"""What ``earwitness speakers`` found, and what it cannot know, for a person."""

from __future__ import annotations

import statistics
from pathlib import Path

from rich.console import Console

from pipelines.console.numbers import counted
from pipelines.speakers.check import check
from pipelines.speakers.clusters import LEAST_MS, SHORT_MS
from pipelines.speakers.label import Labelled
from pipelines.store.switch import seen_at

CAUTION = f"""\
A label says which voices are alike, not who speaks.  It cannot tell
- two people within one stretch: at once, or at a turn without a pause
- people who sound alike
- anybody heard for less than {LEAST_MS / 1000:g} s in a recording: those words bear the label of the nearest voice
- that a voice on another microphone, in another mood or years later is the same: it may count as two
How sure each label is, `assigned`, `similarity` and `margin` say; check some by ear."""


def show_labelled(console: Console, out: Path, labelled: Labelled, column: str | None) -> None:
    """Print it.

    Args:
        column: of the metadata, to compare with; see :func:`pipelines.speakers.check.check`.
    """
    for line in lines(out, labelled, column):
        console.print(line)


def lines(out: Path, labelled: Labelled, column: str | None) -> list[str]:
    """The same as text."""
    counts = list(labelled.recordings.values())
    told = [
        f"threshold: a mean cosine of {labelled.threshold.cosine:.2f}, {labelled.threshold.source}",
        f"{counted(len(counts), 'recording')} with stretches of speech; speakers in each: "
        f"{statistics.median(counts) if counts else 0:g} in the median, at most {max(counts, default=0)}",
        f"{counted(labelled.voices, 'voice')} over the corpus, {labelled.several:,} of them in several recordings",
        f"{labelled.ms_without / max(1, labelled.ms):.1%} of the speech has no label: on its channel no voice is heard "
        f"for {LEAST_MS / 1000:g} s, in stretches of {SHORT_MS / 1000:g} s and more",
    ]
    if labelled.split:
        told.append(
            f"in {counted(labelled.split, 'recording')} voices that were told apart there are one over the corpus: "
            "doubtful"
        )
    if labelled.crossing:
        told.append(
            f"in {counted(labelled.crossing, 'recording')} two channels share a voice: one hears the other, or both "
            "the same room"
        )
    found = check(out, column)
    if found is not None:
        told.append(
            f"against the column {found.column} ({found.compared}): "
            f"adjusted Rand index {found.rand:.2f}, purity {found.purity:.2f}"
        )
    return [*told, CAUTION, f"published: {seen_at(out, 'speaker_labels')}"]
