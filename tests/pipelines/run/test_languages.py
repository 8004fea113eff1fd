"""A column that says the language of each file: who is heard in which, what is told, and what is made anew."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.cli import PUBLISHED, WRONG_USE, main
from tests.pipelines.corpora import DEMO, rows

Captured = pytest.CaptureFixture[str]
FILES = ("code_007.wav", "code_012.wav", "code_031.flac")


@pytest.fixture
def talks(tmp_path: Path) -> Path:
    folder = tmp_path / "talks"
    folder.mkdir()
    for name in FILES:
        shutil.copy(DEMO / "digits" / name, folder)
    return folder


@pytest.fixture
def cells(tmp_path: Path) -> Callable[..., list[str]]:
    """Writes the metadata; gives the words that name it."""

    def write(*languages: str) -> list[str]:
        path = tmp_path / "own.csv"
        lines = [f"{name},{language}\n" for name, language in zip(FILES, languages, strict=True)]
        path.write_text("file,lang\n" + "".join(lines))
        return ["--metadata", str(path)]

    return write


def said(out: Path) -> list[str | None]:
    """The language of each recording, by the names of the files."""
    names = {row["recording_id"]: row["uri"].rpartition("/")[2] for row in rows(out, "recordings")}
    found = {names[row["recording_id"]]: row["language"] for row in rows(out, "transcripts")}
    return [found[name] for name in FILES]


def test_each_file_is_in_its_own_language(
    talks: Path, tmp_path: Path, cells: Callable[..., list[str]], capfd: Captured, demo_models: dict[str, Path]
) -> None:
    out = tmp_path / "out"
    run = ["run", str(talks), "--out", str(out), "--tables", "transcripts"]
    run += ["--model", f"transcripts={demo_models['transcripts']}"]
    assert main([*run, *cells("German", "fr-CA", "jp"), "--language-column", "lang", "--language", "en"]) == PUBLISHED
    told = capfd.readouterr().err
    assert "the column lang says the language of 2 files (de 1, fr 1); 1 others are taken for en" in told
    assert "lang of code_031.flac is 'jp': no known language: did you mean ja (Japanese)?" in told
    assert said(out) == ["de", "fr", "en"]

    # What a file said holds until it says something else.
    assert main(run) == PUBLISHED
    assert "nothing to do" in capfd.readouterr().out
    assert main([*run, *cells("de", "fr", "en")]) == PUBLISHED  # the same in other words
    capfd.readouterr()
    before = {row["segment_id"]: row for row in rows(out, "transcripts")}
    assert main([*run, *cells("de", "it", "en")]) == WRONG_USE
    assert "transcripts of 1 recording (the column lang says another language than before)" in capfd.readouterr().err
    assert main([*run, *cells("de", "it", "en"), "--yes"]) == PUBLISHED
    assert "in this run: 1 taken up, 2 known" in capfd.readouterr().out
    assert said(out) == ["de", "it", "en"]
    assert before.keys() == {row["segment_id"] for row in rows(out, "transcripts")}
    assert main(["methods", str(out)]) == PUBLISHED
    assert "in the language that the column lang of the metadata says of each file" in capfd.readouterr().out

    assert main([*run, "--language-column", "none"]) == WRONG_USE
    assert "transcripts of 2 recordings (language_column lang -> none)" in capfd.readouterr().err


def test_a_cell_means_what_the_word_of_a_run_means(
    talks: Path, tmp_path: Path, cells: Callable[..., list[str]], capfd: Captured, demo_models: dict[str, Path]
) -> None:
    out = tmp_path / "out"
    run = ["run", str(talks), "--out", str(out), "--tables", "transcripts"]
    run += ["--model", f"transcripts={demo_models['transcripts']}"]
    assert main([*run, "--language", "de"]) == PUBLISHED
    assert main([*run, "--language", "auto", "--language-column", "lang", *cells("de", "deu", "German")]) == PUBLISHED
    assert "in this run: 3 known" in capfd.readouterr().out
    assert said(out) == ["de"] * 3


def test_a_column_that_is_not_there_is_refused(
    talks: Path, tmp_path: Path, cells: Callable[..., list[str]], capfd: Captured
) -> None:
    run = ["run", str(talks), "--out", str(tmp_path / "out"), "--tables", "windows", "--language-column", "lnag"]
    assert main([*run, *cells("de", "de", "de")]) == WRONG_USE
    assert "--language-column lnag: no such column: did you mean 'lang'?" in capfd.readouterr().err
    assert main(run) == WRONG_USE
    assert "--language-column lnag: no such column: name your own columns with --metadata" in capfd.readouterr().err
