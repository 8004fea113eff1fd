"""A layout in which others hand datasets on: a list of recordings, or a file that holds some; told by content."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import stat
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

from transforms.beside.pointers import kept_elsewhere

HEAD_BYTES = 65_536
"""What is read of a list; a line of lhotse may be long."""
_PACKED_BYTES = 1 << 20
_MEMBERS = 8
_FOOTER_BYTES = 16 << 20


class Kind(StrEnum):
    """What a layout is, in the words that a person reads."""

    KALDI = "a list of Kaldi"
    COMMANDS = "a list of Kaldi whose lines are commands"
    MANIFEST = "a manifest, as of NeMo"
    LHOTSE = "a manifest of lhotse"
    PARQUET = "Parquet with audio inside"
    ARROW = "a dataset of Hugging Face with audio inside"
    WEBDATASET = "a tar of WebDataset"


@dataclass(frozen=True)
class Layout:
    """What one file is.

    Attributes:
        first: the first recording of a list, as it is written there; None where the audio lies inside, or in no file.
        key: where the recordings stand: the name of a JSON lines' value or of a column.
        parts: of a column, the names of its parts: bytes and path, or none.
    """

    kind: Kind
    first: str | None = None
    key: str = ""
    parts: tuple[str, ...] = ()


_AUDIO = (
    "wav mp3 flac ogg oga opus m4a aac wma aif aiff aifc sph au amr webm mp4 mkv mov mpga mp2 caf w64 wv ac3 3gp raw "
    "pcm"
)
_IS_AUDIO = re.compile(rf".+\.(?:{_AUDIO.replace(' ', '|')})(?:[?#].*)?", re.IGNORECASE | re.DOTALL)
_COLUMN_OF_AUDIO = re.compile(r"audio|speech|sound|voice|wav|flac|mp3|opus|recording|clip", re.IGNORECASE)
_KEYS = ("audio_filepath", "audio_path", "audio_file", "wav_path", "wav", "audio", "file_name", "filename", "path")


def suffix_of(path: str) -> str | None:
    """The end of a name by which a file may be of a layout; None for others, which are not opened."""
    name = os.path.basename(path).lower()
    if not name.endswith(tuple(_TOLD)) or name.startswith("."):
        return None
    return next(suffix for suffix in _TOLD if name.endswith(suffix))


def layout_of(path: str) -> Layout | None:
    """What a file is, by its first bytes, the headers of its first members, or the schema that it states.

    None for any other file, and for one that cannot be read or that a cloud keeps.
    """
    tell = _TOLD.get(suffix_of(path) or "")
    try:
        status = os.stat(path)
        if tell is None or not stat.S_ISREG(status.st_mode) or not status.st_size or kept_elsewhere(path, status):
            return None
        return tell(path)
    except (OSError, EOFError, ValueError, zlib.error, tarfile.TarError, pa.ArrowException):
        return None


def _head(path: str) -> bytes:
    with open(path, "rb") as file:
        head = file.read(HEAD_BYTES)
    if not head.startswith(b"\x1f\x8b"):
        return head
    return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, HEAD_BYTES)


def is_text(path: str) -> bool:
    """Whether a file begins as text does, without a zero; False where it cannot be read."""
    try:
        with open(path, "rb") as file:
            return b"\0" not in file.read(512)
    except OSError:
        return False


def _lines(path: str) -> list[str]:
    """The first lines of a text, without one that may be cut."""
    head = _head(path)
    lines = head.decode("utf-8-sig", "strict" if len(head) < HEAD_BYTES else "replace").splitlines()
    return [line for line in (lines[:-1] if len(head) >= HEAD_BYTES else lines) if line.strip()]


def _scp(path: str) -> Layout | None:
    said = [line.split(None, 1)[1:] for line in _lines(path)]
    listed = [rest[0].strip() for rest in said if rest]
    if not listed or len(listed) < len(said):
        return None
    if any(one.endswith("|") for one in listed):
        return Layout(Kind.COMMANDS)
    return Layout(Kind.KALDI, listed[0]) if all(map(_IS_AUDIO.fullmatch, listed)) else None


def _json_lines(path: str) -> Layout | None:
    line = next(iter(_lines(path)), "")
    said = json.loads(line) if line.lstrip().startswith("{") else None
    if not isinstance(said, dict):
        return None
    recording = next((one for one in _recordings(said) if isinstance(one.get("sources"), list)), None)
    if recording is not None and "id" in said and ("sampling_rate" in recording or "duration" in recording):
        sources = [one for one in recording["sources"] if isinstance(one, dict)]
        first = next((one.get("source") for one in sources if one.get("type") in ("file", "url")), None)
        return Layout(Kind.LHOTSE, first if isinstance(first, str) else None)
    is_plain = path.lower().removesuffix(".gz").endswith(".json")  # one of these may be about one recording beside it
    for key in _KEYS[:1] if is_plain else _KEYS:
        value = said.get(key)
        if isinstance(value, str) and _IS_AUDIO.fullmatch(value):
            return Layout(Kind.MANIFEST, value, key)
    return None


def _recordings(said: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Of lhotse, a recording itself or that of a cut."""
    yield said
    if isinstance(said.get("recording"), dict):
        yield said["recording"]


def _parquet(path: str) -> Layout | None:
    with open(path, "rb") as file:
        file.seek(-8, os.SEEK_END)
        length, magic = file.read(4), file.read(4)
    if magic != b"PAR1" or int.from_bytes(length, "little") > _FOOTER_BYTES:
        return None
    return _column_of_audio(Kind.PARQUET, pq.read_schema(path))


def _arrow(path: str) -> Layout | None:
    with pa.OSFile(path) as file:
        is_file = file.read(6) == b"ARROW1"
        file.seek(0)
        if is_file:
            return None  # Hugging Face writes streams
        with pa.ipc.open_stream(file) as stream:
            return _column_of_audio(Kind.ARROW, stream.schema)


def _column_of_audio(kind: Kind, schema: pa.Schema) -> Layout | None:
    features = _features(schema)
    for one in schema:
        feature = features.get(one.name)
        said = feature.get("_type") if isinstance(feature, dict) else None
        parts = {part.name: part.type for part in one.type} if pa.types.is_struct(one.type) else {}
        holds_bytes = _is_binary(parts.get("bytes", one.type))
        if holds_bytes and (said == "Audio" or (said is None and _COLUMN_OF_AUDIO.search(one.name))):
            return Layout(kind, None, one.name, tuple(parts))
    return None


def _features(schema: pa.Schema) -> Mapping[str, Any]:
    """What Hugging Face says of its columns: pictures lie in columns of the same type as audio."""
    said = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))
    features = said.get("info", {}).get("features") if isinstance(said, dict) else None
    return features if isinstance(features, dict) else {}


def _is_binary(one: pa.DataType) -> bool:
    return bool(pa.types.is_binary(one) or pa.types.is_large_binary(one))


def _tar(path: str) -> Layout | None:
    with open(path, "rb") as file:
        if file.read(2) == b"\x1f\x8b":
            file.seek(0)
            with gzip.open(file) as packed:
                return _members(io.BytesIO(packed.read(_PACKED_BYTES)))
        file.seek(0)
        return _members(file)


def _members(file: Any) -> Layout | None:
    """Files of one name up to its first dot are one sample, and follow each other."""
    keys: dict[str, set[str]] = {}
    with tarfile.open(fileobj=file, mode="r:") as tar:
        for _ in range(_MEMBERS):
            try:
                member = tar.next()
            except tarfile.TarError:  # its end was not read
                break
            if member is None:
                break
            folder, name = os.path.split(member.name)
            key, dot, ending = name.partition(".")
            if member.isfile() and key and dot:
                keys.setdefault(os.path.join(folder, key), set()).add(ending.lower())
    samples = [endings for endings in keys.values() if any(_IS_AUDIO.fullmatch(f"a.{one}") for one in endings)]
    return Layout(Kind.WEBDATASET) if any(len(endings) > 1 for endings in samples) else None


_TOLD: dict[str, Callable[[str], Layout | None]] = {
    ".scp": _scp,
    **dict.fromkeys((".parquet", ".pq"), _parquet),
    ".arrow": _arrow,
    **dict.fromkeys((".tar", ".tar.gz", ".tgz"), _tar),
    **dict.fromkeys((".jsonl", ".ndjson", ".json", ".jsonl.gz", ".ndjson.gz", ".json.gz"), _json_lines),
}
"""How files of these extensions are told."""
