"""What a model says of clips, as the functions that make rows of it are given it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from schemas.records import Clip


@dataclass(frozen=True)
class Answers:
    """What a model said of some clips, from which rows are made.

    Attributes:
        clips: what the model heard.
        results: what it said of each, in their order.
        model: for the column ``model``.
        top: classes kept of each clip, where a table keeps the most probable ones only.
    """

    clips: Sequence[Clip]
    results: Sequence[Any]
    model: str
    top: int = 10
