"""Words are where the synthesiser says."""

from __future__ import annotations

import shutil
from ctypes.util import find_library
from itertools import pairwise

import numpy as np
import pytest

from demo.espeak_words import Event, Spoken, word_times
from demo.track import Track
from demo.voices import HOST, NEUTRAL, PARTICIPANT, SAD, SMALL_PRINT, STORYTELLER, Mood, Voice
from demo.word_times import Word, say


def phonemes(*names_at: tuple[str, int]) -> list[Event]:
    return [Event(at, phoneme=name) for name, at in names_at]


def test_a_word_ends_where_the_next_or_a_pause_begins() -> None:
    """ "Oh, it": two phonemes, a pause, two phonemes, the last pause."""
    events = [Event(0, 9), *phonemes(("oU", 0), ("_:", 200), ("_", 300))]
    events += [Event(400, 13), *phonemes(("I", 400), ("t", 480), ("_:", 560), ("_", 900))]
    assert word_times(Spoken(tuple(events), (1, 2), 0), [9, 13]) == [(0, 200), (400, 560)]


def test_joined_words_are_parted_by_their_phonemes() -> None:
    """ "in the sun": espeak-ng tells of "in" and "sun" alone."""
    events = [Event(0, 0), *phonemes(("I", 0), ("n", 60), ("D", 120), ("@", 170))]
    events += [Event(230, 7), *phonemes(("s", 230), ("V", 300), ("n", 400), ("_", 500))]
    assert word_times(Spoken(tuple(events), (2, 2, 3), 0), [0, 3, 7]) == [(0, 120), (120, 230), (230, 500)]


def test_a_position_inside_the_word_before_is_the_word_that_is_due() -> None:
    """ "Most of": the second event points into "Most"."""
    events = [Event(0, 0), *phonemes(("m", 0)), Event(300, 1), *phonemes(("@", 300), ("_", 400))]
    assert word_times(Spoken(tuple(events), (1, 1), 0), [0, 5]) == [(0, 300), (300, 400)]


def test_a_word_without_a_time_is_an_error() -> None:
    with pytest.raises(ValueError, match="no time of word 1"):
        word_times(Spoken(tuple(phonemes(("_", 0))), (2,), 0), [0])


def test_a_track_places_words_and_cuts_them_off() -> None:
    track = Track("x.wav", 1000)
    track.rest(0.5)
    words = (Word("yes", 0.01, 0.15), Word("we", 0.15, 0.25), Word("can", 0.25, 0.4))
    track.lay(np.ones(200, np.float32), "speech", "Yes we can.", words=words)
    told = [(row.start_ms, row.end_ms, row.text_or_label) for row in track.truth if row.kind == "word"]
    assert told == [(510, 650, "yes"), (650, 700, "we")]


@pytest.mark.parametrize("text", ["Room 12.", "Salt & pepper", "a - b"])
def test_what_is_not_written_as_words_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="as words"):
        say(PARTICIPANT, NEUTRAL, text, 16000)


@pytest.mark.parametrize(
    ("voice", "mood"),
    [(PARTICIPANT, NEUTRAL), (PARTICIPANT, SAD), (HOST, NEUTRAL), (STORYTELLER, SAD), (SMALL_PRINT, NEUTRAL)],
)
def test_words_lie_where_they_are_heard(voice: Voice, mood: Mood) -> None:
    """Sound fills the words, and the pause between the sentences is still: the truth is right to 50 ms."""
    need = ["espeak-ng"] if voice.engine == "espeak-ng" else ["flite", f"flite_cmu_us_{voice.name}"]
    if shutil.which(voice.engine) is None or any(find_library(name) is None for name in need):
        pytest.skip(f"needs {voice.engine}")
    samples, words = say(voice, mood, "We were in the hall at six o'clock. Then I do not know.", 16000)
    said = "we were in the hall at six o'clock then i do not know"
    assert [word.text for word in words] == said.split()
    assert words[0].start <= 0.03
    assert words[-1].end <= (len(samples) + 1) / 16000  # the resampling rounds
    for one, other in pairwise(words):
        assert one.start + 0.03 < one.end <= other.start + 1e-6
    hall, six, oclock, then = (words[i] for i in (4, 6, 7, 8))
    assert then.start - oclock.end > 0.08

    def level(start: float, end: float) -> float:
        """RMS."""
        return float(np.sqrt(np.mean(samples[round(start * 16000) : round(end * 16000)] ** 2)))

    assert level(oclock.end + 0.04, then.start - 0.01) < 0.05 * level(then.start, then.end)
    assert level(then.start, then.start + 0.1) > 0.1 * level(then.start, then.end)
    # The hiss of "six": its last phone has more treble than the vowel of "hall" in its middle.
    hiss = np.diff(samples[round((six.end - 0.08) * 16000) : round(six.end * 16000)])
    vowel = np.diff(samples[round((hall.start + 0.1) * 16000) : round((hall.end - 0.1) * 16000)])
    quiet = level(six.end - 0.08, six.end), level(hall.start + 0.1, hall.end - 0.1)
    assert np.std(hiss) / quiet[0] > 1.5 * np.std(vowel) / quiet[1]
