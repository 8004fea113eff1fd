"""What a way of computing a model changes of what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any

import numpy as np
from rapidfuzz.distance import Levenshtein

from benchmarks.report import Cell
from schemas.dimensions import Dimensions
from schemas.records import Scores
from schemas.transcript import Transcript
from transforms.models.door import Result

CLOSE, UNSURE = 0.1, 0.75
"""Nearly undecided in fp32 is a label so little above the second, and a word of so little confidence."""


@dataclass(frozen=True)
class Change:
    """What a way changes against fp32 in torch.

    Attributes:
        given: labels (one a clip) or words.
        changed: of them; None for vectors.
        ties: of the changed ones, those that were nearly undecided; of words, those put in are not.
        step: the largest difference of a probability or an emotion dimension; None where there are none.
        cosine: the lowest, of vectors; None where there are none.
    """

    given: int
    changed: int | None = None
    ties: int | None = None
    step: float | None = None
    cosine: float | None = None

    def cells(self) -> tuple[Cell, ...]:
        """The last columns of the table; as text, because three digits do not tell 0.9999 from 1."""
        return (
            f"{self.given:,}",
            None if self.changed is None else f"{self.changed:,}",
            None if self.ties is None else f"{self.ties:,}",
            None if self.changed is None or not self.given else f"{100 * (1 - self.changed / self.given):.2f}",
            None if self.step is None else f"{self.step:.2g}",
            None if self.cosine is None else f"{self.cosine:.6f}",
        )


def difference(expected: Sequence[Result], got: Sequence[Result]) -> Change:
    """Of results in the order of the same clips."""
    pairs: list[tuple[Any, Any]] = list(zip(expected, got, strict=True))
    match expected[0]:
        case Transcript():
            texts = [(a.text.split(), b.text.split()) for a, b in pairs]
            changed = sum(word_edits(a, b) for a, b in texts)
            return Change(sum(len(a) for a, _ in texts), changed, sum(_unsure(a, b) for a, b in pairs))
        case Scores():
            both = [(a.probabilities, b.probabilities) for a, b in pairs]
            changed = sum(int(a.argmax() != b.argmax()) for a, b in both)
            ties = sum(int(a.argmax() != b.argmax() and np.ptp(np.sort(a)[-2:]) < CLOSE) for a, b in both)
            return Change(len(both), changed, ties, step=max(float(np.abs(a - b).max()) for a, b in both))
        case Dimensions():
            apart = (abs(x - y) for a, b in pairs for x, y in zip(astuple(a), astuple(b), strict=True))
            return Change(len(pairs), step=max(apart))
        case _:
            return Change(len(pairs), cosine=min(float(np.dot(a, b)) for a, b in pairs))


def _unsure(expected: Transcript, got: Transcript) -> int:
    """How many words are no longer there that were not sure."""
    words = [word.word for word in expected.words]
    edits = Levenshtein.editops(words, [word.word for word in got.words])
    return sum(expected.words[e.src_pos].confidence < UNSURE for e in edits if e.tag != "insert")


def word_edits(one: Sequence[str], other: Sequence[str]) -> int:
    """The fewest words to substitute, leave out or put in."""
    return Levenshtein.distance(one, other)
