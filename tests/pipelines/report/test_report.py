"""What is written for which corpus, and what is told of wrong words."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import cast

import pytest

from pipelines.cli import FAILED, PUBLISHED, main
from pipelines.corpus.appearances import Count
from pipelines.corpus.asked import open_corpus
from pipelines.report.profiles import profile
from pipelines.report.report import write_report
from tests.pipelines.aired import AIRED, SPOT, write_aired
from tests.pipelines.report.made import key_of, write_corpus

Captured = pytest.CaptureFixture[str]
WRONG = 2
SAID = {"/there/a.wav": "one acme two", "/there/b.wav": "three four", "/there/c.wav": "five"}
REGIONS = {"region": {"/there/a.wav": "north", "/there/b.wav": "north", "/there/c.wav": "south"}}


def test_a_page_of_the_corpus_and_of_recordings(tmp_path: Path, capfd: Captured) -> None:
    write_corpus(tmp_path / "c", SAID, REGIONS)
    assert main(["report", str(tmp_path / "c"), "--recordings", "a.wav", key_of("/there/b.wav")]) == PUBLISHED
    folder = tmp_path / "c" / "report"
    assert capfd.readouterr().out == f"{folder / 'report.html'} and 2 pages of recordings beside it\n"
    assert {path.name for path in folder.iterdir()} == {
        "report.html", f"{key_of('/there/a.wav')}.html", f"{key_of('/there/b.wav')}.html",
    }  # fmt: skip
    page = (folder / "report.html").read_text()
    assert f'<a href="{key_of("/there/a.wav")}.html">a.wav</a>' in page
    assert "file:///there/c.wav" in page
    for id in ("emotions-by-region", "sounds-by-region", "search", "map"):
        assert f'id="{id}"' in page, id


def test_nothing_is_asked_of_the_network(tmp_path: Path) -> None:
    write_corpus(tmp_path, SAID)
    for path in write_report(tmp_path, recordings=["top:1"]):
        page = path.read_text()
        for way in ('<script src="', '<link rel="stylesheet"', "@import", "url(http"):
            assert way not in page, way


def test_pages_without_audio_name_no_place(tmp_path: Path) -> None:
    write_corpus(tmp_path, SAID)
    for path in write_report(tmp_path, recordings=["top:3"], linked=False):
        assert "/there/" not in path.read_text()
        assert "<audio" not in path.read_text() or path.name == "report.html"


def test_jobs_left_out_and_no_metadata(tmp_path: Path) -> None:
    write_corpus(tmp_path, SAID, leave_out=("transcripts", "sounds", "embeddings"))
    page = write_report(tmp_path, phrases=["acme"], recordings=["top:2"])[0].read_text()
    assert "transcripts" in page.split("Jobs that were left out:")[1].split("</p>")[0]
    for id in ("search", "sounds", "mentions", "words", "sound-map"):
        assert f'id="{id}"' not in page, id
    assert 'id="emotions-by-None"' in page


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--by", "regoin"], WRONG, "--by regoin: no metadata column: did you mean 'region'?"),
        (["--recordings", "aa.wav"], WRONG, "no recording of that id or file name: did you mean 'a.wav'?"),
        (["--recordings", "0" * 32], WRONG, "no recording of that id or file name"),
        (["--to", "/dev/null/pages"], FAILED, "name a folder that can be written with --to"),
    ],
)
def test_wrong_words(tmp_path: Path, capfd: Captured, words: list[str], code: int, told: str) -> None:
    write_corpus(tmp_path, SAID, REGIONS)
    assert main(["report", str(tmp_path), *words]) == code
    error = capfd.readouterr().err
    assert told in error
    assert error.count("\n") == 1


def test_a_column_of_names_is_no_grouping(tmp_path: Path, capfd: Captured) -> None:
    said = {f"/there/{i}.wav": "word" for i in range(61)}
    write_corpus(tmp_path, said, {"speaker": {uri: uri for uri in said}}, leave_out=("embeddings",))
    assert main(["report", str(tmp_path), "--by", "speaker"]) == WRONG
    assert "--by speaker: 61 groups are too many to look at; a page holds 60" in capfd.readouterr().err
    assert "by speaker" not in write_report(tmp_path)[0].read_text()


def test_no_corpus_an_empty_one_and_one_without_metadata(tmp_path: Path, capfd: Captured) -> None:
    assert main(["report", str(tmp_path)]) == FAILED
    assert capfd.readouterr().err.startswith(f"earwitness: {tmp_path} holds no corpus")
    write_corpus(tmp_path / "empty", {})
    assert main(["report", str(tmp_path / "empty")]) == FAILED
    assert "no recording could be read, so there is nothing to show" in capfd.readouterr().err
    assert not (tmp_path / "empty" / "report").exists()
    write_corpus(tmp_path / "plain", SAID)
    assert main(["report", str(tmp_path / "plain"), "--by", "region"]) == WRONG
    assert "the corpus has no metadata" in capfd.readouterr().err


def test_one_content_in_several_files(tmp_path: Path) -> None:
    archive, out = write_aired(tmp_path), tmp_path / "out"
    (archive / "backup/spot.wav").unlink()
    page, spot = write_report(out, phrases=["acme"], recordings=[SPOT])
    shown = page.read_text()
    assert "Counted: recordings, each once; 1 of 2 recordings lies in several files, of 5 files" in shown
    assert "1 recording lies in several groups of station, counted once in each" in shown
    assert '<td dir="auto">KFM; RRadio</td><td dir="auto">2024-05-01; 2024-06-11; 2024-06-12</td>' in shown
    played = json.loads(re.findall(r'id="places">(.*?)</script>', shown)[0])[SPOT]
    assert (played["file"], played["audio"]) == ("0501.wav", (archive / "kfm/0501.wav").as_uri())
    listed = spot.read_text()
    assert f'src="{played["audio"]}"' in listed
    for name, (key, station, aired) in AIRED.items():
        row = f"<td>{archive / name}</td><td>{station or ''}</td><td>{aired or ''}</td>"
        assert (row in listed) == (key == SPOT)
    page, spot = write_report(out, tmp_path / "files", recordings=[SPOT], count="files", linked=False)
    assert "Counted: files, each with its own columns" in page.read_text()
    rows = re.findall(r"<tr><td>(?:<a [^>]*>)?(\w+\.wav)\b.*?</tr>", page.read_text(), re.DOTALL)
    assert rows == ["spot.wav", "0501.wav", "0611.wav", "0612.wav", "talk.wav"]
    assert str(archive) not in page.read_text() + spot.read_text()


def test_shares_weigh_by_the_files_that_are_counted(tmp_path: Path) -> None:
    """On RRadio 10 s of the spot's music and of the talk's speech; the spot was aired there twice."""
    write_aired(tmp_path)
    with open_corpus(tmp_path / "out") as corpus:
        for count, music in (("recordings", 1 / 2), ("files", 2 / 3)):
            found = profile(corpus, "sounds", "station", cast(Count, count)).set_index(["group", "label"])["share"]
            assert found["RRadio", "Music"] == pytest.approx(music)
            assert found["KFM", "Music"] == 1
