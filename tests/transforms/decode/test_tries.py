"""Copies of one content: whichever can be decoded is, whatever sorts first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from schemas.reasons import Reason
from schemas.records import Recording
from tests.transforms.decode.decoding import RATE, tones
from tests.transforms.listening import Sorted, sort_events
from transforms.decode.audio import Audio
from transforms.discover import discover
from transforms.identify import identify
from transforms.listen import Listening, listen
from transforms.plan import join_copies

WANTED = Listening((16_000,), None)


def recording_in(folder: Path) -> Recording:
    """The one content that the files of a folder hold, as a run finds it."""
    (recording,), failed = join_copies([identify(source) for source in discover([str(folder)]).sources])
    assert not failed
    return recording


def heard(recording: Recording) -> Sorted:
    return sort_events(listen(recording, WANTED, None))


@pytest.fixture
def copies(tmp_path: Path) -> Path:
    for name in ("a.wav", "b.wav", "c.wav"):
        soundfile.write(tmp_path / name, tones(), RATE)
    return tmp_path


def test_a_copy_that_was_deleted_after_it_was_hashed_costs_nothing(copies: Path) -> None:
    recording = recording_in(copies)
    whole = heard(recording)
    (copies / "a.wav").unlink()
    (copies / "b.wav").write_bytes(b"")
    found = heard(recording)
    assert (found.heard, found.problems) == (whole.heard, [])
    assert found.heard.status == "complete"
    assert {window.place.uri for window in found.windows} == {str(copies / "a.wav")}


def test_no_copy_is_left(copies: Path) -> None:
    recording = recording_in(copies)
    for copy in copies.iterdir():
        copy.unlink()
    found = heard(recording)
    assert found.heard.status == "failed"
    assert [problem.reason for problem in found.problems] == [Reason.NOT_FOUND]


def speech_of_telephones(path: Path) -> None:
    """G.722 without a header: only the extension says what it is."""
    with av.open(str(path), "w", format="g722") as container:
        stream = container.add_stream("g722", rate=16_000, layout="mono")
        samples = (tones()[:, :1].T * 32767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="s16", layout="mono")
        frame.sample_rate = 16_000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def test_the_copy_is_taken_whose_name_says_what_it_is(tmp_path: Path) -> None:
    speech_of_telephones(tmp_path / "b.g722")
    content = (tmp_path / "b.g722").read_bytes()
    for name in ("a.bin", "a.wav", "c.g722"):
        (tmp_path / name).write_bytes(content)
    found = heard(recording_in(tmp_path))
    assert found.heard.status == "complete"
    assert found.heard.format is not None
    assert found.heard.format.codec == "adpcm_g722"
    assert found.heard.duration_ms == pytest.approx(1000 * len(tones()) / 16_000, abs=10)


def test_what_cannot_be_decoded_under_any_name_is_one_failure(tmp_path: Path) -> None:
    for name in ("a.wav", "b.mp3", "c.wav", "d"):
        (tmp_path / name).write_bytes(b"Dear diary, " * 999)
    recording = recording_in(tmp_path)
    (tmp_path / "a.wav").unlink()
    found = heard(recording)
    assert found.heard.status == "failed"
    assert [problem.reason for problem in found.problems] == [Reason.UNDECODABLE]  # it says more than that one is gone


def test_what_crashes_a_decoder_is_tried_once_under_an_extension(copies: Path) -> None:
    recording = recording_in(copies)
    asked: list[str] = []

    @contextmanager
    def crashing(path: str) -> Iterator[Audio]:
        asked.append(Path(path).name)
        raise ZeroDivisionError
        yield

    found = sort_events(listen(recording, WANTED, None, crashing))
    assert asked == ["a.wav"]
    assert [problem.reason for problem in found.problems] == [Reason.INTERNAL]
