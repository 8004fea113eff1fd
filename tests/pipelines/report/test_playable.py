"""What is said of recordings that a browser does not play, or not all of."""

from __future__ import annotations

import pytest

from pipelines.report.playable import caveat

ONE, TWO = [{"default": True}], [{"default": False}, {"default": True}]


@pytest.mark.parametrize(
    ("container", "codec", "tracks", "track", "said"),
    [
        ("wav", "pcm_s16", None, None, ""),
        ("mp4", "aac", ONE, 1, ""),
        ("matroska", "opus", TWO, 2, ""),
        ("matroska", "opus", TWO, 1, "The browser plays track 2; heard was track 1 of 2"),
        ("matroska", "opus", TWO, None, "The browser plays track 2 of 2 alone."),
        ("matroska", "ac3", ONE, 1, "Most browsers do not play matroska files with ac3 sound"),  # pictures, no sound
        ("mp4", "alac", ONE, 1, "Most browsers do not play mp4 files with alac sound"),
        ("avi", "mp3", ONE, 1, "Most browsers do not play avi files with mp3 sound"),
    ],
)
def test_what_a_person_has_to_know(
    container: str, codec: str, tracks: list[dict[str, bool]] | None, track: int | None, said: str
) -> None:
    found = caveat(container, codec, tracks, track)
    assert found.startswith(said)
    assert bool(found) == bool(said)
