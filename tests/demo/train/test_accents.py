"""English by the voices of other languages: the sounds that stand for the English ones, and what is said."""

from __future__ import annotations

from pathlib import Path

import librosa
import numpy as np
import pytest

from demo.train.data import accents, speech_set
from demo.train.data.accents import ACCENTS, PAUSE, Accent, Phone
from demo.train.data.manifest import check_disjoint
from demo.train.data.splits import SPLITS
from demo.train.data.talkers import RECORDED

ENGLISH = set(
    "aa ae ah ao aw ax axr ay b ch d dh dx eh el em en er ey f g hh hv ih iy jh k l m n ng nx ow oy p r s sh t th uh "
    "uw v w y z zh pau".split()
)
"""Festival's radio phone set (radio_phones.scm), but for h# and brth (breath), which its front end does not say."""

needs_voices = pytest.mark.skipif(not accents.installed(), reason="needs festival's voices of other languages")


@pytest.mark.parametrize("accent", ACCENTS, ids=lambda accent: accent.voice)
def test_every_english_sound_has_others_that_stand_for_it(accent: Accent) -> None:
    assert accent.sounds.keys() == ENGLISH
    silent = {english for english, own in accent.sounds.items() if not own}
    assert silent <= {"hh", "hv"}


def test_the_people_are_others_than_those_of_the_english_voices() -> None:
    people = [accent.person for accent in ACCENTS]
    assert len(set(people)) == len(people)
    assert not set(people) & set(RECORDED)


def test_sounds_in_pieces_share_the_time_and_what_is_twice_the_same_is_one() -> None:
    english = [Phone("w", 0.06, 100.0), Phone("ay", 0.2, 110.0), Phone("iy", 0.1, 120.0), Phone("hh", 0.05, 90.0)]
    heard = accents.in_accent(english, accents.ITALIAN)
    assert [(phone.name, round(phone.seconds, 3)) for phone in heard] == [
        ("w", 0.06), ("a1", 0.1), ("i", 0.1), ("i1", 0.1),
    ]  # fmt: skip
    twice = accents.in_accent([Phone("t", 0.1, 100.0), Phone("th", 0.05, 100.0)], accents.ITALIAN)
    assert [(phone.name, round(phone.seconds, 3)) for phone in twice] == [("t", 0.15)]


@needs_voices
def test_the_front_end_knows_how_words_sound() -> None:
    phones = accents.english_phones('three "sevens"')
    assert [phone.name for phone in phones if phone.name != PAUSE] == "th r iy s eh v ax n z".split()
    assert all(phone.seconds > 0 and 50 < phone.pitch_hz < 200 for phone in phones)


@needs_voices
def test_what_is_said_is_as_long_and_as_high_as_asked() -> None:
    accent = accents.installed()[0]
    slow, fast = (accents.say(accent, "one two three", pace, 0.0, 16_000) for pace in (1.0, 1.25))
    low, high = (accents.say(accent, "one two three", 1.0, semitones, 16_000) for semitones in (-4.0, 4.0))
    low_hz, high_hz = (np.median(librosa.yin(said, fmin=70, fmax=500, sr=16_000)) for said in (low, high))
    assert 12 * np.log2(high_hz / low_hz) == pytest.approx(8.0, abs=1.5)
    assert slow.dtype == np.float32
    assert np.abs(slow).max() > 0.05
    assert len(slow) / len(fast) == pytest.approx(1.25, rel=0.1)


@needs_voices
def test_accents_are_in_training_alone_and_leave_the_other_utterances_as_they_were(
    shared_audio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [planned.row for planned in speech_set.plan(shared_audio, 7, share=0.01, final=True)]
    check_disjoint(rows)
    accented = [row for row in rows if "-accent-" in row.path]
    assert {row.split for row in accented} == {SPLITS[0]}
    assert {row.voice for row in accented} == {accent.person for accent in accents.installed()}
    monkeypatch.setattr(accents, "installed", lambda: [])
    without = [planned.row for planned in speech_set.plan(shared_audio, 7, share=0.01, final=True)]
    assert [row for row in rows if "-accent-" not in row.path] == without


def test_a_machine_without_festival_has_no_accents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert accents.installed() == []
