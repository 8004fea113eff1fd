"""The sets and checkpoints as rows of a list: what one gets, what it costs, and what of it has been run here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.checkpoints.chosen import OF_SETS
from pipelines.checkpoints.demo import DEMO_FOLDER, IN_DEMO
from schemas.cards import CARDS, LEADERBOARD, Card
from schemas.catalog import nearest
from schemas.errors import UsageError
from schemas.jobs import JOBS
from schemas.sets import DEMO, SET_NAMES, SETS
from transforms.models.hub import is_cached
from transforms.models.licence import CARD, forbids_commerce

ALL = "all"
"""The word for every checkpoint that is known here, whether it is in a set or not."""
HEADINGS = {
    "word_error_percent": "word errors %",
    "download_mb": "fetches MB",
    "memory_mb": "memory MB",
    "run_here": "run here",
    "cached": "on this machine",
    "terms": "licence",
}
"""What a table has above columns whose names are longer."""
NO_COMMERCE = "no commerce"
_OF_DEMO = Card(DEMO, languages="some hundred English words", licence="apache-2.0", tried="itself")
_DEMO_GIVES = "to try the program; nonsense on other recordings than its own"


def legend(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the figures of a table mean, and what was run here, a line each."""
    makers = [row["checkpoint"] for row in rows if row["measured_by"] not in (None, LEADERBOARD)]
    others = f" (of {', '.join(makers)} as its makers say)" if makers else ""
    return [
        f"word errors: in English, {LEADERBOARD}{others}; memory: of the weights in fp32",
        "run here: itself, a sibling (a smaller one of its makers), its size or only its class (with random weights)",
    ]


def rows_of(name: str | None) -> tuple[list[dict[str, Any]], Sequence[str]]:
    """The rows of a list, and those of their columns that a table shows.

    Args:
        name: of a set, whose checkpoints are listed by job; ``all`` for each checkpoint that is known; None for the
            sets, each with its recogniser.

    Raises:
        UsageError: there is no such set.
    """
    if name is None:
        return _of_sets(), ("set", "languages", "word_error_percent", "terms", "download_mb", "memory_mb", "gives")
    if name == ALL:
        return _of_all(), ("checkpoint", "sets", "languages", "word_error_percent", "terms", "memory_mb", "run_here")
    if name not in SET_NAMES:
        raise UsageError(f"models {name}{nearest(name, [*SET_NAMES, ALL])}")
    what = ("job", "chosen", "checkpoint", "languages", "word_error_percent", "terms")
    return _of_set(name), (*what, "download_mb", "memory_mb", "run_here", "cached")


def _of_sets() -> list[dict[str, Any]]:
    rows = [
        {"set": one.name, "gives": one.gives, **_columns(CARDS[one.checkpoints["transcripts"]])}
        for one in SETS.values()
    ]
    return [*rows, {"set": DEMO, "gives": _DEMO_GIVES, **_of_demo("transcripts")}]


def _of_set(name: str) -> list[dict[str, Any]]:
    if name == DEMO:
        return [{"job": job, "chosen": "yes", **_of_demo(job)} for job in IN_DEMO]
    by_name = {job: one.base for job, one in JOBS.items() if one.asked_for_by_name}
    checkpoints = {**by_name, **OF_SETS[name]}
    return [
        {"job": job, "chosen": "yes" if job in OF_SETS[name] else "if asked for", **_columns(_card(checkpoints[job]))}
        for job in JOBS
    ]


def _of_all() -> list[dict[str, Any]]:
    of = {card: [name for name, one in OF_SETS.items() if card in one.values()] for card in CARDS}
    sets = {card: "all but demo" if len(names) == len(OF_SETS) else " ".join(names) for card, names in of.items()}
    return [{**_columns(card), "sets": sets[name] or None} for name, card in CARDS.items()]


def _card(name: str) -> Card:
    return CARDS.get(name) or Card(name, languages="", licence="")


def _columns(card: Card) -> dict[str, Any]:
    """All that is known, empty where nothing is."""
    forbidden = forbids_commerce(card.licence)
    return {
        "checkpoint": card.name,
        "languages": card.languages or None,
        "word_error_percent": card.word_errors,
        "measured_by": card.measured_by or None,
        "licence": card.licence or None,
        "terms": f"{card.licence} ({NO_COMMERCE})" if forbidden else card.licence or None,
        "gated": "yes" if card.gated else "no",
        "million_parameters": card.millions,
        "download_mb": card.megabytes,
        "memory_mb": card.memory_megabytes,
        "run_here": card.tried,
        "cached": "yes" if is_cached(card.name) else "no",
        "described_at": f"https://huggingface.co/{card.name}",
    }


def _of_demo(job: str) -> dict[str, Any]:
    """A checkpoint of the demo's, which is fetched from nowhere."""
    weights = DEMO_FOLDER / job / "model.safetensors"
    there = weights.is_file()
    return {
        **_columns(_OF_DEMO),
        "checkpoint": f"demo/models/{job}",
        "memory_mb": round(weights.stat().st_size / 1e6) if there else None,
        "cached": "yes" if there else "no",
        "described_at": f"demo/models/{job}/{CARD}",
    }
