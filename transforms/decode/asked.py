"""What a person asked of the decoders."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.raw import BY_NAME_ALONE, Raw


@dataclass(frozen=True)
class Asked:
    """How files are to be opened.

    Attributes:
        raw: how files without a header are written.
    """

    raw: Raw = BY_NAME_ALONE


NOTHING = Asked()
