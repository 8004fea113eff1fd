"""What a person is told of the checkpoints that were chosen, before they are used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from pipelines.checkpoints.chosen import BASE, chosen
from schemas.cards import CARDS
from schemas.config import Config
from schemas.sets import SETS
from transforms.models.checkpoint import parse_checkpoint
from transforms.models.hub import is_cached
from transforms.models.licence import forbids_commerce

NO_COMMERCE = "not for commercial use"


def set_unnamed(config: Config) -> str:
    """What a run says that was told no set; nothing where the recogniser of the default writes no words in it."""
    asked = config.tables is None or "transcripts" in config.tables
    if not asked or chosen(config).get("transcripts") != BASE["transcripts"]:
        return ""
    return f"no --models chosen: {sets_in_a_line()}"


def sets_in_a_line() -> str:
    """How many words each set gets wrong, and what it is for: the default is told beside what is better."""
    told = []
    for name, one in SETS.items():
        card = CARDS[one.checkpoints["transcripts"]]
        if one is SETS["base"]:
            told.append(f"{name}, the default, gets {card.word_errors:.0f} of 100 English words wrong")
        else:
            only = f", {NO_COMMERCE}" if forbids_commerce(card.licence) else ""
            told.append(f"{name} {card.word_errors:.0f} ({card.languages}{only})")
    return f"{', '.join(told)}; `earwitness models` tells more"


def notes_on_checkpoints(checkpoints: Mapping[str, str], licences: Mapping[str, str]) -> Iterator[str]:
    """Which of them forbid commercial use, and what has to be fetched, a line each.

    Args:
        checkpoints: of a run, by job.
        licences: that their cards on this machine state, by job; empty where there is none.
    """
    for job, checkpoint in checkpoints.items():
        name = parse_checkpoint(checkpoint).name
        licence = licences.get(job) or known_licence(name)
        if forbids_commerce(licence):
            yield f"{job}: {name} is under {licence}: {NO_COMMERCE}"
        if not Path(name).expanduser().is_dir() and not is_cached(name):
            card = CARDS.get(name)
            size = f" ({card.megabytes:,} MB)" if card and card.megabytes else ""
            gated = "; it is given out to those who accept its terms there" if card and card.gated else ""
            yield f"{job}: {name}{size} is fetched from the Hugging Face Hub{gated}"


def known_licence(name: str) -> str:
    """The licence of a checkpoint of the Hub whose card is not at hand; empty where nobody here knows it."""
    card = CARDS.get(name)
    return card.licence if card is not None else ""
