"""The user's own columns, joined to the sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.files.sheet import trimmed
from pipelines.run.metadata import Joined, join_metadata
from schemas.catalog import TABLES
from schemas.errors import UsageError
from schemas.metadata import MetadataConfig
from schemas.records import Source

URIS = (
    "/corpus/interviews/ana.wav",
    "/corpus/interviews/ben.wav",
    "/corpus/radio/ana.mp3",
    "/corpus/radio/spot.final.mp3",
    "/corpus/caf\\xe9.wav",
    "/corpus/mo\u0308we.wav",
)
SOURCES = tuple(Source(uri, uri, 1, 1) for uri in URIS)
Join = Callable[..., Joined]


@pytest.fixture
def join(tmp_path: Path) -> Join:
    """Joins the sources with a CSV file of the given content."""

    def join(content: str | bytes, sources: tuple[Source, ...] = SOURCES, **types: str) -> Joined:
        path = tmp_path / "own.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return join_metadata(sources, MetadataConfig(str(path), types))

    return join


def values(joined: Joined) -> dict[str, Mapping[str, Any]]:
    """What each source was given, by URI."""
    return {s.uri: s.metadata for s in joined.sources if s.metadata}


def test_without_a_file_nothing_is_joined() -> None:
    assert join_metadata(SOURCES, MetadataConfig()) == Joined(SOURCES, ())


@pytest.mark.parametrize(
    ("named", "uri"),
    [
        ("/corpus/interviews/ana.wav", URIS[0]),
        ("interviews/ana.wav", URIS[0]),
        ("./interviews/ana.wav", URIS[0]),
        ("interviews\\ana.wav", URIS[0]),
        (" interviews/ana.wav ", URIS[0]),
        ("ana.wav", URIS[0]),
        ("ana.mp3", URIS[2]),
        ("ben", URIS[1]),
        ("spot.final", URIS[3]),
        ("caf\\xe9.wav", URIS[4]),  # as the table `files` writes a name that is not UTF-8
        ("m\u00f6we.wav", URIS[5]),  # one character for the accent, two in the name of the file
        ("mo\u0308we", URIS[5]),
    ],
)
def test_a_line_names_its_file(join: Join, named: str, uri: str) -> None:
    joined = join(f"file,speaker\n{named},007\n")
    assert values(joined) == {uri: {"speaker": "007"}}
    assert [s.uri for s in joined.sources] == list(URIS)


def test_a_path_from_the_working_folder(join: Join, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    uri = f"{tmp_path}/a.wav"
    joined = join("file,speaker\n../a.wav,007\n", (Source(uri, uri, 1, 1),))
    assert values(joined) == {uri: {"speaker": "007"}}


@pytest.mark.parametrize("named", ["an.wav", "na.wav", "spot", "ben.wa", "radio/an.wav", ""])
def test_a_part_of_a_name_is_not_the_name(join: Join, named: str) -> None:
    joined = join(f"file,speaker\n{named},007\nben,1\n")
    assert values(joined) == {URIS[1]: {"speaker": "1"}}
    assert joined.unmatched == (named,)


def test_two_files_of_one_name_are_refused(join: Join) -> None:
    with pytest.raises(UsageError, match=r"own\.csv, line 3: 'ana' is the name of 2 files .*write more of the path"):
        join("file,speaker\nben,1\nana,2\n")


def test_two_lines_for_one_file_are_refused(join: Join) -> None:
    with pytest.raises(UsageError, match=r"lines 2 and 4 both name /corpus/interviews/ben\.wav"):
        join("file,speaker\nben,1\nana.wav,2\nben.wav,3\n")


@pytest.mark.parametrize(
    "key", ["file", "File", "FILENAME", "file_name", "path", "uri", "recording", "audio", " file "]
)
def test_names_of_the_column_that_names_the_file(join: Join, key: str) -> None:
    joined = join(f"speaker,{key},age\n007,ben.wav,40\n")
    assert values(joined) == {URIS[1]: {"speaker": "007", "age": "40"}}
    assert [c.name for c in joined.columns] == ["speaker", "age"]


def test_the_first_of_two_such_columns_wins_and_the_other_is_kept(join: Join) -> None:
    assert values(join("path,file\nelsewhere,ben.wav\n")) == {URIS[1]: {"path": "elsewhere"}}


def test_types(join: Join) -> None:
    joined = join(
        "file,speaker,year,mean,ok,day\n"
        "ben.wav,007,2024,0.5,yes,2024-03-05\n"
        "ana.wav,,-3,1e3,FALSE,1999-12-31\n"
        "ana.mp3, x ,,,,\n"
        "spot.final, , 7 , 2 , 1 , 2024-01-01 \n",
        year="int",
        mean="float",
        ok="bool",
        day="date",
    )
    assert values(joined) == {
        URIS[1]: {"speaker": "007", "year": 2024, "mean": 0.5, "ok": True, "day": date(2024, 3, 5)},
        URIS[0]: {"speaker": None, "year": -3, "mean": 1000.0, "ok": False, "day": date(1999, 12, 31)},
        URIS[2]: {"speaker": "x", "year": None, "mean": None, "ok": None, "day": None},
        URIS[3]: {"speaker": None, "year": 7, "mean": 2.0, "ok": True, "day": date(2024, 1, 1)},
    }
    types = [pa.string(), pa.int64(), pa.float64(), pa.bool_(), pa.date32()]
    assert [c.type for c in joined.columns] == types
    assert all(c.nullable for c in joined.columns)
    for column in joined.columns:  # what came out can be written
        pa.array([v[column.name] for v in values(joined).values()], column.type)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("int", "3.5"),
        ("int", "many"),
        ("int", "1_000"),
        ("int", "99999999999999999999"),
        ("bool", "maybe"),
        ("date", "5/3/2024"),
        ("date", "2024-02-30"),
    ],
)
def test_a_value_of_another_type_names_its_line(join: Join, kind: str, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        join(f"file;x\nben.wav;\nana.wav;{text}\n", x=kind)
    assert f"own.csv, line 3: x is {text!r}, which is no {kind}" in str(caught.value)


@pytest.mark.parametrize("kind", ["int", "float", "bool", "date"])
def test_a_value_without_end_is_told_and_not_shown(join: Join, kind: str) -> None:
    for text in ("1" + "0" * 6000, "x" * 100_000, "9" * 6000 + "-01-01"):
        if kind == "float" and text.isdigit():
            continue  # infinite, as Arrow reads it
        with pytest.raises(UsageError, match=rf"own\.csv, line 2: x is .*, which is no {kind}") as caught:
            join(f"file,x\nben.wav,{text}\n", x=kind)
        assert len(str(caught.value)) < 400


def test_a_name_without_end_is_told_and_not_shown(join: Join) -> None:
    sources = tuple(Source(f"/{i}/{'x' * 5000}.wav", str(i), 1, 1) for i in range(2))
    with pytest.raises(UsageError) as caught:
        join(f"file,a\n{'x' * 5000}.wav,1\n", sources)
    assert "line 2: 'xxx" in str(caught.value)
    assert len(str(caught.value)) < 600


def test_a_type_for_a_column_that_is_not_there(join: Join) -> None:
    with pytest.raises(UsageError, match=r"has no column 'yaer': did you mean 'year'\?"):
        join("file,year\nben.wav,1\n", yaer="int")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators(join: Join, separator: str) -> None:
    text = separator.join(["speaker", "file", "note"]) + "\n" + separator.join(["007", "ben.wav", "x"]) + "\n"
    assert values(join(text)) == {URIS[1]: {"speaker": "007", "note": "x"}}


def test_a_header_with_other_separators_in_it(join: Join) -> None:
    assert values(join('"name, first, last";file\n"B, A";ben.wav\n')) == {URIS[1]: {"name, first, last": "B, A"}}
    assert values(join('"file","a;b;c;d"\n"ben.wav","1"\n')) == {URIS[1]: {"a;b;c;d": "1"}}


def test_a_single_column_says_only_which_files_there_are(join: Join) -> None:
    joined = join("file\nben.wav\n")
    assert joined.columns == ()
    assert joined.unmatched == ()


def test_what_spreadsheets_write(join: Join) -> None:
    """A byte order mark, carriage returns, quotes with line breaks in them, empty lines at the end."""
    joined = join(b'\xef\xbb\xbffile,note\r\n"ben.wav","two\r\nlines, ""quoted"""\r\nana.wav,x\r\n,\r\n\r\n')
    assert values(joined) == {URIS[1]: {"note": 'two\r\nlines, "quoted"'}, URIS[0]: {"note": "x"}}
    with pytest.raises(UsageError, match="line 4: year"):
        join('file,note,year\nben.wav,"two\nlines",1\nana.wav,x,y\n', year="int")


@pytest.mark.parametrize("character", ["\u2028", "\x0b", "\x0c", "\x85", "\x1e"])
def test_only_line_breaks_break_lines(join: Join, character: str) -> None:
    joined = join(f"file,note\nben.wav,one{character}line\nana.wav,x\n")
    assert values(joined) == {URIS[1]: {"note": f"one{character}line"}, URIS[0]: {"note": "x"}}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("speaker,age\n007,4\n", "no column names files of this run: name it with --metadata-key (speaker, age)"),
        ("", "no column names files of this run: name it with --metadata-key (empty)"),
        ("file,a\nben.wav\n", "line 2: 1 values for 2 columns"),
        ("file,a\nben.wav,1\nana.wav,1,2\n", "line 3: 3 values for 2 columns"),
        ("file,a,a\nben.wav,1,2\n", "two columns are called 'a'"),
        ("file,Age,age\nben.wav,1,2\n", "two columns are called 'age'"),
        ("file,a,,\nben.wav,1,,2\n", "column 3 of 4 has values but no name"),
        ('file,a\nben.wav,"open\nana.wav,2,3\n', "line 2: a quote is opened and never closed"),
    ],
)
def test_a_file_that_is_wrong_is_told_in_one_line(join: Join, content: str | bytes, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        join(content)
    assert told in str(caught.value)
    assert "own.csv" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.csv", tmp_path):
        with pytest.raises(UsageError, match=f"metadata: {path}: "):
            join_metadata(SOURCES, MetadataConfig(str(path)))


@pytest.mark.parametrize("name", ["duration_ms", "Duration_MS", "codec", "run_id", "status"])
def test_a_column_that_the_tables_have_already_is_called_otherwise_and_told(join: Join, name: str) -> None:
    joined = join(f"file,{name},words\nben.wav,1,2\n")
    assert values(joined) == {URIS[1]: {f"own_{name}": "1", "words": "2"}}
    assert any(f"{name} is own_{name}" in note for note in joined.notes)
    assert TABLES["recordings"].with_columns(joined.columns).schema.names[-2:] == [f"own_{name}", "words"]


def test_the_column_that_names_the_files_is_found_whatever_it_is_called(join: Join) -> None:
    joined = join("n;Dateiname;Ort\n1;ben.wav;Köln\n2;ana.wav;Wien\n3;gone.wav;Bonn\n")
    assert values(joined) == {URIS[1]: {"n": "1", "Ort": "Köln"}, URIS[0]: {"n": "2", "Ort": "Wien"}}
    assert joined.notes[-3:] == (
        "metadata: 2 of 6 files have a row of own.csv, found in the column 'Dateiname' by name",
        "of the metadata, 1 row name no file of this run: gone.wav (line 4)",
        "without a row of the metadata: 4 files: ana.mp3, spot.final.mp3, caf\\xe9.wav, ...",
    )


def test_a_column_that_is_called_so_and_names_none_is_not_the_one(join: Join) -> None:
    assert values(join("audio,name\nyes,ben.wav\nno,ana.mp3\n")) == {
        URIS[1]: {"audio": "yes"},
        URIS[2]: {"audio": "no"},
    }


def test_a_person_says_which_column_names_the_files(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("file,other\nben.wav,ana.mp3\n")
    assert values(join_metadata(SOURCES, MetadataConfig(str(path), key="other"))) == {URIS[2]: {"file": "ben.wav"}}
    with pytest.raises(UsageError, match=r"--metadata-key othr: .*did you mean 'other'"):
        join_metadata(SOURCES, MetadataConfig(str(path), key="othr"))


def test_a_row_that_names_a_file_loosely_yields_to_one_that_does_not(join: Join) -> None:
    joined = join("file,a\nD:\\old\\ben.wav,1\nben.wav,2\nX:\\ana.flac,3\nE:\\y\\spot.final.wav,4\n")
    assert values(joined) == {URIS[1]: {"a": "2"}, URIS[3]: {"a": "4"}}
    assert any("'X:\\\\ana.flac' is the name of 2 files" in note for note in joined.notes)
    assert "name (1), name with another extension in another folder (1)" in joined.notes[-4]
    assert values(join("file,a\nD:\\1\\ben.wav,1\nD:\\2\\ben.wav,2\nana.wav,3\n")) == {URIS[0]: {"a": "3"}}


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=10)


@given(st.lists(st.tuples(cells, cells), min_size=6, max_size=6))
def test_any_text_comes_back_as_it_was_but_for_blanks_at_its_ends(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    import csv

    path = tmp_path_factory.getbasetemp() / "any.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
        writer.writerow(["file", "a", "b"])
        writer.writerows([uri, *row] for uri, row in zip(URIS, rows, strict=True))
    joined = join_metadata(SOURCES, MetadataConfig(str(path)))
    expected = {uri: {"a": trimmed(a) or None, "b": trimmed(b) or None} for uri, (a, b) in zip(URIS, rows, strict=True)}
    assert values(joined) == expected
