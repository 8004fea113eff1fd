"""Names of files: safe, and no two alike."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.export.names import file_names, stem_of

IDS = st.text("0123456789abcdef", min_size=32, max_size=32)


@pytest.mark.parametrize(
    ("uri", "stem"),
    [
        ("/calls/call 7.final.wav", "call 7.final"),
        ("gs://bucket/größe.wav", "größe"),
        ("/x/gro\N{COMBINING DIAERESIS}ße.wav", "größe"),
        ("/street/it's <b>.mp3", "it_s _b_"),
        ("/x/..wav", "recording"),
        ("/x/.hidden", "hidden"),
        ("/x/a\\b:c|d.ogg", "a_b_c_d"),
        ("/x/???.wav", "___"),
        ("/x/. . .wav", "recording"),
        ("/x/new\nline.wav", "new_line"),
        ("/x/" + "ü" * 200 + ".wav", "ü" * 60),
        ("", "recording"),
    ],
)
def test_stems(uri: str, stem: str) -> None:
    assert stem_of(uri) == stem


def test_one_name_in_two_folders() -> None:
    one, other = "a" * 32, "a" * 8 + "b" * 24
    assert file_names({one: "/x/1.wav", "c" * 32: "/y/1.wav"}) == {one: "1.aaaaaaaa", "c" * 32: "1.cccccccc"}
    assert file_names({one: "/x/Call.wav", other: "/y/call.mp3"}) == {one: f"Call.{one}", other: f"call.{other}"}


@given(st.dictionaries(IDS, st.text(max_size=300), max_size=20))
def test_any_names_are_safe_and_apart(recordings: dict[str, str]) -> None:
    names = file_names(recordings)
    assert names.keys() == recordings.keys()
    assert len({name.casefold() for name in names.values()}) == len(names)
    for name in names.values():
        assert re.fullmatch(r"[^/\\:*?\"<>|\x00-\x1f]+", name)
        assert not name.startswith(".")
        assert len(name.encode()) < 200
