"""How far the machine agrees with people, and people with each other, from a filled sheet."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from pipelines.bootstrap import FEWEST
from pipelines.corpus import open_corpus
from pipelines.failure import RunError
from pipelines.sheet import Coded
from pipelines.whole_file import write_whole

NAME = "agreement.json"
"""In OUT, for the methods section; removed when something is forgotten, because its groups may name people."""
MACHINE = "machine"
RESAMPLES = 1000
Unit = tuple[str, tuple[str, ...]]
"""A recording and what was said of one of its segments by each of those who are compared."""
Statistic = Callable[[Sequence[tuple[str, ...]]], float]


@dataclass(frozen=True)
class Agreement:
    """One figure.

    Attributes:
        group: empty for the whole sheet.
        between: who is compared.
        value: None where it is not defined, as kappa where only one label occurs.
        low, high: the 95 % interval of a percentile bootstrap over recordings; None where there are fewer than
            :data:`~pipelines.bootstrap.FEWEST`.
    """

    group: str
    measure: str
    between: str
    segments: int
    recordings: int
    value: float | None
    low: float | None
    high: float | None


def agree(out: Path, coded: Sequence[Coded], *, seed: int = 0) -> list[Agreement]:
    """Word error rate, accuracy, Cohen's kappa and Krippendorff's alpha, for the sheet and by group.

    The figures are kept in OUT as well, for the methods section, with the models whose answers were compared.

    Args:
        coded: of :func:`~pipelines.sheet.read_sheet`.

    Raises:
        RunError: no corpus; OUT cannot be written.
    """
    found = _of_group("", coded, seed)
    groups = sorted({one.heard_group for one in coded})
    if len(groups) > 1:
        for group in groups:
            found += _of_group(group or "(none)", [one for one in coded if one.heard_group == group], seed)
    _remember(out, found)
    return found


def remembered(out: Path) -> list[Agreement]:
    """What was measured last; nothing where nobody did, something was forgotten or another model has answered since."""
    try:
        kept = json.loads((out / NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    if not isinstance(kept, dict) or kept.get("models") != _models(out):  # older files do not name their models
        return []
    return [Agreement(**row) for row in kept["figures"]]


def _models(out: Path) -> dict[str, list[str]]:
    """Those that made the answers which people are held against."""
    with open_corpus(out) as corpus:
        return {
            table: [model for (model,) in corpus.sql(f"SELECT DISTINCT model FROM {table} ORDER BY 1").fetchall()]
            for table in ("transcripts", "emotions")
            if table in corpus.files
        }


def _remember(out: Path, found: Sequence[Agreement]) -> None:
    kept = {"models": _models(out), "figures": [asdict(one) for one in found]}
    try:
        write_whole(out / NAME, json.dumps(kept, indent=1).encode("utf-8"))
    except OSError as error:
        raise RunError(f"{out / NAME}: {error.strerror}") from None


def _of_group(group: str, coded: Sequence[Coded], seed: int) -> list[Agreement]:
    found = []

    def add(measure: str, between: str, units: Sequence[Unit], statistic: Statistic) -> None:
        if units:
            value, low, high = with_interval(units, statistic, seed)
            recordings = len({recording for recording, _ in units})
            found.append(Agreement(group, measure, between, len(units), recordings, value, low, high))

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


def word_error_rate(pairs: Sequence[tuple[str, ...]]) -> float:
    """Errors of all pairs (a person's, the machine's transcript) to the words of the persons; after jiwer."""
    import jiwer

    spoken = [pair for pair in pairs if pair[0]]
    inserted = sum(len(machine.split()) for person, machine in pairs if not person)
    if not spoken:
        return float("nan")
    done = jiwer.process_words([person for person, _ in spoken], [machine for _, machine in spoken])
    words = done.hits + done.substitutions + done.deletions
    return (done.substitutions + done.deletions + done.insertions + inserted) / words


def accuracy(pairs: Sequence[tuple[str, ...]]) -> float:
    """The share of pairs that are the same."""
    return float(np.mean([first == second for first, second in pairs]))


def kappa(pairs: Sequence[tuple[str, ...]]) -> float:
    """Cohen's kappa; NaN where only one label occurs."""
    from sklearn.metrics import cohen_kappa_score

    first, second = zip(*pairs, strict=True)
    if len({*first, *second}) < 2:
        return float("nan")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(cohen_kappa_score(first, second))


def alpha(units: Sequence[tuple[str, ...]]) -> float:
    """Krippendorff's alpha for nominal labels, each unit with two or more; NaN where only one label occurs.

    By the coincidences of Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", section C.
    """
    labels = sorted({label for unit in units for label in unit})
    counts = np.array([[unit.count(label) for label in labels] for unit in units], np.float64)
    paired = counts.sum(axis=1, keepdims=True)
    same = (counts * (counts - 1) / (paired - 1)).sum()
    of_label = counts.sum(axis=0)
    n = of_label.sum()
    expected = (of_label * (of_label - 1)).sum() / (n - 1)
    if n == expected:
        return float("nan")
    return float((same - expected) / (n - expected))


def with_interval(
    units: Sequence[Unit], statistic: Statistic, seed: int
) -> tuple[float | None, float | None, float | None]:
    """A statistic and its 95 % interval: recordings are drawn anew, because segments of one are alike."""
    value = statistic([said for _, said in units])
    by_recording: dict[str, list[tuple[str, ...]]] = {}
    for recording, said in units:
        by_recording.setdefault(recording, []).append(said)
    recordings = [by_recording[key] for key in sorted(by_recording)]
    if np.isnan(value) or len(recordings) < FEWEST:
        return (None if np.isnan(value) else value), None, None
    random = np.random.default_rng(seed)
    drawn = random.integers(len(recordings), size=(RESAMPLES, len(recordings)))
    # The order of a draw changes nothing: of few recordings most draws come more than once.
    once, which = np.unique(np.sort(drawn, axis=1), axis=0, return_inverse=True)
    values = np.array([statistic([said for i in one for said in recordings[i]]) for one in once])[which.ravel()]
    defined = values[~np.isnan(values)]
    if not len(defined):
        return value, None, None
    low, high = np.percentile(defined, (2.5, 97.5))
    return value, float(low), float(high)
