"""Digital silence: asked of a model once for each length, with the result that the model gives for it."""

from __future__ import annotations

import numpy as np
import pytest

from schemas.reasons import Reason
from schemas.records import Failure
from transforms.models.jobs import open_door
from transforms.models.silence import but_for_silence

SOUND, SILENCE, SHORT = np.ones(4, np.float32), np.zeros(4, np.float32), np.zeros(2, np.float32)


class Door:
    """Gives each clip's length and sum, and knows what it was asked."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def __call__(self, clips: list[np.ndarray]) -> list[tuple[int, float]]:
        self.asked += map(len, clips)
        return [(len(clip), float(clip.sum())) for clip in clips]


def test_silence_of_a_length_is_asked_once() -> None:
    door = Door()
    clips = [SILENCE, SOUND, SILENCE, SHORT, SOUND, SILENCE]
    expected = [(4, 0.0), (4, 4.0), (4, 0.0), (2, 0.0), (4, 4.0), (4, 0.0)]
    assert but_for_silence(door, clips, door) == expected
    assert door.asked == [4, 4, 2, 4]
    assert but_for_silence(door, [SHORT, SILENCE], door) == [(2, 0.0), (4, 0.0)]
    assert but_for_silence(door, [SOUND], door) == [(4, 4.0)]
    assert door.asked == [4, 4, 2, 4, 4]
    assert but_for_silence(door, [], door) == []


def test_another_model_is_asked_itself() -> None:
    one, other = Door(), Door()
    but_for_silence(one, [SILENCE], one)
    but_for_silence(other, [SILENCE], other)
    assert other.asked == [4]


def test_a_failure_is_not_remembered() -> None:
    door, failure = Door(), Failure(Reason.OUT_OF_MEMORY, "none left")
    assert but_for_silence(door, [SILENCE, SILENCE], lambda clips: [failure] * len(clips)) == [failure, failure]
    assert but_for_silence(door, [SILENCE], door) == [(4, 0.0)]


@pytest.mark.parametrize(("job", "kind"), [("embeddings", "clap"), ("sounds", "ast_sounds")])
def test_it_has_what_the_model_gives(job, kind, engine, checkpoint):
    door = open_door(job, str(checkpoint(kind)), engine=engine)
    silence = np.zeros(10 * door.rate, np.float32)
    alone, *shared = but_for_silence(door, [silence, silence], door)
    (expected,) = door([silence])
    for one in (alone, *shared):
        np.testing.assert_array_equal(getattr(one, "probabilities", one), getattr(expected, "probabilities", expected))
