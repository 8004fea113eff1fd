"""Voices of known directions: who is told apart, who is left without a label, and how sure it is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from pipelines.speakers.clusters import (
    ASSIGNED,
    NOBODY,
    Stretches,
    corpus_speakers,
    neighbours_and_strangers,
    parting,
    speakers_of,
)

DIMENSION = 16


def voiced(*said: tuple[int, int, int, int], noise: float = 0.0, seed: int = 0) -> Stretches:
    """Stretches of (channel, start, end, voice), each voice an axis, with some noise."""
    random = np.random.default_rng(seed)
    vectors = np.eye(DIMENSION)[[one[3] for one in said]] + noise * random.standard_normal((len(said), DIMENSION))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    channel, start, end, _ = np.array(said).reshape(-1, 4).T
    return Stretches(channel, start, end, vectors.astype(np.float32))


def test_a_conversation() -> None:
    """By hand: two voices, and a short word of the second."""
    found = speakers_of(
        voiced(
            (0, 0, 4000, 7), (0, 4000, 8000, 2), (0, 8000, 12_000, 7), (0, 12_000, 16_000, 2), (0, 16_000, 17_000, 2)
        ),
        0.5,
    )
    assert list(found.speaker) == [0, 1, 0, 1, 1]
    assert [ASSIGNED[i] for i in found.assigned] == ["clustered"] * 4 + ["nearest"]
    assert list(found.similarity) == [1] * 5
    assert list(found.margin) == [1] * 5
    assert list(found.ms) == [8000, 9000]
    assert found.means.argmax(axis=1).tolist() == [7, 2]


def test_who_says_too_little_is_given_the_nearest_and_the_figures_say_so() -> None:
    found = speakers_of(voiced((0, 0, 4000, 1), (0, 4000, 8000, 1), (0, 8000, 10_000, 2)), 0.5)
    assert list(found.speaker) == [0, 0, 0]
    assert ASSIGNED[found.assigned[2]] == "nearest"
    assert found.similarity[2] == 0  # of axes at right angles
    assert np.isnan(found.margin).all()  # nobody else


def test_similarity_leaves_the_stretch_itself_out() -> None:
    """Of three stretches, the mean cosine of the first with the two others weighted by 2 s and 4 s."""
    vectors = np.array([[1, 0], [0.6, 0.8], [0.8, 0.6]], np.float32)
    of = np.array([0, 2000, 4000]), np.array([2000, 4000, 8000])
    found = speakers_of(Stretches(np.zeros(3, np.int16), *of, vectors), 0.0)
    assert found.similarity[0] == pytest.approx((0.6 * 2 + 0.8 * 4) / 6, abs=1e-6)
    assert found.means[0] == pytest.approx((vectors * [[2], [2], [4]]).sum(axis=0) / 8, abs=1e-6)


def test_one_long_stretch_is_a_speaker_without_a_similarity() -> None:
    found = speakers_of(voiced((0, 0, 10_000, 3)), 0.5)
    assert list(found.speaker) == [0]
    assert np.isnan(found.similarity).all()


@pytest.mark.parametrize("said", [[(0, 0, 4000, 1)], [(0, i * 1000, i * 1000 + 1000, 1) for i in range(30)], []])
def test_too_little_speech_has_no_speaker(said: list[tuple[int, int, int, int]]) -> None:
    found = speakers_of(voiced(*said), 0.5)
    assert list(found.speaker) == [NOBODY] * len(said)
    assert {ASSIGNED[i] for i in found.assigned} <= {"none"}
    assert np.isnan(found.similarity).all()
    assert found.means.shape == (0, DIMENSION)


def test_channels_share_no_speaker() -> None:
    """The same voice on both; first heard on the second channel."""
    found = speakers_of(voiced((1, 4000, 10_000, 3), (2, 0, 6000, 3), (1, 10_000, 16_000, 3)), 0.5)
    assert list(found.speaker) == [1, 0, 1]
    assert list(corpus_speakers(found.means, found.ms, 0.5)) == [0, 0]


said = st.lists(st.tuples(st.integers(0, 1), st.integers(200, 6000), st.integers(0, 3)), min_size=1, max_size=25)


@given(said, st.integers(0, 1000))
def test_the_order_of_the_rows_changes_nothing(spoken: list[tuple[int, int, int]], seed: int) -> None:
    starts = np.cumsum([0, *(ms for _, ms, _ in spoken)])
    rows = [(channel, int(at), int(at) + ms, voice) for at, (channel, ms, voice) in zip(starts, spoken, strict=False)]
    whole = voiced(*rows, noise=0.1, seed=seed)
    order = np.random.default_rng(seed).permutation(len(rows))
    mixed = Stretches(*(getattr(whole, name)[order] for name in ("channel", "start_ms", "end_ms", "vectors")))
    found, again = speakers_of(whole, 0.5), speakers_of(mixed, 0.5)
    for name in ("speaker", "assigned"):
        assert list(getattr(found, name)[order]) == list(getattr(again, name))
    assert found.similarity[order] == pytest.approx(again.similarity, abs=1e-5, nan_ok=True)
    # In the order in which they are first heard, and of each channel its own.
    heard = [one for one in found.speaker if one != NOBODY]
    assert list(dict.fromkeys(heard)) == list(range(len(found.ms)))
    for one in set(heard):
        assert len(set(whole.channel[found.speaker == one])) == 1
    assert (found.speaker == NOBODY).tolist() == (found.assigned == ASSIGNED.index("none")).tolist()
    assert not len(found.similarity) or np.nanmax(np.abs(found.similarity), initial=0) <= 1


@given(st.integers(0, 1000))
def test_known_voices_are_found_whatever_they_are_called(seed: int) -> None:
    random = np.random.default_rng(seed)
    voices = random.permutation(DIMENSION)[:4]
    who = random.integers(4, size=80)
    rows = [(0, i * 3000, i * 3000 + 3000, int(voices[one])) for i, one in enumerate(who)]
    found = speakers_of(voiced(*rows, noise=0.1, seed=seed), 0.5)
    assert adjusted_rand_score(who, found.speaker) == 1


def test_over_recordings_the_most_talkative_is_first() -> None:
    means = 0.9 * np.eye(3, dtype=np.float32)[[0, 1, 1, 2]]
    assert list(corpus_speakers(means, np.array([5, 4, 4, 9]), 0.5)) == [2, 1, 1, 0]
    assert list(corpus_speakers(means, np.array([5, 4, 4, 7]), 0.5)) == [2, 0, 0, 1]
    assert list(corpus_speakers(means, np.array([5, 4, 4, 9]), 0.82)) == [1, 2, 3, 0]  # their mean cosine is 0.81


def test_what_the_vectors_themselves_say_of_a_threshold() -> None:
    one = voiced((0, 0, 3000, 0), (0, 3000, 6000, 0), (0, 6000, 7000, 5), noise=0.1)
    other = voiced((0, 0, 3000, 1), (0, 3000, 6000, 1), noise=0.1)
    assert neighbours_and_strangers(iter([(one, np.array(["a", "a", "a"]))])) is None  # nothing to compare with
    found = neighbours_and_strangers(iter([(one, np.array(["a", "a", "a"])), (other, np.array(["b", "b"]))]))
    assert found is not None
    alike, strange = found
    assert alike == pytest.approx([other.vectors[0] @ other.vectors[1]])
    assert strange == pytest.approx([other.vectors[0] @ one.vectors[0]])
    assert strange[0] < parting(alike, strange) <= alike[0]


def test_parting_is_where_both_errors_are_equal() -> None:
    alike, strange = np.array([0.3, 0.6, 0.7, 0.8]), np.array([0.0, 0.1, 0.2, 0.65])
    at = parting(alike, strange)
    assert np.mean(alike < at) == np.mean(strange >= at) == 0.25
