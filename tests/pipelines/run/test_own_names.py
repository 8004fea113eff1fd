"""A user's column gets its own name wherever it can."""

from __future__ import annotations

from pipelines.run.own_names import own_names, told_of


def test_a_name_is_kept_unless_one_of_ours_has_it() -> None:
    names = own_names(["speaker", "words", "order", "group", 'a "b" ü', "URI", "own_uri", "status"])
    assert names == {
        **{name: name for name in ("speaker", "words", "order", "group", 'a "b" ü', "own_uri")},
        "URI": "own_own_URI",
        "status": "own_status",
    }
    assert list(told_of(names)) == [
        "columns of the metadata whose names the tables have already: URI is own_own_URI, status is own_status"
    ]
    assert list(told_of({"a": "a"})) == []
