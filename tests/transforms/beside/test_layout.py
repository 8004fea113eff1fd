"""A layout is told by what a file holds, and never by its name alone."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from transforms.beside.layout import HEAD_BYTES, Kind, Layout, layout_of

INSIDE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
LHOTSE = {"id": "a", "sources": [{"type": "file", "channels": [0], "source": "a.wav"}], "sampling_rate": 8000}


def told(path: Path, content: bytes | str) -> Layout | None:
    content = content.encode() if isinstance(content, str) else content
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return layout_of(str(path))


@pytest.mark.parametrize(
    ("name", "content", "layout"),
    [
        ("wav.scp", "a /data/a.wav\nb\t/data/my b.FLAC\n", Layout(Kind.KALDI, "/data/a.wav")),
        ("dev.scp", "a sph2pipe -f wav /data/a.sph |\nb b.wav\n", Layout(Kind.COMMANDS)),
        ("m.json", '{"audio_filepath": "a.wav"}\n', Layout(Kind.MANIFEST, "a.wav", "audio_filepath")),
        ("m.jsonl", '{"text": "x", "file_name": "a.mp3"}\n', Layout(Kind.MANIFEST, "a.mp3", "file_name")),
        ("recordings.jsonl.gz", json.dumps(LHOTSE), Layout(Kind.LHOTSE, "a.wav")),
        ("cuts.jsonl.gz", json.dumps({"id": "1", "recording": LHOTSE}), Layout(Kind.LHOTSE, "a.wav")),
        ("memory.jsonl", json.dumps(LHOTSE | {"sources": [{"type": "memory", "source": "x"}]}), Layout(Kind.LHOTSE)),
    ],
)
def test_lists(tmp_path: Path, name: str, content: str, layout: Layout) -> None:
    assert told(tmp_path / name, content) == layout


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.scp", "a a.ark:12\n"),
        ("b.scp", "one\n"),
        ("c.scp", b"\xff\xfe\x00\x80"),
        ("d.scp", ""),
        ("a.json", '{"path": "a.wav", "take": 3}'),  # about the recording beside it
        ("b.json", '{\n "audio_filepath": "a.wav"\n}'),
        ("c.jsonl", '{"path": "a.txt"}\n'),
        ("d.jsonl", '[{"audio_filepath": "a.wav"}]\n'),
        ("e.jsonl", "{'audio_filepath'\n"),
        ("f.jsonl.gz", "no JSON\n"),
        ("a.txt", "a /data/a.wav\n"),
        (".m.jsonl", '{"audio_filepath": "a.wav"}\n'),
        ("a.parquet", b"PAR1" + b"\xff" * 20 + b"PAR1"),
        ("a.arrow", b"ARROW1"),
        ("a.tar", b"no tar"),
        ("a.tar.gz", b"no tar"),
    ],
)
def test_what_is_none_stays_what_it_is(tmp_path: Path, name: str, content: bytes | str) -> None:
    assert told(tmp_path / name, content) is None


def test_a_damaged_file_and_none_at_all(tmp_path: Path) -> None:
    path = tmp_path / "cuts.jsonl.gz"
    path.write_bytes(b"\x1f\x8b\x08\x00broken")
    assert layout_of(str(path)) is None
    assert layout_of(str(tmp_path / "away.parquet")) is None
    (tmp_path / "folder.tar").mkdir()
    assert layout_of(str(tmp_path / "folder.tar")) is None


def test_of_a_long_list_the_beginning_is_read(tmp_path: Path) -> None:
    line = "recording-{:06} /data/{:06}.wav\n"
    lines = "".join(line.format(n, n) for n in range(HEAD_BYTES // 20)) + "no recording\n"
    assert told(tmp_path / "wav.scp", lines) == Layout(Kind.KALDI, "/data/000000.wav")
    manifest = '{"audio_filepath": "a.wav"}\n' * HEAD_BYTES
    assert told(tmp_path / "m.jsonl.gz", manifest) == Layout(Kind.MANIFEST, "a.wav", "audio_filepath")


def with_features(kind: str) -> dict[bytes, bytes]:
    return {b"huggingface": json.dumps({"info": {"features": {"x": {"_type": kind}}}}).encode()}


@pytest.mark.parametrize(
    ("schema", "layout"),
    [
        (pa.schema([("audio", INSIDE)]), Layout(Kind.PARQUET, None, "audio", ("bytes", "path"))),
        (pa.schema([("x", INSIDE)], with_features("Audio")), Layout(Kind.PARQUET, None, "x", ("bytes", "path"))),
        (pa.schema([("n", pa.int64()), ("wav", pa.large_binary())]), Layout(Kind.PARQUET, None, "wav")),
        (pa.schema([("x", INSIDE)], with_features("Image")), None),
        (pa.schema([("image", INSIDE)]), None),
        (pa.schema([("audio", pa.string())]), None),
    ],
)
def test_parquet(tmp_path: Path, schema: pa.Schema, layout: Layout | None) -> None:
    pq.write_table(schema.empty_table(), tmp_path / "train.parquet")
    assert layout_of(str(tmp_path / "train.parquet")) == layout


def test_arrow(tmp_path: Path) -> None:
    schema = pa.schema([("audio", INSIDE)])
    with pa.OSFile(str(tmp_path / "data.arrow"), "wb") as file, pa.ipc.new_stream(file, schema):
        pass
    assert layout_of(str(tmp_path / "data.arrow")) == Layout(Kind.ARROW, None, "audio", ("bytes", "path"))


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (["a/1.json", "a/1.wav", "a/2.json", "a/2.wav"], Kind.WEBDATASET),
        (["1.cls", "1.seg1.flac"], Kind.WEBDATASET),  # what is behind the first dot tells parts of one sample apart
        (["1.flac", "1.cls"], Kind.WEBDATASET),
        (["1.jpg", "1.json"], None),
        (["1.wav", "2.wav"], None),
    ],
)
@pytest.mark.parametrize("suffix", ["tar", "tar.gz"])
def test_tars(tmp_path: Path, names: list[str], kind: Kind | None, suffix: str) -> None:
    path = tmp_path / f"train.{suffix}"
    with tarfile.open(path, "w:gz" if suffix.endswith("gz") else "w:") as tar:
        for name in names:
            member = tarfile.TarInfo(name)
            member.size = 3000
            tar.addfile(member, io.BytesIO(bytes(3000)))
    assert layout_of(str(path)) == (Layout(kind) if kind else None)
