"""Which files a text names, as people, programs and other machines write it."""

from __future__ import annotations

import pytest

from pipelines.run.named_files import Finder, Fit
from schemas.records import Source

URIS = (
    "/a/interviews/Mu\u0308ller_01.wav",
    "/a/interviews/Straße 02.wav",
    "/a/radio/2023/spot.mp3",
    "/a/radio/2024/spot.mp3",
    "/a/radio/2024/Jingle.mp3",
    "/a/radio/2024/jingle.wav",
    "/a/plain",
)
find = Finder([Source(uri, uri, 1, 1) for uri in URIS])


@pytest.mark.parametrize(
    ("text", "uri", "fit"),
    [
        (URIS[0], 0, Fit(0, 0, 0)),
        ("Müller_01.wav", 0, Fit(0, 0, 0)),
        ("MÜLLER_01.WAV", 0, Fit(0, 0, 1)),
        ("Müller_01", 0, Fit(0, 1, 0)),
        ("müller_01", 0, Fit(0, 1, 1)),
        ("Müller_01.mp3", 0, Fit(0, 2, 0)),
        ("D:\\Interviews\\Müller_01.wav", 0, Fit(1, 0, 0)),
        ("C:\\a\\interviews\\Müller_01.wav", 0, Fit(0, 0, 0)),
        ("file:///a/interviews/Stra%C3%9Fe%2002.wav", 1, Fit(0, 0, 0)),
        ("file:///C:/Users/me/interviews/Stra%C3%9Fe%2002.wav", 1, Fit(3, 0, 0)),
        ("file://localhost/a/interviews/Stra%C3%9Fe%2002.wav", 1, Fit(1, 0, 0)),
        ("\\\\server\\share\\Straße 02.wav", 1, Fit(4, 0, 0)),
        ("./2023/spot.mp3", 2, Fit(0, 0, 0)),
        ("2023\\spot.mp3", 2, Fit(0, 0, 0)),
        ("D:\\Radio\\2024\\spot.mp3", 3, Fit(1, 0, 0)),
        ("Jingle.mp3", 4, Fit(0, 0, 0)),
        ("jingle", 5, Fit(0, 1, 0)),
        ("plain", 6, Fit(0, 0, 0)),
        ("plain.wav", 6, Fit(0, 2, 0)),
    ],
)
def test_the_strictest_match_that_fits(text: str, uri: int, fit: Fit) -> None:
    named = find(text)
    assert [source.uri for source in named.sources] == [URIS[uri]]
    assert named.fit is not None
    assert (named.fit.extension, named.fit.case, bool(named.fit.folders)) == (
        fit.extension,
        fit.case,
        bool(fit.folders),
    )


@pytest.mark.parametrize("text", ["", "/", "interviews/", "file:", "spot.1", "ot.mp3", "D:", "Jing"])
def test_a_part_of_a_name_is_none(text: str) -> None:
    assert find(text).sources == ()


@pytest.mark.parametrize("text", ["spot.mp3", "spot", "x/spot.mp3", "SPOT.MP3", "jingle.flac"])
def test_what_may_be_several_is_said_to_be(text: str) -> None:
    assert len(find(text).sources) == (1 if text == "jingle.flac" else 2)


def test_how_it_was_named_is_said_in_words() -> None:
    assert find("interviews/Straße 02.wav").by == "path"
    assert find("MÜLLER_01.mp3").by == "name with another extension in other capitals"
    assert find("D:\\x\\Müller_01").by == "name without extension in another folder"
