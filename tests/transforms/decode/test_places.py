"""Words in bytes are found wherever they begin, within each other too."""

from __future__ import annotations

import pytest

from transforms.decode.places import places_of


@pytest.mark.parametrize(
    ("word", "block", "places"),
    [
        (b"OggS", b"", []),
        (b"OggS", b"OggSxOggOggS", [0, 8]),
        (b"levl", b"levlevl", [0, 3]),
        (b"\0\0", b"\0\0\0", [0, 1]),
    ],
)
def test_each_place_is_found(word: bytes, block: bytes, places: list[int]) -> None:
    assert list(places_of(word, block)) == places
