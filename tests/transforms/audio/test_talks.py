"""Segments joined to talks: which, by what rule, and in how much memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.config import SpeechConfig
from schemas.records import Clip, Place, Segment, Talk
from transforms.audio.bleed import Copied
from transforms.audio.silero import FRAME
from transforms.audio.talks import LATE, Joiner, Span, Talks
from transforms.audio.voice import Voice

LONGEST = 90


def joined(spans: list[Span], longest: int = LONGEST, told: int = 0) -> list[list[Span]]:
    """The talks of segments that come with the news, every ``told`` frames, of how far it was silent."""
    joiner, talks = Joiner(longest), []
    for i, span in enumerate(spans):
        before = spans[i - 1][1] if i else 0
        for frame in range(before, span[0] + 1, told) if told else ():
            talks += joiner.silent_until(frame)
        talks += joiner.push(span)
    return [*talks, *joiner.finish()]


@st.composite
def segments(draw: st.DrawFn) -> list[Span]:
    """Segments between pauses, some of which are none and some long."""
    at, spans = 0, []
    for pause, length in draw(st.lists(st.tuples(st.integers(0, 150), st.integers(1, 120)), max_size=30)):
        spans.append((at + pause, at + pause + length))
        at += pause + length
    return spans


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        pytest.param([(0, 30), (35, 60), (61, 90)], [3], id="all that fits is one talk"),
        pytest.param([(0, 30), (40, 62), (64, 85), (88, 100)], [3, 1], id="cut at the longest pause of the last fifth"),
        pytest.param([(0, 30), (31, 75), (83, 85), (88, 100)], [2, 2], id="which need not be the last pause"),
        pytest.param([(0, 30), (40, 62), (64, 85), (87, 100)], [3, 1], id="of two of one length at the last one"),
        pytest.param([(0, 10), (20, 30), (35, 95)], [2, 1], id="before what does not fit, where it has none"),
        pytest.param([(5, 20), (22, 160), (162, 170)], [1, 1, 1], id="a longer segment is one by itself"),
        pytest.param([(0, 30), (200, 230)], [1, 1], id="a long pause ends a talk"),
        pytest.param([], [], id="where nobody speaks there is none"),
    ],
)
def test_where_talks_end(spans: list[Span], expected: list[int]) -> None:
    talks = joined(spans)
    assert [span for talk in talks for span in talk] == spans
    assert [len(talk) for talk in talks] == expected


@given(segments())
def test_every_segment_is_in_one_talk_and_none_is_too_long(spans: list[Span]) -> None:
    talks = joined(spans)
    assert [span for talk in talks for span in talk] == spans
    for talk in talks:
        assert len(talk) == 1 or talk[-1][1] - talk[0][0] <= LONGEST
    for talk, following in pairwise(talks):  # no talk ends before it has to
        late = [one for one in talk if one[1] - talk[0][0] >= LATE * LONGEST]
        assert late or following[0][1] - talk[0][0] > LONGEST


@given(segments(), st.integers(1, 70))
def test_when_segments_are_told_does_not_matter(spans: list[Span], told: int) -> None:
    assert joined(spans, told=told) == joined(spans)


@given(segments())
def test_a_pause_holds_no_memory(spans: list[Span]) -> None:
    """A talk that waits for its next segment begins at most twice its length before what is silent so far."""
    joiner = Joiner(LONGEST)
    for span in spans:
        list(joiner.silent_until(span[0]))
        assert joiner.wanted_from(span[0]) >= span[0] - 2 * LONGEST
        list(joiner.push(span))


SPEECH = [(20, 60), (80, 120), (140, 300), (340, 380)]


def talked(marks: dict[int, int | Copied], frames_at_once: int = 7) -> tuple[list[Segment], list[Talk]]:
    """The segments and the talks of four seconds of a channel, its segments marked by their number."""
    probabilities = np.zeros(400, np.float32)
    for start, end in SPEECH:
        probabilities[start:end] = 1.0
    voice = Voice(Place("file:///a.wav", "ab" * 16, 2, 0, 0), SpeechConfig(), 5.0)
    talks, segments, found = Talks(4.0), [], []

    def take(heard: Iterator[Segment | Clip]) -> None:
        for one in heard:
            if isinstance(one, Segment):
                segments.append(one)
                mark = marks.get(len(segments) - 1)
                found.extend(talks.take(replace(one, bleed_of=mark) if isinstance(mark, int) else mark or one))

    for at in range(0, 400, frames_at_once):
        samples = SAMPLES[at * FRAME : (at + frames_at_once) * FRAME]
        talks.push(samples)
        take(voice.push(samples, probabilities[at : at + frames_at_once]))
        found.extend(talks.silent_until(voice.wanted_from))
    take(voice.finish(np.zeros(0, np.float32), duration_ms=400 * 32))
    return segments, [*found, *talks.finish()]


SAMPLES = np.random.default_rng(0).uniform(-1, 1, 400 * FRAME).astype(np.float32)


@pytest.mark.parametrize("frames_at_once", [1, 7, 400])
def test_a_talk_holds_the_recording_between_its_segments(frames_at_once: int) -> None:
    segments, talks = talked({}, frames_at_once)
    assert [place for talk in talks for place in talk.segments] == [segment.place for segment in segments]
    assert [len(talk.segments) for talk in talks] == [2, 1, 1]
    assert [speech for talk in talks for speech in talk.speech] == [
        float(segment.speech.mean()) for segment in segments
    ]
    for talk in talks:
        assert (talk.place.start_ms, talk.place.end_ms) == (talk.segments[0].start_ms, talk.segments[-1].end_ms)
        first = talk.place.start_ms * 16
        np.testing.assert_array_equal(talk.samples, SAMPLES[first : first + len(talk.samples)])
        assert len(talk.samples) == 16 * (talk.place.end_ms - talk.place.start_ms)


@pytest.mark.parametrize("mark", [pytest.param(1, id="bled"), pytest.param(Copied(), id="copied")])
def test_what_is_said_on_another_channel_ends_a_talk_and_is_in_none(mark: int | Copied) -> None:
    segments, talks = talked({0: mark})
    assert [talk.segments for talk in talks] == [(segment.place,) for segment in segments[1:]]
    segments, talks = talked({1: mark})
    assert [talk.segments for talk in talks] == [(segments[i].place,) for i in (0, 2, 3)]
    for talk in talks:
        assert len(talk.samples) == 16 * (talk.place.end_ms - talk.place.start_ms)
