"""What the bytes of a text file stand for."""

from __future__ import annotations

import codecs

import pytest

from pipelines.files.encoding import decode
from schemas.errors import UsageError

TEXTS = (
    "file;name\na.wav;José Núñez\nb.wav;Ångström\n",
    "file;preis\na.wav;3 €\n",
    "file;n\na.wav;“gut”\n",
    "file;n\na;«bonjour»\n",
    "file;n\na;it’s\n",
    "file;n\na;don’t – stop…\n",
    "file;n\na;Größe – fünf\n",
    "file;n\na;Œuvre\nb;ÜBER\nc;CAFÉ\n",
    "file;n\na;à la carte\n",
    "file;n\na;10 °C\n",
    "file;n\na;Køln Ærø\n",
    "file,ort\nMüller_01.wav,Köln\nStraße.wav,Wien\n",
)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize(
    ("encoding", "end"),
    [("cp1252", "\n"), ("cp1252", "\r\n"), ("mac_roman", "\n"), ("mac_roman", "\r\n"), ("mac_roman", "\r")],
)
def test_the_encodings_of_western_europe_are_told_apart(text: str, encoding: str, end: str) -> None:
    found = decode(text.replace("\n", end).encode(encoding), "x")
    assert (found.encoding, found.text) == (encoding, text.replace("\n", end))
    assert found.guessed


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("text", TEXTS)
def test_unicode_is_known_with_and_without_its_mark(text: str, encoding: str) -> None:
    found = decode(text.encode(encoding), "x")
    assert found.text == text
    assert found.name == "-".join(encoding.upper().split("-")[:2])
    assert not found.guessed


def test_a_person_says_which_it_is() -> None:
    assert decode("Łódź".encode("cp1250"), "x", "cp1250").text == "Łódź"
    assert decode(codecs.BOM_UTF8 + b"a", "x", "UTF-8").text == "a"
    for said in ("klingon", "rot13", "zlib"):
        with pytest.raises(UsageError, match="is no encoding"):
            decode(b"a", "x", said)
    with pytest.raises(UsageError, match=r"^x, line 2 is not ascii text \(byte 3\): name another encoding"):
        decode("a\nbé".encode(), "x", "ascii")


def test_zero_bytes_are_told_by_their_line() -> None:
    with pytest.raises(UsageError, match=r"^x, line 3: a zero byte"):
        decode(b"file,a\nx,1\ny,2\0\n", "x")
