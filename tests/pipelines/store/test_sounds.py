"""A sound that comes back under other tags, another name or in another format keeps its rows, or stays forgotten."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pyarrow.parquet as pq
import pytest
import soundfile

from pipelines.store.forget import forget
from pipelines.store.forget_passage import forget_passage, would_forget_passage
from tests.pipelines.corpora import publish, rows

RATE = 16_000
SECONDS = 3.0


def samples(pitch: float = 200.0) -> np.ndarray:
    at = np.arange(round(SECONDS * RATE)) / RATE
    wave = 0.3 * np.sin(2 * np.pi * pitch * at) * np.sin(2 * np.pi * 2 * at)
    return (np.round(wave * 32768) / 32768).astype(np.float32)  # what 16 bits hold exactly


def encode(path: Path, codec: str, tags: dict[str, str]) -> None:
    """A lossy file with these tags."""
    with av.open(str(path), "w") as container:
        container.metadata.update(tags)
        stream = container.add_stream(codec, rate=48_000 if codec == "libopus" else RATE)
        stream.layout = "mono"  # type: ignore[union-attr]
        frame = av.AudioFrame.from_ndarray(samples()[None], format="fltp", layout="mono")
        frame.sample_rate = RATE
        resampler = av.AudioResampler(stream.codec_context.format, "mono", stream.codec_context.sample_rate, 960)
        for one in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(stream.encode(one))  # type: ignore[union-attr]
        container.mux(stream.encode(None))  # type: ignore[union-attr]


def remux(before: Path, after: Path, tags: dict[str, str], **options: str) -> None:
    """The same packets with other tags."""
    with av.open(str(before)) as source, av.open(str(after), "w", options=options) as target:
        target.metadata.update(tags)
        stream = target.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux(source.streams.audio[0]):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)


def append_chunk(before: Path, after: Path, name: bytes, content: bytes) -> None:
    """A chunk before the samples of a WAV file."""
    whole = before.read_bytes()
    at = whole.index(b"data")
    chunk = name + len(content).to_bytes(4, "little") + content
    size = len(whole) - 8 + len(chunk)
    after.write_bytes(whole[:4] + size.to_bytes(4, "little") + whole[8:at] + chunk + whole[at:])


def bext(description: str) -> bytes:
    return (
        description.encode().ljust(256, b"\0")
        + b"recorder".ljust(32, b"\0")
        + bytes(32)
        + b"2024-05-0111-22-33"
        + bytes(266)
    )


def to_mp3(path: Path) -> None:
    encode(path, "libmp3lame", {"title": "one"})


def mp3_with_id3(before: Path, after: Path) -> None:
    remux(before, after, {"title": "two", "artist": "x" * 5000})


def mp3_with_ape(before: Path, after: Path) -> None:
    item = b"\x03\0\0\0\0\0\0\0Title\0two"
    foot = (
        b"APETAGEX" + (2000).to_bytes(4, "little") + (32 + len(item)).to_bytes(4, "little") + b"\x01\0\0\0" + bytes(12)
    )
    after.write_bytes(before.read_bytes() + item + foot)


CASES: dict[str, tuple[str, Callable[[Path], None], str, Callable[[Path, Path], None]]] = {
    "mp3 with another ID3": ("a.mp3", to_mp3, "a.mp3", mp3_with_id3),
    "mp3 with an APE tag": ("a.mp3", to_mp3, "a.mp3", mp3_with_ape),
    "m4a with its index first": (
        "a.m4a",
        lambda path: encode(path, "aac", {"title": "one"}),
        "b.m4a",
        lambda before, after: remux(before, after, {"title": "two"}, movflags="faststart"),
    ),
    "ogg with other comments": (
        "a.ogg",
        lambda path: soundfile.write(path, samples(), RATE, format="OGG", subtype="VORBIS"),
        "a.ogg",
        lambda before, after: remux(before, after, {"title": "two", "comment": "y" * 3000}),
    ),
    "opus with other comments": (
        "a.opus",
        lambda path: encode(path, "libopus", {"title": "one"}),
        "a.opus",
        lambda before, after: remux(before, after, {"title": "two"}),
    ),
    "wav with bext": (
        "a.wav",
        lambda path: soundfile.write(path, samples(), RATE, subtype="PCM_16"),
        "a.wav",
        lambda before, after: append_chunk(before, after, b"bext", bext("sSCENE=3")),
    ),
    "wav as flac": (
        "a.wav",
        lambda path: soundfile.write(path, samples(), RATE, subtype="PCM_16"),
        "a.flac",
        lambda before, after: soundfile.write(after, *soundfile.read(before), subtype="PCM_16"),
    ),
    "wav as alac": (
        "a.wav",
        lambda path: soundfile.write(path, samples(), RATE, subtype="PCM_16"),
        "a.m4a",
        lambda before, after: to_alac(before, after),
    ),
}


def to_alac(before: Path, after: Path) -> None:
    found, _ = soundfile.read(before, dtype="int16")
    with av.open(str(after), "w") as container:
        stream = container.add_stream("alac", rate=RATE)
        stream.layout, stream.format = "mono", "s16p"  # type: ignore[union-attr]
        for start in range(0, len(found), 4096):
            frame = av.AudioFrame.from_ndarray(found[None, start : start + 4096], format="s16p", layout="mono")
            frame.sample_rate, frame.pts = RATE, start
            container.mux(stream.encode(frame))  # type: ignore[union-attr]
        container.mux(stream.encode(None))  # type: ignore[union-attr]


def run(out: Path, *named: Path, **config: Any) -> dict[str, int] | None:
    done = publish(out, {}, list(named), tables=["windows", "segments"], **config)
    return done and done.measured.inputs


def runs_of(out: Path, table: str = "recordings") -> set[str]:
    return set(pq.read_table(out / "current" / table)["run_id"].to_pylist())


@pytest.mark.parametrize("case", CASES)
def test_other_tags_and_containers_keep_the_rows(tmp_path: Path, case: str) -> None:
    name, make, to, change = CASES[case]
    archive, out = tmp_path / "archive", tmp_path / "out"
    archive.mkdir()
    make(archive / name)
    soundfile.write(archive / "other.wav", samples(330), RATE)
    run(out, archive)
    before, made, windows = rows(out, "recordings"), runs_of(out), rows(out, "windows")
    change(archive / name, tmp_path / to)
    (archive / name).unlink()
    shutil.move(tmp_path / to, archive / to)
    assert run(out, archive, prune=True) is not None
    after = rows(out, "recordings")
    assert [row["recording_id"] for row in after] == [row["recording_id"] for row in before]
    assert runs_of(out) == made
    assert rows(out, "windows") == windows
    assert {Path(row["uri"]).name for row in after} == {to, "other.wav"}
    files = {Path(row["uri"]).name: row for row in rows(out, "files")}
    assert files.keys() == {to, "other.wav"}
    assert files[to]["bytes_hash"] != files[to]["recording_id"] in {row["recording_id"] for row in before}
    assert run(out, archive) is None


def test_an_archive_that_moved_is_read_and_not_heard(tmp_path: Path) -> None:
    archive, moved, out = tmp_path / "archive", tmp_path / "moved", tmp_path / "out"
    archive.mkdir()
    for i in range(3):
        soundfile.write(archive / f"{i}.wav", samples(200 + 50 * i), RATE)
    run(out, archive)
    made = runs_of(out)
    archive.rename(moved)
    assert (run(out, moved) or {})["taken"] == 3
    assert runs_of(out) == made
    assert {Path(row["uri"]).parent for row in rows(out, "recordings")} == {moved}
    assert len(rows(out, "files")) == 6, "names that are gone stay until --prune"
    run(out, moved, prune=True)
    assert {Path(row["uri"]).parent for row in rows(out, "files")} == {moved}
    assert runs_of(out) == made


def test_what_was_cut_is_another_recording(tmp_path: Path) -> None:
    archive, out = tmp_path / "archive", tmp_path / "out"
    archive.mkdir()
    soundfile.write(archive / "a.wav", samples(), RATE)
    run(out, archive)
    old = rows(out, "recordings")[0]["recording_id"]
    soundfile.write(archive / "a.wav", samples()[: 2 * RATE], RATE)
    run(out, archive)
    assert [row["recording_id"] for row in rows(out, "recordings")] != [old]
    forget(out, [old])
    assert run(out, archive) is None
    assert rows(out, "recordings")[0]["duration_ms"] == 2000


def test_what_was_forgotten_stays_so_under_other_tags_and_names(tmp_path: Path) -> None:
    archive, out = tmp_path / "archive", tmp_path / "out"
    archive.mkdir()
    soundfile.write(archive / "a.wav", samples(), RATE, subtype="PCM_16")
    soundfile.write(archive / "same.flac", samples(), RATE, subtype="PCM_16")
    soundfile.write(archive / "other.wav", samples(330), RATE)
    run(out, archive)
    assert len(rows(out, "recordings")) == 3, "no file is decoded twice to know that two new ones are alike"
    assert forget(out, [str(archive / "a.wav")]).recordings == 2
    append_chunk(archive / "a.wav", archive / "b.wav", b"bext", bext("again"))
    soundfile.write(archive / "c.flac", *soundfile.read(archive / "a.wav"), subtype="PCM_24")
    run(out, archive)
    assert [Path(row["uri"]).name for row in rows(out, "files")] == ["other.wav"]
    assert len(rows(out, "recordings")) == 1


def starts(out: Path) -> set[tuple[str, int]]:
    """The names and the windows of what a corpus holds."""
    names = {row["recording_id"]: Path(row["uri"]).name for row in rows(out, "recordings")}
    return {(names[row["recording_id"]], row["start_ms"]) for row in rows(out, "windows")}


def test_a_passage_stays_out_under_other_tags_and_names(tmp_path: Path) -> None:
    archive, out = tmp_path / "archive", tmp_path / "out"
    archive.mkdir()
    long = np.tile(samples(), 5)  # 15 s: two windows
    soundfile.write(archive / "a.wav", long, RATE, subtype="PCM_16")
    soundfile.write(archive / "same.flac", long, RATE, subtype="PCM_16")
    soundfile.write(archive / "other.wav", samples(330), RATE)
    run(out, archive)
    assert starts(out) == {("other.wav", 0), *((name, at) for name in ("a.wav", "same.flac") for at in (0, 10_000))}
    passage = str(archive / "a.wav"), 11_000, 12_000
    assert would_forget_passage(out, *passage).rows == {"windows": 2}
    assert forget_passage(out, *passage).rows == {"windows": 2}
    assert starts(out) == {("other.wav", 0), ("a.wav", 0), ("same.flac", 0)}

    append_chunk(archive / "a.wav", tmp_path / "kept.wav", b"bext", bext("again"))
    (archive / "a.wav").unlink()
    (archive / "same.flac").unlink()
    run(out, archive, prune=True)
    assert starts(out) == {("other.wav", 0)}
    shutil.move(tmp_path / "kept.wav", archive / "b.wav")
    run(out, archive)
    assert starts(out) == {("other.wav", 0), ("b.wav", 0)}
    notes = {Path(row["uri"]).name: row["notes"] for row in rows(out, "files")}
    assert "passage_forgotten" in notes["b.wav"]
    assert run(out, archive) is None
