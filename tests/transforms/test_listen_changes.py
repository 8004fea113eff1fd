"""A file that changes while it is decoded: its rows are of no recording, those of a touched one are."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from schemas.reasons import Reason
from schemas.records import Recording
from tests.transforms.beside.test_state import CHANGES, copy_over, touch
from tests.transforms.listening import DEMO
from tests.transforms.test_identify import source_of
from transforms.decode.audio import Audio, open_audio
from transforms.heard import Heard
from transforms.identify import identify
from transforms.listen import Listening, Problem, listen

WANTED = Listening((16_000,), None)


@pytest.fixture
def recording(tmp_path: Path) -> Recording:
    """A file and a copy of it."""
    for name in ("a.wav", "b.wav"):
        shutil.copy(DEMO / "digits" / "code_007.wav", tmp_path / name)
    known = [identify(source_of(tmp_path / name)) for name in ("a.wav", "b.wav")]
    assert known[0].recording_id is not None
    return Recording(known[0].recording_id, tuple(one.source for one in known), known[0].seconds)


@contextmanager
def meddled(path: str, change: Callable[[Path], None]) -> Iterator[Audio]:
    """Somebody changes the file behind its first block."""
    with open_audio(path) as audio:
        blocks = audio.blocks

        def changing(frames: int | None = None) -> Iterator[np.ndarray]:
            for i, block in enumerate(blocks(4000)):
                if i == 1:
                    change(Path(path))
                yield block

        audio.blocks = changing  # type: ignore[method-assign]
        yield audio


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_while_it_is_decoded_is_no_recording(recording: Recording, change: Callable[[Path], None]) -> None:
    *_, problem, heard = listen(recording, WANTED, None, lambda path: meddled(path, change))
    assert isinstance(problem, Problem)
    assert problem.reason is Reason.CHANGED_WHILE_READ
    assert "while it was decoded" in problem.message
    assert heard == Heard("failed")


@pytest.mark.parametrize("change", CHANGES)
def test_what_changed_since_it_was_hashed_is_not_opened(recording: Recording, change: Callable[[Path], None]) -> None:
    for source in recording.sources:
        change(Path(source.path))
    problem, heard = listen(recording, WANTED, None, lambda path: pytest.fail(path))
    assert isinstance(problem, Problem)
    assert problem.reason is Reason.CHANGED_WHILE_READ
    assert heard == Heard("failed")


def test_a_copy_that_rests_is_heard_in_its_place(recording: Recording) -> None:
    Path(recording.sources[0].path).write_bytes(b"another one by now")
    *_, heard = listen(recording, WANTED, None)
    assert isinstance(heard, Heard)
    assert heard.status == "complete"


@pytest.mark.parametrize("change", [touch, copy_over, Path.unlink])
def test_what_is_touched_or_deleted_was_whole(recording: Recording, change: Callable[[Path], None]) -> None:
    path = Path(recording.sources[0].path)
    assert recording.recording_id == hashlib.sha256(path.read_bytes()).hexdigest()[:32]
    *_, heard = listen(recording, WANTED, None, lambda path: meddled(path, change))
    assert isinstance(heard, Heard)
    assert heard.status == "complete"


def test_what_is_cut_while_it_is_decoded_is_not_called_damaged(recording: Recording) -> None:
    def empty(path: Path) -> None:
        path.write_bytes(b"")

    @contextmanager
    def emptied(path: str) -> Iterator[Audio]:
        empty(Path(path))
        with open_audio(path) as audio:
            yield audio

    events = list(listen(recording, WANTED, None, emptied))
    assert [event.reason for event in events if isinstance(event, Problem)] == [Reason.CHANGED_WHILE_READ]
