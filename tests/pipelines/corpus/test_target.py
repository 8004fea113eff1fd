"""What no command writes over, whatever it was told."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from pipelines.cli import WRONG_USE, main
from pipelines.corpus.asked import open_corpus
from pipelines.corpus.target import check_targets
from schemas.errors import UsageError
from schemas.layout import OURS
from tests.pipelines.tables import CALL, STREET, example, recording, write_corpus

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A corpus of two recordings, which lie in a folder beside it."""
    uris = {CALL: str(tmp_path / "talks/call.csv"), STREET: str(tmp_path / "talks/street.csv")}
    (tmp_path / "talks").mkdir()
    for uri in uris.values():
        Path(uri).write_text(f"sound of {uri}")
    files: list[dict[str, Any]] = [
        {"uri": uri, "bytes": Path(uri).stat().st_size, "recording_id": key, "status": "complete", "run_id": "r"}
        for key, uri in uris.items()
    ]
    recordings = [recording(key, uri, "north", 2) for key, uri in uris.items()]
    write_corpus(tmp_path / "out", {**example(), "recordings": recordings, "files": files})
    (tmp_path / "out" / "forgotten.json").write_text('{"salt": "", "hashes": []}')
    return tmp_path / "out"


def refused(capfd: Captured, *words: object) -> str:
    capfd.readouterr()
    assert main([str(word) for word in words]) == WRONG_USE
    told = capfd.readouterr().err
    assert len(told.splitlines()) == 1
    return told


def content(folder: Path) -> dict[str, bytes | str]:
    """Every file below a folder; of links where they lead."""
    return {
        str(path): os.readlink(path) if path.is_symlink() else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def test_nothing_of_a_corpus_is_written_over(out: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    write_corpus(other, example())
    names = (*OURS, "Forgotten.JSON", ".earwitness-0.growing", ".current-x", "current/0.csv")
    with open_corpus(out) as corpus:
        for of in (out, other, out / "current" / "../..", out / "talks" / ".."):
            for to in (of / name / inside for name in names for inside in ("", "x/y.csv")):
                with pytest.raises(UsageError, match="is the corpus's own: name another place"):
                    check_targets(corpus, [tmp_path / "harmless.csv", to])
        check_targets(corpus, [out / "answer.csv", out / "subtitles" / "current" / "a.vtt", tmp_path / "current"])


def test_pages_lie_in_the_report_of_their_own_corpus(out: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    write_corpus(other, example())
    with open_corpus(out) as corpus:
        check_targets(corpus, [out / "report" / "report.html"], pages=True)
        for to in (other / "report" / "report.html", out / "snapshots" / "report" / "report.html"):
            with pytest.raises(UsageError):
                check_targets(corpus, [to], pages=True)


@pytest.mark.parametrize(
    "words",
    [
        ("query", "OUT", "SELECT 1", "--to", "OUT/forgotten.json"),
        ("mentions", "OUT", "acme", "--to", "OUT/current/words.csv"),
        ("sample", "OUT", "--to", "OUT/snapshots/sheet.csv"),
        ("export", "OUT", "--format", "vtt", "--to", "OUT/current"),
        ("report", "OUT", "--to", "OUT/current"),
    ],
)
def test_no_command_writes_into_a_corpus(out: Path, capfd: Captured, words: tuple[str, ...]) -> None:
    before = content(out)
    assert "is the corpus's own" in refused(capfd, *(word.replace("OUT", str(out)) for word in words))
    assert content(out) == before


def test_no_recording_is_written_over(out: Path, tmp_path: Path, capfd: Captured, monkeypatch: Any) -> None:
    call, street = tmp_path / "talks/call.csv", tmp_path / "talks/street.csv"
    (tmp_path / "hard.csv").hardlink_to(call)
    (tmp_path / "soft.csv").symlink_to(street)
    (tmp_path / "elsewhere").symlink_to(tmp_path / "talks")
    monkeypatch.chdir(tmp_path)
    before = content(tmp_path)
    for to in (call, "talks/../talks/call.csv", "elsewhere/street.csv", "hard.csv", "soft.csv"):
        assert "that is the recording" in refused(capfd, "query", out, "SELECT 1", "--to", to)
    assert content(tmp_path) == before
    call.unlink()  # on a disk that is away, perhaps
    assert "that is the recording" in refused(capfd, "sample", out, "--to", call)
