"""Subtitles: what holds for any words, and the cases that a viewer would see, by hand."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from pipelines.export.cues import LINE, LINES, LONGEST_MS, PAUSE_MS, Cue, cues, in_order
from pipelines.export.speech import Stretch

LABELS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Mn"]), min_size=1, max_size=60)
TIMES = st.tuples(st.integers(0, 90_000), st.integers(-50, 12_000))


@settings(max_examples=60)
@given(st.lists(st.builds(lambda label, times: Stretch(times[0], sum(times), label), LABELS, TIMES), max_size=40))
@example([Stretch(5, 5, "a" * 40)] * 9)
@example([Stretch(0, 90_000, "long"), Stretch(90_000, 90_001, "short")])
def test_any_words_make_cues_that_can_be_shown(words: list[Stretch]) -> None:
    found = cues(words)
    assert " ".join(line for cue in found for line in cue.lines) == " ".join(word.label for word in words)
    for cue in found:
        assert 0 < cue.end_ms - cue.start_ms <= LONGEST_MS
        assert 1 <= len(cue.lines) <= LINES
        for line in cue.lines:
            assert cell_len(line) <= LINE or " " not in line
    for one, other in pairwise(found):
        assert one.end_ms <= other.start_ms


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 3_000), st.integers(20, 900)), min_size=1, max_size=60))
def test_a_word_is_shown_while_it_is_spoken(gaps: list[tuple[int, int]]) -> None:
    """Of words that do not overlap and are spoken in less than a second."""
    words, at = [], 0
    for number, (gap, length) in enumerate(gaps):
        words.append(Stretch(at + gap, at + gap + length, f"w{number}"))
        at += gap + length
    shown = {word: cue for cue in cues(words) for line in cue.lines for word in line.split()}
    for word in words:
        cue = shown[word.label]
        assert cue.start_ms <= word.start_ms
        assert word.end_ms <= cue.end_ms
    for one, other in pairwise(words):
        if other.start_ms - one.end_ms >= PAUSE_MS:
            assert shown[one.label] != shown[other.label]
            assert shown[other.label].start_ms == other.start_ms


def evenly(text: str, ms: int = 300, start: int = 0) -> list[Stretch]:
    return [Stretch(start + i * ms, start + (i + 1) * ms, word) for i, word in enumerate(text.split())]


def test_short_and_silent() -> None:
    assert cues([]) == []
    # shown for half a second more, or 5/6 s in all
    assert cues(evenly("a few words", 400)) == [Cue(0, 1700, ("a few words",))]
    assert cues([Stretch(100, 200, "yes")]) == [Cue(100, 933, ("yes",))]
    # up to the next one over a short pause, not over a long one
    assert cues([*evenly("Yes, I did."), *evenly("Then no.", start=2000)]) == [
        Cue(0, 2000, ("Yes, I did.",)),
        Cue(2000, 3100, ("Then no.",)),
    ]
    assert cues([*evenly("one two"), *evenly("three", start=2100)]) == [
        Cue(0, 1100, ("one two",)),
        Cue(2100, 2933, ("three",)),
    ]


def test_cues_and_lines_end_where_sentences_and_clauses_do() -> None:
    said = evenly("When we opened the door, nobody was there to let us in. So we went around the house and waited.")
    assert [cue.lines for cue in cues(said)] == [
        ("When we opened the door,", "nobody was there to let us in."),
        ("So we went around the house and waited.",),
    ]


def test_where_there_is_no_punctuation_pauses_part() -> None:
    first, second = "and then we had to leave the old house", "because my father had lost his work there"
    third = "which was the worst year of all for us"
    said = [*evenly(first, 250), *evenly(second, 250, 2900), *evenly(third, 250, 5500)]
    assert [cue.lines for cue in cues(said)] == [(first, second), (third,)]


def test_wide_signs_count_twice() -> None:
    said = [Stretch(i * 200, i * 200 + 200, "東京都") for i in range(10)]
    assert [cell_len(line) for cue in cues(said) for line in cue.lines] == [34, 34]


def test_times_never_run_back() -> None:
    jumbled = [Stretch(500, 900, "a"), Stretch(400, 450, "b"), Stretch(950, 940, "c")]
    assert in_order(jumbled) == [Stretch(500, 900, "a"), Stretch(500, 900, "b"), Stretch(950, 950, "c")]
