"""The emotion dimensions that a model gives of a clip."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Dimensions:
    """How aroused, dominant and positive a voice sounds, on the scale of the model: about 0 to 1, not bounded."""

    arousal: float
    dominance: float
    valence: float


DIMENSIONS: tuple[str, ...] = tuple(field.name for field in fields(Dimensions))
"""Their names, in the order of the columns."""
