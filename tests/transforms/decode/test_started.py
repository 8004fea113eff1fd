"""Processes that decode are handed on while they can be trusted, and none is left behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.corpus import FOLDER
from tests.transforms.decode.test_guard import FAULTY
from transforms.decode.guard import Decoder
from transforms.decode.started import decoder_ahead, take

SPOKEN = str(FOLDER / "signals" / "yes.wav")


def number(decoder: Decoder) -> int:
    assert decoder._started is not None
    return decoder._started.process.pid


def test_what_one_leaves_the_next_one_takes() -> None:
    with decoder_ahead(is_wanted=False):
        first, second, third = Decoder(), Decoder(), Decoder()
        header = first.header(SPOKEN)
        was = number(first)
        first.leave()
        assert second.header(SPOKEN) == header
        assert number(second) == was
        assert third.header(SPOKEN) == header  # it is in use
        assert number(third) != was
        second.leave()
        third.close()


def test_one_is_ready_before_it_is_needed_and_ended_when_nobody_needs_it() -> None:
    with decoder_ahead(is_wanted=True):
        ready = take()
        decoder = Decoder()
        decoder.header(SPOKEN)
        assert number(decoder) != ready.process.pid
        decoder.leave()
        left = take()
        other = take()  # there is no other one: it is new
        assert left.process.pid != other.process.pid
        decoder._started = left
        decoder.leave()
        for one in (ready, other):
            one.end()
    assert not left.is_alive


def test_one_that_died_meanwhile_is_not_handed_on() -> None:
    with decoder_ahead(is_wanted=True):
        ready = take()
        ready.process.kill()
        ready.process.wait()
        decoder = Decoder()
        decoder._started = ready
        decoder.leave()
        assert decoder.header(SPOKEN).sample_rate_hz > 0
        decoder.close()


@pytest.mark.parametrize("spent", [True, False])
def test_only_those_that_can_be_trusted_are_handed_on(spent: bool, tmp_path: Path) -> None:
    """One that held a very large file may still hold its places; and a test's own is for that test."""
    with decoder_ahead(is_wanted=False):
        decoder = Decoder() if spent else Decoder(command=FAULTY)
        decoder.header(SPOKEN)
        decoder._is_spent = spent
        started = decoder._started
        assert started is not None
        decoder.leave()
        assert not started.is_alive
