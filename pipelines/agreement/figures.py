"""How far the machine agrees with people, and people with each other, from a filled sheet."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from pipelines.agreement.coders import MACHINE
from pipelines.agreement.kept import Agreement
from pipelines.agreement.sheet import Coded
from pipelines.statistics.coefficients import Coefficient, accuracy, alpha, kappa, word_error_rate

Unit = tuple[str, tuple[str, ...]]
"""A recording and what was said of one of its segments by each of those who are compared."""


def agree(coded: Sequence[Coded]) -> list[Agreement]:
    """Word error rate, accuracy, Cohen's kappa and Krippendorff's alpha, for the sheet and by group.

    Args:
        coded: of :func:`~pipelines.agreement.sheet.read_sheet`.
    """
    found = _of_group("", coded)
    groups = sorted({one.heard_group for one in coded})
    if len(groups) > 1:
        for group in groups:
            found += _of_group(group or "(none)", [one for one in coded if one.heard_group == group])
    return found


def _of_group(group: str, coded: Sequence[Coded]) -> list[Agreement]:
    found = []

    def add(measure: str, between: str, units: Sequence[Unit], coefficient: Coefficient) -> None:
        if units:
            by_recording: dict[str, list[tuple[str, ...]]] = {}
            for recording, said in units:
                by_recording.setdefault(recording, []).append(said)
            value, low, high = coefficient(list(by_recording.values()))
            found.append(Agreement(group, measure, between, len(units), len(by_recording), value, low, high))

    coders = sorted({coder for one in coded for coder in one.emotions} | {c for one in coded for c in one.transcripts})
    for coder in coders:
        said: list[Unit] = [
            (one.recording_id, (one.transcripts[coder], one.transcript))
            for one in coded
            if coder in one.transcripts and one.transcript is not None
        ]
        add("word error rate", f"{MACHINE} and {coder}", said, word_error_rate)
    for pair in combinations((MACHINE, *coders), 2):
        labels = [(one.recording_id, tuple(one.labels[who] for who in pair)) for one in coded if one.has(pair)]
        add("accuracy" if MACHINE in pair else "same label", " and ".join(pair), labels, accuracy)
        add("Cohen's kappa", " and ".join(pair), labels, kappa)
    for who, name in ((tuple(coders), "people"), ((*coders, MACHINE), "people and machine")):
        several: list[Unit] = []
        for one in coded:
            theirs = tuple(one.labels[w] for w in who if w in one.labels)
            if len(theirs) > 1:
                several.append((one.recording_id, theirs))
        add("Krippendorff's alpha", name, several, alpha)
    return found
