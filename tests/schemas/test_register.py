"""Who a new file is: known by its bytes, by its sound, or not at all."""

from __future__ import annotations

from dataclasses import replace

from schemas.forgotten import Forgotten
from schemas.records import Known, Source
from schemas.register import NO_CLUES, Register

ONE, TWO, BYTES, OTHER = ("1" * 32, "2" * 32, "a" * 32, "b" * 32)
SOUND, ALIKE = "c" * 40, "d" * 40
REGISTER = Register(frozenset({ONE, TWO}), {BYTES: ONE}, {SOUND: (ONE,), ALIKE: (TWO, ONE)}, {"/x": ONE, "/y": TWO})


def known(content: str, sound: str | None = None, uri: str = "/new") -> Known:
    return Known(Source(uri, uri, 1, 1, content=content), content, 1.0, sound=sound)


def ids(*found: Known) -> list[str | None]:
    return [one.recording_id for one in REGISTER.recognise(found)]


def test_bytes_come_first() -> None:
    assert ids(known(ONE), known(BYTES, ALIKE), known(OTHER)) == [ONE, ONE, OTHER]
    assert ids(replace(known(OTHER), recording_id=None)) == [None]


def test_a_sound_is_its_recording_and_of_several_the_one_that_the_file_was() -> None:
    assert ids(known(OTHER, SOUND), known(OTHER, ALIKE), known(OTHER, "e" * 40)) == [ONE, TWO, OTHER]
    assert ids(known(OTHER, ALIKE, "/x"), known(OTHER, ALIKE, "/y")) == [ONE, TWO]


def test_to_recognise_it_again_changes_nothing() -> None:
    once = REGISTER.recognise([known(OTHER, SOUND), known(BYTES)])
    assert REGISTER.recognise(once) == once
    assert [one.follows for one in once] == [True, False]


def test_clues_tell_what_has_to_be_opened() -> None:
    clues = REGISTER.clues(Forgotten())
    assert [clues.knows(content) for content in (ONE, BYTES, OTHER)] == [True, True, False]
    assert [clues.may_know(head) for head in (SOUND[:8], "e" * 8)] == [True, False]
    assert NO_CLUES.are_none
    assert not clues.are_none


def test_what_was_forgotten_is_told_by_hashes_alone() -> None:
    forgotten = Forgotten().also([OTHER]).also_sounds([SOUND])
    clues = Register().clues(forgotten)
    assert clues.knows(OTHER)
    assert clues.may_know(SOUND[:8])
    assert not clues.may_know(ALIKE[:8])
    assert not clues.are_none
    assert forgotten.holds_sound(SOUND)
    assert not forgotten.holds_sound(ALIKE)
    assert SOUND[:8] not in forgotten.to_json()
