"""A passage that was forgotten is in no table of no snapshot; what lies beside it stays; no run brings it back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipelines.cli import PUBLISHED, WRONG_USE, main
from pipelines.store.tombstones import read_forgotten
from schemas.catalog import INVENTORY, TABLES
from tests.pipelines.corpora import DEMO, rows
from transforms.beside.content import content_hash

CALL = DEMO / "radio" / "phone_in.mp3"
START, END = 12_000, 21_000
Captured = pytest.CaptureFixture[str]


def heard(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every row of a stretch in the tables of a snapshot."""
    for table in sorted(folder.iterdir()):
        if table.name in TABLES and table.name not in INVENTORY:
            for row in pq.read_table(table, partitioning=None).to_pylist():
                yield table.name, row


def reaches(row: dict[str, Any], key: str) -> bool:
    return row["recording_id"] == key and row["start_ms"] < END and row["end_ms"] > START


@pytest.fixture(scope="module")
def two_nights(demo_models: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    folder = tmp_path_factory.mktemp("nights")
    (folder / "archive").mkdir()
    models = [word for job in demo_models for word in ("--model", f"{job}={demo_models[job]}")]
    tables = "windows,frames,spectrograms,waveforms,embeddings,segments,prosody,transcripts,emotions,speakers"
    words = ["run", str(folder / "archive"), "--out", str(folder / "out"), "--tables", tables, *models]
    for file in (CALL, DEMO / "digits" / "code_007.wav"):
        shutil.copy(file, folder / "archive")
        assert main(words) == PUBLISHED
    return folder, words


def test_a_passage_goes_and_what_lies_beside_it_stays(
    two_nights: tuple[Path, list[str]], tmp_path: Path, capfd: Captured
) -> None:
    folder, words = two_nights
    out = shutil.copytree(folder / "out", tmp_path / "out", symlinks=True)
    words = [str(out) if word == str(folder / "out") else word for word in words]
    (tmp_path / "prompts.yaml").write_text("[music, speech]")
    assert main(["tag", str(out), str(tmp_path / "prompts.yaml")]) == PUBLISHED
    assert main(["speakers", str(out), "--threshold", "0.5"]) == PUBLISHED
    call = folder / "archive" / CALL.name
    key = content_hash(str(call))
    before = {name: rows(out, name) for name, _ in heard(out / "current")}
    cut = {row["segment_id"] for row in before["segments"] if reaches(row, key)}
    assert {"tags", "speaker_labels", "waveforms", "transcripts"} <= before.keys()
    assert cut
    passage = [str(out), str(call), "--from", "0:12", "--to", "21"]

    capfd.readouterr()
    assert main(["forget", *passage, "--dry-run"]) == PUBLISHED
    dry = capfd.readouterr().out.splitlines()
    assert main(["forget", *passage, "--yes"]) == PUBLISHED
    done = capfd.readouterr().out
    assert dry[0].removeprefix("to be ") == done.splitlines()[0]
    assert dry[0].startswith(f"to be forgotten: 0:00:12 to 0:00:21 of {call}, out of 3 snapshots; rows of the ")
    assert "the recording itself is untouched" in done
    for snapshot in (out / "snapshots").iterdir():
        left = list(heard(snapshot))
        assert any(row["recording_id"] == key for _, row in left)
        assert [row for _, row in left if reaches(row, key)] == []

    def stays(row: dict[str, Any]) -> bool:
        return not reaches(row, key) and row.get("segment_id") not in cut

    expected = {name: [row for row in of if stays(row)] for name, of in before.items()}
    assert {name: rows(out, name) for name in expected} == expected
    notes = {row["recording_id"]: row["notes"] for row in rows(out, "files")}
    assert [bool(found) for key_, found in notes.items() if key_ != key] == [False]
    assert notes[key] == ["passage_forgotten"]

    # Made anew, and by a run that was given another copy of it.
    assert main([*words, "--force", "windows,segments,transcripts", "--yes"]) == PUBLISHED
    shutil.copy(call, tmp_path / "copy.mp3")
    assert main([*words[:2], str(tmp_path / "copy.mp3"), *words[2:]]) == PUBLISHED
    made = {name: [row for row in of if not reaches(row, key)] for name, of in expected.items()}
    for name in ("windows", "segments", "transcripts", "spectrograms"):
        assert rows(out, name) == made[name]
    capfd.readouterr()
    assert main(["status", str(out)]) == PUBLISHED
    assert "of 1 recording passages are left out, for good" in capfd.readouterr().out
    assert sum(row["notes"] == ["passage_forgotten"] for row in rows(out, "files")) == 2


def test_cut_off_behind_the_tombstone_the_next_run_leaves_it_out(
    two_nights: tuple[Path, list[str]], tmp_path: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, words = two_nights
    out = shutil.copytree(folder / "out", tmp_path / "out", symlinks=True)
    key = content_hash(str(CALL))

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("pipelines.store.publish.assemble", die)
        assert main(["forget", str(out), key, "--from", "12", "--to", "21", "--yes"]) > 2
    assert read_forgotten(out).passages_of(key) == ((START, END),)
    assert any(reaches(row, key) for _, row in heard(out / "current"))
    assert main(["status", str(out)]) == PUBLISHED
    assert "rows of them are still there, for `forget` was cut off: repeat it" in capfd.readouterr().out
    assert main([str(out) if word == str(folder / "out") else word for word in words]) == PUBLISHED
    assert "rows of a passage left in the tables by a `forget` that was cut off" in capfd.readouterr().err
    assert not any(reaches(row, key) for _, row in heard(out / "current"))
    assert main(["forget", str(out), key, "--from", "12", "--to", "21", "--yes"]) == PUBLISHED
    assert not any(reaches(row, key) for one in (out / "snapshots").iterdir() for _, row in heard(one))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["KEY", "--from", "9:00"], "--from 0:09:00: the recording ends at 0:01:34"),
        (["KEY", "--from", "0:20", "--to", "0:10"], "--from 0:00:20 --to 0:00:10: that passage is empty"),
        (["KEY", "--from", "half past"], "'half past' is no time in a recording such as 3:00"),
        (["KEY", "KEY", "--to", "1:00"], "a passage is of one recording, not of 2"),
        (["nobody.wav", "--to", "1:00"], "nobody.wav: no recording of that id, and no file of that path"),
    ],
)
def test_what_is_no_passage_is_told(
    words: list[str], told: str, two_nights: tuple[Path, list[str]], capfd: Captured
) -> None:
    out = two_nights[0] / "out"
    named = [content_hash(str(CALL)) if word == "KEY" else word for word in words]
    assert main(["forget", str(out), *named, "--yes"]) == WRONG_USE
    error = capfd.readouterr().err
    assert told in error
    assert error.count("\n") == 1
    assert not (out / "forgotten.json").exists()
