"""What a person asked of the decoders."""

from __future__ import annotations

from dataclasses import dataclass, replace

from schemas.raw import BY_NAME_ALONE, Raw
from schemas.tracks import DEFAULT


@dataclass(frozen=True)
class Asked:
    """How files are to be opened.

    Attributes:
        raw: how files without a header are written.
        tracks: which audio track is heard; see :mod:`schemas.tracks`.
        listens: whether a track is listened to where several are there: the one that players take may be silent.
        location: whether the place of the recording may be read.
    """

    raw: Raw = BY_NAME_ALONE
    tracks: str = DEFAULT
    listens: bool = True
    location: bool = False

    def of_track(self, number: int | None) -> Asked:
        """The same, of the track of a number; None leaves it as it is."""
        return self if number is None else replace(self, tracks=str(number))


NOTHING = Asked()
