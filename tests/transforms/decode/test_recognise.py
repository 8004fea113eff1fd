"""How far a new file is read before it is known whether its sound is: its header, its beginning, or all of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from schemas.forgotten import Forgotten
from schemas.register import Register
from tests.transforms.decode.test_sound_hash import RATE, hash_of_file, tone
from transforms.decode.asked import Asked
from transforms.decode.guard import Decoder
from transforms.decode.recognise import Ear

CONTENT = "a" * 32


class Counted(Decoder):
    """A decoder that notes what it was asked."""

    def __init__(self, asked: Asked = Asked()) -> None:  # noqa: B008
        super().__init__(asked)
        self.was_asked: list[str] = []

    def _ask(self, what: str, *said: object, **more: object) -> None:
        self.was_asked.append(what)
        super()._ask(what, *said, **more)  # type: ignore[arg-type]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    soundfile.write(tmp_path / "a.wav", tone(), RATE, subtype="PCM_16")
    return tmp_path / "a.wav"


def listen(path: Path, register: Register, content: str = CONTENT) -> tuple[tuple[float | None, str | None], list[str]]:
    decoder = Counted()
    try:
        found = Ear(decoder, register.clues(Forgotten())).listen(str(path), content)
    finally:
        decoder.close()
    return found, decoder.was_asked


def test_a_new_corpus_reads_headers(path: Path) -> None:
    assert listen(path, Register()) == ((3.0, None), ["header"])


def test_known_bytes_are_not_opened(path: Path) -> None:
    assert listen(path, Register(by_bytes={CONTENT: "b" * 32})) == ((None, None), [])


def test_another_beginning_ends_it(path: Path) -> None:
    assert listen(path, Register(by_sound={"f" * 40: ("b" * 32,)})) == ((3.0, None), ["head"])


def test_a_known_beginning_is_decoded_to_its_end(path: Path) -> None:
    sound = hash_of_file(path)
    assert listen(path, Register(by_sound={sound: ("b" * 32,)})) == ((3.0, sound), ["head", "sound"])
    soundfile.write(path, np.concatenate([tone(), tone()]), RATE, subtype="PCM_16")
    (seconds, other), asked = listen(path, Register(by_sound={sound: ("b" * 32,)}))
    assert (seconds, asked) == (6.0, ["head", "sound"])
    assert other not in (None, sound)


def test_what_cannot_be_decoded_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"no sound" * 1000)
    assert listen(tmp_path / "a.wav", Register(by_sound={"f" * 40: ("b" * 32,)})) == ((None, None), ["head"])
