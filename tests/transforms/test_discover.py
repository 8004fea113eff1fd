"""What a user names becomes the list of sources."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from schemas.reasons import Reason
from transforms.discover import Discovery, discover, uri_of
from transforms.identify import identify

NOBODY = 65534


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with a small corpus in it."""
    for name in (
        "radio/b.mp3",
        "radio/a.wav",
        "radio/notes.txt",
        "radio/LABELS.CSV",
        "radio/.hidden.wav",
        "radio/.trash/old.wav",
        "radio/2024/c.flac",
        "radio/2024/take [1].wav",
        "radio/no_extension",
        "talk.wav",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    monkeypatch.chdir(tmp_path)
    return tmp_path


NAMES = {"documents": 1, "tables and data": 1}
HIDDEN = {"hidden": 1, "in .trash": 1}


def found(discovery: Discovery, root: Path) -> list[str]:
    """Paths from ``root``, in the order they came."""
    return [os.path.relpath(source.path, root) for source in discovery.sources]


IN_RADIO = ["radio/2024/c.flac", "radio/2024/take [1].wav", "radio/a.wav", "radio/b.mp3", "radio/no_extension"]


def test_a_folder_is_walked_without_hidden_files_and_what_is_no_recording(corpus: Path) -> None:
    discovery = discover(["radio"])
    assert found(discovery, corpus) == IN_RADIO
    assert discovery.passed_over.kinds() == {**NAMES, **HIDDEN}


def test_a_source_says_what_the_system_says(corpus: Path) -> None:
    (source,) = discover(["talk.wav"]).sources
    status = (corpus / "talk.wav").stat()
    assert (source.bytes, source.modified_ns) == (status.st_size, status.st_mtime_ns)
    assert source.uri == source.path == str(corpus / "talk.wav")


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("radio/*.wav", ["radio/a.wav"]),
        ("radio/*", IN_RADIO),
        ("radio/**/*.flac", ["radio/2024/c.flac"]),
        ("radio/**", IN_RADIO),
        ("**/*.wav", ["radio/2024/take [1].wav", "radio/a.wav", "talk.wav"]),
        ("radio/[ab].*", ["radio/a.wav", "radio/b.mp3"]),
        ("radio/2024/take [1].wav", ["radio/2024/take [1].wav"]),  # a name that looks like a glob
        ("r*o/20??", ["radio/2024/c.flac", "radio/2024/take [1].wav"]),
        ("radio/.hidden.wav", ["radio/.hidden.wav"]),
        ("radio/.h*", ["radio/.hidden.wav"]),
    ],
)
def test_globs(corpus: Path, pattern: str, expected: list[str]) -> None:
    assert found(discover([pattern]), corpus) == expected
    assert found(discover([str(corpus / pattern)]), corpus) == expected


def test_the_home_folder_is_known(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(corpus))
    assert found(discover(["~/talk.wav"]), corpus) == ["talk.wav"]
    assert found(discover(["~/rad*/*.mp3"]), corpus) == ["radio/b.mp3"]


def test_an_extension_that_is_no_recording_is_taken_where_it_is_named(corpus: Path) -> None:
    assert found(discover(["radio/notes.txt"]), corpus) == ["radio/notes.txt"]
    assert found(discover(["radio/*.txt"]), corpus) == ["radio/notes.txt"]
    named = discover(["radio", "radio/notes.txt"])
    assert "radio/notes.txt" in found(named, corpus)
    assert named.passed_over.kinds() == {"tables and data": 1, **HIDDEN}


def test_what_only_a_wildcard_caught_is_passed_over(corpus: Path) -> None:
    discovery = discover(["radio/n*"])
    assert found(discovery, corpus) == ["radio/no_extension"]
    assert discovery.passed_over.kinds() == {"documents": 1}


def test_a_file_named_twice_is_there_once(corpus: Path) -> None:
    discovery = discover(["talk.wav", "./talk.wav", str(corpus / "talk.wav"), "radio/../talk.wav", "t*.wav", "."])
    assert found(discovery, corpus).count("talk.wav") == 1
    assert discovery.passed_over.kinds() == {**NAMES, **HIDDEN}
    assert discover(["radio", "radio"]).passed_over.kinds() == {**NAMES, **HIDDEN}


def test_the_order_is_that_of_the_names_whatever_was_named_first(corpus: Path) -> None:
    one, other = discover(["talk.wav", "radio"]), discover(["radio", "talk.wav"])
    assert one.sources == other.sources
    assert [s.uri for s in one.sources] == sorted(s.uri for s in one.sources)


@pytest.mark.parametrize(
    "pattern", ["nowhere", "nowhere/x.wav", "radio/*.opus", "radio/**/*.opus", "[z]*", "~/nowhere"]
)
def test_what_matches_nothing_is_named(corpus: Path, pattern: str) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        discover(["radio", pattern])
    assert str(caught.value).startswith(f"{pattern}: ")


def test_an_empty_folder_holds_nothing(corpus: Path) -> None:
    (corpus / "empty").mkdir()
    assert discover(["empty"]).sources == ()


def test_a_name_that_is_not_utf_8(corpus: Path) -> None:
    path = os.path.join(os.fsencode(corpus), b"caf\xe9.wav")
    with open(path, "wb") as file:
        file.write(b"x")
    (source,) = discover(["caf*"]).sources
    assert source.uri == f"{corpus}/caf\\xe9.wav"
    source.uri.encode("utf-8")
    assert identify(source).recording_id is not None
    assert source in discover(["."]).sources


def test_a_name_with_a_line_break(corpus: Path) -> None:
    (corpus / "two\nlines.wav").write_bytes(b"x")
    (source,) = discover(["two*"]).sources
    assert source.uri == f"{corpus}/two\nlines.wav"
    assert identify(source).recording_id is not None


def test_uris_of_other_scripts_stay() -> None:
    assert uri_of("/möwe/海.wav") == "/möwe/海.wav"


def test_loops_of_links_end_and_no_file_comes_twice(corpus: Path) -> None:
    for loop in ("radio/loop", "radio/2024/up"):
        os.symlink(corpus / "radio", corpus / loop)
    for pattern in ("radio", "radio/**", "radio/**/*", "**"):
        assert [p for p in found(discover([pattern]), corpus) if p != "talk.wav"] == IN_RADIO, pattern
    # A link that a glob names is followed, once.
    assert found(discover(["radio/*"]), corpus) == sorted(IN_RADIO + [p.replace("o/", "o/loop/", 1) for p in IN_RADIO])


def test_a_link_to_a_folder_is_walked_where_it_is_named(corpus: Path) -> None:
    os.symlink("radio/2024", corpus / "latest")
    assert found(discover(["latest"]), corpus) == ["latest/c.flac", "latest/take [1].wav"]
    assert found(discover(["lat*"]), corpus) == ["latest/c.flac", "latest/take [1].wav"]


def test_links_to_files_are_files_of_their_own(corpus: Path) -> None:
    os.symlink("talk.wav", corpus / "again.wav")
    sources = discover(["talk.wav", "again.wav"]).sources
    assert len(sources) == 2
    assert len({identify(source).recording_id for source in sources}) == 1


def test_what_cannot_be_read_is_a_source_all_the_same(corpus: Path) -> None:
    os.symlink("nowhere.wav", corpus / "radio" / "dangling.wav")
    os.symlink("self.wav", corpus / "radio" / "self.wav")
    os.mkfifo(corpus / "radio" / "pipe.wav")
    reasons = {}
    for source in discover(["radio"]).sources:
        problem = identify(source).problem
        reasons[Path(source.path).name] = problem.reason if problem else None
    assert reasons["dangling.wav"] == Reason.NOT_FOUND
    assert reasons["self.wav"] == Reason.NOT_A_FILE
    assert reasons["pipe.wav"] == Reason.NOT_A_FILE


@contextmanager
def without_privileges(folder: Path) -> Iterator[None]:
    """As somebody who is not root, who may read everything."""
    if os.geteuid() != 0:
        yield
        return
    for parent in (folder, *folder.parents[:-1]):
        if not parent.stat().st_mode & 0o001:
            parent.chmod(0o755)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_folder_that_cannot_be_listed_is_told_of(corpus: Path) -> None:
    (corpus / "radio" / "2024").chmod(0)
    with without_privileges(corpus):
        sources = discover(["radio"]).sources
        problems = [identify(source).problem for source in sources]
    (corpus / "radio" / "2024").chmod(0o755)
    assert [os.path.relpath(s.path, corpus) for s in sources] == [
        "radio/2024",
        "radio/a.wav",
        "radio/b.mp3",
        "radio/no_extension",
    ]
    assert [p.reason if p else None for p in problems] == [Reason.UNREADABLE, None, None, None]


def test_an_address_is_told_from_a_path() -> None:
    with pytest.raises(FileNotFoundError, match=r"https://example\.org/a\.mp3: an address; download"):
        discover(["https://example.org/a.mp3"])
