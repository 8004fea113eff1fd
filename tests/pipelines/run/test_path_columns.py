"""Columns out of the paths of files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipelines.run.metadata import Joined
from pipelines.run.path_columns import PathPattern, with_path_columns
from schemas.errors import UsageError
from schemas.records import Source
from schemas.table import column


@pytest.mark.parametrize(
    ("pattern", "path", "found"),
    [
        ("{station}/{year}/{show}", "A/2024/News/x.mp3", {"station": "A", "year": "2024", "show": "News"}),
        ("{station}/{year}/{show}", "A/2024/News/deep/x.mp3", {"station": "A", "year": "2024", "show": "News"}),
        ("{station}/{year}/{show}", "A/2024/x.mp3", None),
        ("radio/{year}", "Radio/2024/x.mp3", {"year": "2024"}),
        ("radio/{year}", "tv/2024/x.mp3", None),
        ("*/{year}", "tv/2024/x.mp3", {"year": "2024"}),
        ("{station}_{date}_{n}.mp3", "A_B_2024-03-05_1.MP3", {"station": "A_B", "date": "2024-03-05", "n": "1"}),
        ("{station}_{n}.mp3", "A_1.wav", None),
        ("{station}_{n}.*", "A_1.wav", {"station": "A", "n": "1"}),
        ("{station}/{n}.*", "A/1.wav", {"station": "A", "n": "1"}),
        ("{station}/{n}.*", "A/2024/1.wav", None),
        ("show {show}/{n}.wav", "show Köln (1)/1.wav", {"show": "Köln (1)", "n": "1"}),
    ],
)
def test_what_a_path_says(pattern: str, path: str, found: dict[str, str] | None) -> None:
    one = PathPattern(pattern)
    assert one.read(path, to_name=one.has_name) == found


@pytest.mark.parametrize("pattern", ["", "a/b", "{}", "{a}/{A}", "{a}{b}", "{a", "{a}/b}", "{ a}"])
def test_what_is_no_pattern(pattern: str) -> None:
    with pytest.raises(UsageError, match="--path-columns"):
        PathPattern(pattern)


def columns(tmp_path: Path, pattern: str, *paths: str, roots: list[str], **types: str) -> tuple[Joined, list[Any]]:
    sources = []
    for path in paths:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        uri = str(tmp_path / path)
        sources.append(Source(uri, uri, 1, 1, {"show": "mine"}))
    before = Joined(tuple(sources), (column("show", pa.string(), "", nullable=True),))
    found = with_path_columns(before, pattern, [str(tmp_path / root) for root in roots], types)
    return found, [dict(source.metadata) for source in found.sources]


def test_columns_stand_beside_those_of_the_metadata(tmp_path: Path) -> None:
    found, values = columns(
        tmp_path,
        "{station}/{year}/{show}",
        *("A/2024/N/1.mp3", "A/misc/N/2.mp3", "3.mp3"),
        roots=["."],
        year="int",
    )
    assert values == [
        {"show": "mine", "station": "A", "year": 2024},
        {"show": "mine", "station": "A", "year": None},
        {"show": "mine", "station": None, "year": None},
    ]
    assert [(field.name, field.type) for field in found.columns][1:] == [("station", pa.string()), ("year", pa.int64())]
    assert found.notes == (
        "2 of 3 files fit the path columns {station}/{year}/{show}; without them: 3.mp3",
        "year: 1 part of a path is no int, and null: misc",
        "the metadata has the path columns show already: its values stay",
    )


def test_the_root_is_what_a_run_was_given(tmp_path: Path) -> None:
    for roots in (["radio"], [".", "radio"], ["radio/*/*.mp3"], ["radio/**"]):
        _, values = columns(tmp_path, "{station}", "radio/A/1.mp3", roots=roots)
        assert values == [{"show": "mine", "station": "A"}]


def test_where_no_folder_fits_the_name_may(tmp_path: Path) -> None:
    _, values = columns(tmp_path, "{station}_{n}", "A_1.mp3", "B_2.wav", roots=["."])
    assert [(one["station"], one["n"]) for one in values] == [("A", "1"), ("B", "2")]


def test_a_name_that_the_tables_have_gets_another(tmp_path: Path) -> None:
    found, values = columns(tmp_path, "{codec}", "x/1.mp3", roots=["."])
    assert values == [{"show": "mine", "own_codec": "x"}]
    assert "codec is own_codec" in found.notes[-1]
