"""What a person says of files without a header."""

from __future__ import annotations

import pytest

from schemas.errors import UsageError
from schemas.raw import BY_EXTENSION, BY_NAME_ALONE, CODINGS, UNSURE, Coding, read_raw


@pytest.mark.parametrize(
    ("word", "name", "coding"),
    [
        ("alaw:8000", "call.alaw", Coding("alaw", 8000)),
        ("ulaw:8000", "call.bin", Coding("mulaw", 8000)),
        ("s16le:16000:2", "CALL.RAW", Coding("s16le", 16_000, 2)),
        (".raw=s16:16000", "call.raw", Coding("s16le", 16_000)),
        ("*.Xyz=vox:6000", "call.xyz", Coding("vox", 6000)),
        ("gsm", "call", Coding("gsm", 8000)),
        ("g722:16000", "call.g722", Coding("g722", 16_000)),
    ],
)
def test_words(word: str, name: str, coding: Coding) -> None:
    assert read_raw([word]).of(name) == coding
    assert read_raw([str(coding)]).rest == coding


def test_each_extension_by_its_own_word_and_the_others_by_the_rest() -> None:
    raw = read_raw(["mulaw:8000", ".raw=s16be:44100"])
    assert str(raw.of("a.raw")) == "s16be:44100"
    assert str(raw.of("a.pcm")) == str(raw.of("a.alaw")) == str(raw.of("a")) == "mulaw:8000"
    assert raw.of("a.wav") is None
    assert str(BY_NAME_ALONE.of("a.ALAW")) == "alaw:8000"
    assert BY_NAME_ALONE.said_of("a.alaw") is None


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["mp3:8000"], "unknown coding 'mp3'"),
        (["alaw"], "expected CODING:HZ"),
        (["alaw:8k"], "expected CODING:HZ"),
        (["alaw:8000:1:1"], "expected CODING:HZ"),
        (["alaw:8000:0"], "0 channels"),
        (["alaw:8"], "8 Hz is not between"),
        (["g722:8000"], "g722 is of one channel at 16000 Hz"),
        (["vox:8000:2"], "vox is of one channel"),
        (["=alaw:8000"], "expected an extension"),
        (["a b=alaw:8000"], "expected an extension"),
        ([".raw=alaw:8000", "raw=mulaw:8000"], ".raw is said to be alaw:8000 and mulaw:8000"),
        (["alaw:8000", "mulaw:8000"], "alaw:8000 or mulaw:8000?"),
        ([""], "unknown coding"),
    ],
)
def test_what_is_wrong_is_told_in_a_line(words: list[str], told: str) -> None:
    with pytest.raises(UsageError, match="raw: ") as refused:
        read_raw(words)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_extensions_are_codings_that_can_be_said() -> None:
    for extension, coding in BY_EXTENSION.items():
        assert read_raw([f"{extension}={coding}"]).of(f"x{extension}") == coding
        assert coding.name in CODINGS
    for extension, other in UNSURE.items():
        assert read_raw([f"{extension}={other}"]).of(f"x{extension}") != BY_EXTENSION[extension]
