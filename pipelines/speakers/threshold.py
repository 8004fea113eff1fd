"""At which cosine two voices are one: it depends on the checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from pipelines.checkpoints.demo import DEMO_FOLDER
from schemas.errors import UsageError
from transforms.models.checkpoint import ModelError, parse_checkpoint, revision_of
from transforms.models.locate import locate

OF_CARDS: Mapping[str, float] = {"microsoft/wavlm-base-plus-sv": 0.86, "microsoft/wavlm-base-sv": 0.86}
"""From the checkpoints' cards on the Hub, whose authors add that the best one depends on the recordings:
https://huggingface.co/microsoft/wavlm-base-plus-sv (section Speaker Verification)."""
OF_DEMO = 0.55
"""Both do well there: the demo corpus up to it, spoken digits of four people from 0.5 on (docs/demo.md)."""


class Threshold(NamedTuple):
    """A mean cosine, -1 to 1, and where it is from, in words."""

    cosine: float
    source: str


def threshold_of(made: str, asked: float | None) -> Threshold | None:
    """What holds for vectors of the checkpoint ``made`` (``name@revision``); None where nobody has said.

    Args:
        asked: by the user, which wins.

    Raises:
        UsageError: what was asked for is no cosine.
    """
    if asked is not None:
        if not -1 <= asked <= 1:
            raise UsageError(f"--threshold {asked:g}: expected a cosine, -1 to 1")
        return Threshold(asked, "as asked for")
    name, _, revision = made.rpartition("@")
    for known, cosine in OF_CARDS.items():
        if name in (known, known.rpartition("/")[2]):  # from the Hub, or from a folder of that name
            return Threshold(cosine, f"from the card of {known}")
    if revision == _demo():
        return Threshold(OF_DEMO, "for the demo's checkpoint")
    return None


def _demo() -> str | None:
    """The revision of the demo's checkpoint; None where it is not installed."""
    try:
        return revision_of(locate("speakers", parse_checkpoint(str(DEMO_FOLDER / "speakers")), weights=True))
    except ModelError:
        return None
