"""What a checkpoint's model card states about its licence: as it stands there, and no legal advice."""

from __future__ import annotations

import re
from typing import Any

from schemas.shown import shown
from transforms.models.checkpoint import Located
from transforms.models.locate import root_of

CARD = "README.md"
MOST_BYTES = 1 << 20
LONGEST = 200
_NO_COMMERCE = re.compile(r"(?<![a-z])(nc|non-?commercial|research-only)(?![a-z])", re.IGNORECASE)


def licence_of(located: Located) -> str:
    """The licence that the head of the card names: an identifier of the Hub's (``apache-2.0``), or a name and a link.

    The card of a checkpoint of the Hub's is not fetched: it is read where the cache has it.

    Returns:
        Nothing where there is no card, or it names none.
    """
    head = _head(located)
    said, own, link = (_line(head.get(key)) for key in ("license", "license_name", "license_link"))
    if said == "other" and (own or link):
        return f"{own or said} ({link})" if link else own
    return said


def forbids_commerce(licence: str) -> bool:
    """Whether the name of a licence says that it excludes commercial use (``cc-by-nc-4.0``)."""
    return _NO_COMMERCE.search(licence) is not None


def _head(located: Located) -> dict[str, Any]:
    """What stands between the two lines of dashes at the top of the card; nothing where there is no such card."""
    from huggingface_hub import metadata_load

    card = located.folder / CARD
    try:
        if located.commit is None and not card.resolve().is_relative_to(root_of(located)):
            return {}  # a link that leads out of the checkpoint's folder
        if not card.is_file() or card.stat().st_size > MOST_BYTES:
            return {}
        return metadata_load(card) or {}
    except Exception:  # of whatever somebody wrote there: a card is no part of a model
        return {}


def _line(value: object) -> str:
    """Text on one line; nothing for what is no text."""
    if isinstance(value, list):
        return ", ".join(filter(None, (_line(one) for one in value[:5] if isinstance(one, str))))
    if not isinstance(value, str):
        return ""
    text = " ".join(value.split())
    return text if len(text) <= LONGEST and text.isprintable() else shown(text, LONGEST)
