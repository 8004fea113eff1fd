"""Recipes of recordings that say their own language."""

from __future__ import annotations

from pipelines.store.spoken import Spoken, of_recordings

ASKED = {"windows": "w", "transcripts": "auto"}
SPOKEN = Spoken({"a": "de", "b": "fr"}, ASKED, {"de": {"transcripts": "german"}, "fr": {"transcripts": "french"}})


def test_what_was_made_in_the_language_of_its_recording_is_what_the_run_asks_for() -> None:
    german = {"windows": "w", "transcripts": "german"}
    assert SPOKEN.as_asked(german, "de") == ASKED
    assert SPOKEN.as_asked(german, "fr") == german
    assert SPOKEN.as_asked(german, None) is german
    assert SPOKEN.as_asked({**ASKED}, "de")["transcripts"] not in ("auto", "german")  # it was made in no language


def test_what_is_kept_is_how_it_was_made() -> None:
    for made in ({"windows": "w", "transcripts": how} for how in ("auto", "german", "french", "older")):
        for code in ("de", "fr", None):
            assert SPOKEN.as_made(SPOKEN.as_asked(made, code), code) == made
    assert SPOKEN.as_made(ASKED, "fr") == {"windows": "w", "transcripts": "french"}  # of a pass of this run


def test_recordings_of_one_way_share_what_says_so() -> None:
    german = {"windows": "w", "transcripts": "german"}
    assert SPOKEN.as_asked(german, "de") is SPOKEN.as_asked(german, "de")


def test_a_recording_in_several_files_is_in_the_language_of_the_first_that_says_one() -> None:
    files = [("b", "1"), ("a", "1"), ("0", "1"), ("b", "2"), ("c", "3"), ("a", None)]
    assert of_recordings(SPOKEN.by_uri, files) == {"1": "de", "2": "fr"}


def test_of_a_pass_that_heard_another_language_only_what_no_language_shapes_counts() -> None:
    made = {"windows": "w", "transcripts": "auto"}
    assert SPOKEN.alike(made, "de") == {"windows": "w"}
    assert SPOKEN.alike(made, None) == {"windows": "w"}
    assert Spoken().alike(made, None) == made
