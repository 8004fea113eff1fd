"""How files without a header were read stands behind the recipes of their recordings, and of no others."""

from __future__ import annotations

import pytest

from pipelines.store.readings import joined, otherwise, reading_of, readings_of, split
from schemas.raw import BY_NAME_ALONE, read_raw

MADE = {"windows": "0f", "recordings": "a3"}


@pytest.mark.parametrize(
    ("uri", "words", "reading"),
    [
        ("/a/call.wav", ["alaw:8000"], ""),
        ("/a/call.alaw", [], "alaw:8000"),
        ("/a/call.bin", [], ""),
        ("/a/call.bin", ["mulaw:8000"], "mulaw:8000"),
        ("/a/call.gsm", [], ""),  # read so before readings were kept
        ("/a/call.sln", [".sln=s16be:8000"], "s16be:8000"),
    ],
)
def test_reading_of_a_file(uri: str, words: list[str], reading: str) -> None:
    assert reading_of(uri, read_raw(words)) == reading


def test_a_recording_with_two_names_has_the_readings_of_both() -> None:
    files = [("a.alaw", "1"), ("b.wav", "1"), ("c.wav", "2"), ("d.vox", None)]
    assert readings_of(files, BY_NAME_ALONE) == {"1": {"alaw:8000", ""}, "d.vox": {"vox:8000"}}


def test_recipes_with_and_without_a_reading() -> None:
    assert split(joined(MADE, "alaw:8000")) == (MADE, "alaw:8000")
    assert split(MADE) == (MADE, "")
    assert joined(MADE, "") is MADE
    assert not set(otherwise(MADE, "").values()) & set(MADE.values())
