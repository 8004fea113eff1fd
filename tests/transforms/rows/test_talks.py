"""What was heard in a talk, segment by segment."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.reasons import Reason
from schemas.records import Failure, Place, Talk
from schemas.transcript import Transcript, Word
from transforms.rows.talks import by_segment, unheard

ID = "ab" * 16


def talk(*spans: tuple[int, int]) -> Talk:
    """Segments of a recording, in milliseconds."""
    places = tuple(Place("file:///a.wav", ID, 1, start, end) for start, end in spans)
    whole = Place("file:///a.wav", ID, 1, spans[0][0], spans[-1][1])
    return Talk(whole, np.arange(16 * (whole.end_ms - whole.start_ms), dtype=np.float32), 16_000, places)


def said(text: str, *words: Word) -> Transcript:
    return Transcript(text, words, 0.4, "fi")


def test_words_go_where_they_lie_with_their_part_of_the_text() -> None:
    heard = said(
        "Yes, well. Not at all!",
        Word("Yes,", 0, 300, 0.5),
        Word("well.", 300, 900, 0.9, tokens=3),
        Word("Not", 800, 2300, 1.0),  # from before the pause, but most of it is behind
        Word("at", 2300, 2400, 0.5),
        Word("all!", 2400, 3600, 0.0, tokens=2),  # beyond the end
    )
    (first, one), (second, other) = by_segment(talk((1000, 2000), (3000, 4000)), heard)
    assert (first.place.id, first.parent) == (f"{ID}/1/1000", f"{ID}/1/1000")
    assert first.samples.tolist() == list(range(16_000))
    assert second.samples.tolist() == list(range(32_000, 48_000))
    assert one == Transcript(
        "Yes, well.",
        (Word("Yes,", 0, 300, 0.5), Word("well.", 300, 900, 0.9, tokens=3)),
        pytest.approx(0.8),
        "fi",
        looped=0,
    )
    assert other == Transcript(
        "Not at all!",
        (Word("Not", 0, 300, 1.0), Word("at", 300, 400, 0.5), Word("all!", 400, 1000, 0.0, tokens=2)),
        pytest.approx(0.375),
        "fi",
        looped=0,
    )


@pytest.mark.parametrize(("start", "end", "segment", "edge"), [(1100, 1300, 0, 1000), (1300, 1800, 1, 0)])
def test_a_word_in_a_pause_goes_to_the_nearer_segment(start: int, end: int, segment: int, edge: int) -> None:
    told = list(by_segment(talk((0, 1000), (2000, 3000)), said("so", Word("so", start, end, 0.5))))
    _, transcript = told[segment]
    assert transcript.words == (Word("so", edge, edge, 0.5),)
    _, other = told[1 - segment]
    assert (other.text, other.words, other.confidence, other.language) == ("", (), 0.4, "fi")


def test_a_language_without_spaces_gets_none() -> None:
    heard = said("今日は晴れ", Word("今日", 0, 400, 0.5), Word("は", 400, 900, 0.5), Word("晴れ", 2100, 2500, 0.5))
    assert [one.text for _, one in by_segment(talk((0, 1000), (2000, 3000)), heard)] == ["今日は", "晴れ"]


def test_a_text_without_its_words_is_made_of_them() -> None:
    heard = said("a\ufffd c", Word("a", 0, 400, 0.5), Word("b", 400, 900, 0.5), Word("c", 2100, 2500, 0.5))
    assert [one.text for _, one in by_segment(talk((0, 1000), (2000, 3000)), heard)] == ["a b", "c"]


def test_a_loop_that_goes_on_over_pauses_is_one() -> None:
    words = ["so", "he", *["thank", "you"] * 4]
    heard = said(" ".join(words), *(Word(word, 300 * i, 300 * i + 200, 0.5) for i, word in enumerate(words)))
    told = [one for _, one in by_segment(talk((0, 1100), (1200, 1700), (1800, 3000)), heard)]
    assert [(len(one.words), one.looped) for one in told] == [(4, 0.5), (2, 1.0), (4, 1.0)]


def test_each_segment_keeps_how_sure_the_detector_was() -> None:
    heard = replace(talk((0, 1000), (2000, 3000), (4000, 6000)), speech=(0.9, 0.4, 0.7))
    told = list(by_segment(heard, said("so", Word("so", 0, 300, 0.5))))
    assert [clip.speech_probability for clip, _ in told] == [0.9, 0.4, 0.7]
    rest = unheard(heard, told)
    assert rest is not None
    assert rest.speech == (0.4, 0.7)


def test_a_text_of_no_words_is_kept() -> None:
    assert [one.text for _, one in by_segment(talk((0, 1000), (2000, 3000)), said("..."))] == ["...", ""]


def test_a_talk_that_failed_failed_in_each_segment() -> None:
    failure = Failure(Reason.MODEL_FAILED, "ValueError: so it was")
    told = list(by_segment(talk((0, 1000), (2000, 3000)), failure))
    assert [(clip.place.start_ms, heard) for clip, heard in told] == [(0, failure), (2000, failure)]


@given(
    st.lists(st.integers(0, 4000), min_size=2, max_size=8, unique=True),
    st.lists(st.integers(0, 5000), max_size=20),
)
def test_no_word_is_lost_and_their_order_stays(edges: list[int], times: list[int]) -> None:
    edges, times = sorted(edges), sorted(times)
    spans = [(edges[i], edges[i + 1]) for i in range(0, len(edges) - 1, 2)]
    words = [
        Word(f"w{i}", start - spans[0][0], end - spans[0][0], 0.5) for i, (start, end) in enumerate(pairwise(times))
    ]
    told = [one for _, one in by_segment(talk(*spans), said(" ".join(word.word for word in words), *words))]
    assert [word.word for one in told for word in one.words] == [word.word for word in words]
    assert [part for one in told for part in one.text.split()] == [word.word for word in words]
    for one, (start, end) in zip(told, spans, strict=True):
        flat = [at for word in one.words for at in (word.start_ms, word.end_ms)]
        assert flat == sorted(flat)
        assert all(0 <= at <= end - start for at in flat)
