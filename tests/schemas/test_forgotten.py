"""Tombstones hold hashes only, and passages that touch are one."""

from __future__ import annotations

import json

from schemas.forgotten import Forgotten


def test_passages_that_touch_are_one_and_nobody_reads_whose_they_are() -> None:
    kept = Forgotten().also_passage(["a"], (5_000, 6_000)).also_passage(["a"], (1_000, 2_000))
    kept = kept.also_passage(["b"], (0, 9))
    kept = kept.also_passage(["a"], (2_000, 3_000)).also_passage(["a"], (5_500, 5_600)).also(["c"])
    assert kept.passages_of("a") == ((1_000, 3_000), (5_000, 6_000))
    assert kept.passages_of("b") == ((0, 9),)
    assert kept.passages_of("c") == ()
    assert kept.holds("c")
    assert not kept.holds("a")
    found = json.loads(kept.to_json())
    assert sorted(map(len, found["passages"])) == [64, 64]
    assert "passages" not in json.loads(Forgotten().also(["c"]).to_json())  # as it was before there were any


def test_a_passage_is_known_by_the_sound_too() -> None:
    kept = Forgotten().also_passage(["a"], (1_000, 2_000), ["sound of a"]).also_passage(["b"], (1_500, 3_000))
    assert kept.passages_of("c", "sound of a") == ((1_000, 2_000),)
    assert kept.passages_of("b", "sound of a") == ((1_000, 3_000),)
    assert kept.passages_of("c", "another") == kept.passages_of("c") == ()
    assert not kept.holds_sound("sound of a"), "the recording itself may come"
