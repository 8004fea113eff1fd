"""Corpora of before get the hashes of their sounds without computing; headers are those of the files that are there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow.parquet as pq
import soundfile

from tests.pipelines.corpora import rows
from tests.pipelines.store.test_sounds import RATE, append_chunk, bext, run, runs_of, samples


def as_before(out: Path) -> None:
    """The tables as an earlier version wrote them, which took no such hashes."""
    for table, name in (("recordings", "sound_hash"), ("files", "bytes_hash")):
        for path in (out / "current" / table).glob("*.parquet"):
            pq.write_table(pq.read_table(path).drop_columns([name]), path)


def test_a_corpus_of_before_is_filled_in_without_computing(tmp_path: Path) -> None:
    archive, out = tmp_path / "archive", tmp_path / "out"
    archive.mkdir()
    soundfile.write(archive / "a.wav", samples(), RATE, subtype="PCM_16")
    soundfile.write(archive / "b.flac", samples(330), RATE, subtype="PCM_16")
    run(out, archive)
    before, files, made = rows(out, "recordings"), rows(out, "files"), runs_of(out)
    as_before(out)
    assert run(out, archive) is not None
    assert rows(out, "recordings") == before
    assert rows(out, "files") == files
    assert runs_of(out) == made
    assert run(out, archive) is None
    append_chunk(archive / "a.wav", tmp_path / "a.wav", b"bext", bext("sSCENE=3"))
    shutil.move(tmp_path / "a.wav", archive / "a.wav")
    assert run(out, archive) is not None
    assert runs_of(out) == made


def test_headers_are_those_of_the_file_that_is_there(tmp_path: Path) -> None:
    archive, out = tmp_path / "archive", tmp_path / "out"
    archive.mkdir()
    soundfile.write(archive / "b.wav", samples(), RATE, subtype="PCM_16")
    run(out, archive)
    assert [(row["codec"], row["recorder_scene"]) for row in rows(out, "recordings")] == [("pcm_s16", None)]
    append_chunk(archive / "b.wav", tmp_path / "b.wav", b"bext", bext("sSCENE=3"))
    shutil.move(tmp_path / "b.wav", archive / "b.wav")
    run(out, archive)
    (row,) = rows(out, "recordings")
    assert (row["recorder_scene"], row["recorded_at"]) == ("3", "2024-05-01T11:22:33")
    soundfile.write(archive / "a.flac", samples(), RATE, subtype="PCM_16")
    (archive / "b.wav").unlink()
    run(out, archive)
    (row,) = rows(out, "recordings")
    assert (row["container"], row["codec"], row["recorder_scene"]) == ("flac", "flac", None)
    assert Path(row["uri"]).name == "a.flac"
