"""What was forgotten is nowhere: not a byte of its name or id, in no snapshot, and no run takes it up again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.cli import FAILED, PUBLISHED, main
from schemas.forgotten import Forgotten
from tests.pipelines.corpora import DEMO, rows
from transforms.identify import content_hash

Captured = pytest.CaptureFixture[str]


def texts(folder: Path) -> str:
    """Every byte below ``folder``, and every value of every Parquet file, which are compressed."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            found.append(path.name + path.read_bytes().decode("latin-1"))
            if path.suffix == ".parquet":
                table = pq.read_table(path, partitioning=None)
                columns = [
                    n for n, f in zip(table.schema.names, table.schema, strict=True) if not pa.types.is_binary(f.type)
                ]
                found.append(repr(table.select(columns).to_pydict()))
    return "\n".join(found)


def test_forgotten_for_good(tmp_path: Path, capfd: Captured) -> None:
    archive, out = tmp_path / "archive", tmp_path / "out"
    archive.mkdir()
    for name in ("digits/code_007.wav", "signals/tones.wav", "broken/breaks_off.flac", "broken/garbage.wav"):
        shutil.copy(DEMO / name, archive)
    secret = shutil.copy(archive / "code_007.wav", archive / "withdrawn.wav")
    key = content_hash(str(secret))
    words = ["run", str(archive), str(secret), "--out", str(out), "--tables", "windows,prosody"]
    assert main(words) == PUBLISHED
    shutil.copy(DEMO / "signals" / "yes.wav", archive)
    assert main(words) == PUBLISHED
    assert len(list((out / "snapshots").iterdir())) == 2
    (out / "agreement.json").write_text(f'[{{"group": "{secret}"}}]')
    assert main(["report", str(out), "--recordings", key]) == PUBLISHED
    (out / "runs.jsonl").open("a").write(f'{{"outcome": "failed", "message": "{secret} went wrong"}}\n')
    before = texts(out)
    assert key in before
    assert "withdrawn.wav" in before
    kept = [row for row in rows(out, "windows") if row["recording_id"] != key]

    capfd.readouterr()
    assert main(["forget", str(out), str(secret)]) == PUBLISHED
    told = capfd.readouterr().out
    assert told.startswith(
        "forgotten: 1 recording in 2 files, out of 2 snapshots; rows of the published tables: 2 of files"
    )
    assert "the report was removed" in told
    assert not (out / "report").exists()
    after = texts(out)
    for gone in (key, "withdrawn.wav", "code_007.wav"):
        assert gone not in after
    assert "tones.wav" in after
    assert rows(out, "windows") == kept
    assert len(list((out / "snapshots").iterdir())) == 2
    assert Forgotten.read(out).holds(key)
    assert Forgotten.read(out).holds(str(secret))

    # Neither under its name nor, as a copy, under another.
    assert main(words) == PUBLISHED
    shutil.copy(secret, archive / "another_name.wav")
    shutil.copy(DEMO / "signals" / "noise.wav", archive)
    assert main(words) == PUBLISHED
    assert key not in texts(out)
    assert {Path(row["uri"]).name for row in rows(out, "files")} == {
        *("tones.wav", "breaks_off.flac", "garbage.wav", "yes.wav", "noise.wav")
    }


def test_by_id_and_files_that_could_not_be_read(tmp_path: Path, capfd: Captured) -> None:
    archive, out = tmp_path / "archive", tmp_path / "out"
    archive.mkdir()
    for name in ("signals/yes.wav", "signals/tones.wav", "broken/garbage.wav"):
        shutil.copy(DEMO / name, archive)
    assert main(["run", str(archive), "--out", str(out), "--tables", "windows"]) == PUBLISHED
    key = content_hash(str(archive / "yes.wav"))
    assert main(["forget", str(out), key, str(archive / "garbage.wav")]) == PUBLISHED
    assert key not in texts(out)
    assert "garbage" not in texts(out)
    assert [Path(row["uri"]).name for row in rows(out, "files")] == ["tones.wav"]
    assert rows(out, "errors") == []
    assert main(["forget", str(out), "tones.wav"]) == FAILED  # too dear a mistake for a name alone
    told = capfd.readouterr().err
    assert (
        f"tones.wav: no recording of that id, and no file of that path, is in the tables: did you mean {archive}"
        in told
    )
    assert main(["forget", str(out), key[::-1]]) == FAILED
    assert "no recording of that id, and no file of that path, is in the tables" in capfd.readouterr().err


def test_where_there_is_no_corpus(tmp_path: Path, capfd: Captured) -> None:
    assert main(["forget", str(tmp_path), "a.wav"]) == FAILED
    assert capfd.readouterr().err == f"earwitness: {tmp_path} holds no corpus\n"
    assert list(tmp_path.iterdir()) == []
