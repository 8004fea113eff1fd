"""What a paper has to say of what the words and labels of a corpus cannot carry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipelines.checkpoints.demo import INSTEAD, WHAT_IT_IS
from pipelines.corpus.asked import Corpus
from pipelines.store.licences import Model, models_in
from pipelines.store.read import Snapshot

LIMITS = """\
Labels of emotion come from models that were trained on acted or elicited speech. A label says which of these acted \
classes a voice sounds most like to that model; it does not say what a person felt, and its confidence is the model's, \
not a probability that the person felt so. The labels can carry comparisons between groups and changes within a \
speaker, as far as recordings are alike; they cannot carry statements about a single utterance or person. They were \
not checked here for languages, ages or ways of speaking that the training speech lacks, nor for a bias of the model \
between groups."""

OF_DIMENSIONS = """\
Arousal, dominance and valence are how a voice sounds to a model that learnt the ratings of annotators; they do not \
say what a person felt. Their scale is that of this checkpoint: no percentage, not bounded, and not comparable with \
another's. They can carry comparisons between groups and changes within a speaker, as far as recordings are alike; \
they cannot carry statements about a single utterance or person. Arousal and dominance go together, and valence is the \
least certain of the three. They were not checked here for other languages or ways of speaking, nor for a bias of the \
model between groups."""


def limits(snapshot: Snapshot, models: Sequence[Model]) -> Iterator[str]:
    """Paragraphs of plain text.

    Args:
        models: that made the rows of the snapshot.
    """
    if told := told_of_demo(models):
        yield f"{told[0].upper()}{told[1:]}."
    if snapshot.models("emotions"):
        yield LIMITS
    if snapshot.models("dimensions"):
        yield OF_DIMENSIONS


def told_of_demo(models: Sequence[Model]) -> str:
    """What the demo's models are, and what they made; nothing where they made nothing."""
    made = list(dict.fromkeys(one.table for one in models if one.of_demo))
    return f"{WHAT_IT_IS} ({', '.join(made)})" if made else ""


def demo_line(corpus: Corpus) -> str:
    """The same of an open corpus, as a sentence that says what to take instead; nothing where they made nothing."""
    told = told_of_demo(models_in(Snapshot(corpus.snapshot), {}))
    return f"{told[0].upper()}{told[1:]}: {INSTEAD}." if told else ""
