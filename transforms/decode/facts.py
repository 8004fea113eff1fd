"""What a recorder noted in the header of a file: when, with what, which scene and take.

Only facts of the recording.  Titles, artists and albums are about works, and ``encoder`` names the program that wrote
the file last: they are left out.  Where it was recorded is personal data, and only read if it was asked for.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from schemas.recorder import TIME_SOURCES
from schemas.records import Target
from transforms.decode.asked import NOTHING, Asked
from transforms.decode.ffmpeg import open_container
from transforms.decode.format import DecodeError, open_descriptor
from transforms.decode.ixml import read_ixml
from transforms.decode.recorder_chunks import chunks_of, info_of, read_bext
from transforms.decode.recorder_times import moment
from transforms.decode.recorder_words import clean
from transforms.decode.stream import ERRORS

LONG = 500
"""Of a note, in characters; other words are cut sooner."""

_AUDIOMOTH = re.compile(
    r"Recorded at (?P<time>\d\d:\d\d:\d\d(?:\.\d{1,3})?) (?P<day>\d\d)/(?P<month>\d\d)/(?P<year>\d{4}) "
    r"\(UTC(?P<zone>[+-]\d{1,2}(?::\d\d)?)?\) by (?P<device>AudioMoth \w+)"
)
_BEXT_LINE = re.compile(r"^[a-z]?(SCENE|TAKE|NOTE|TRK\d+)=(.*)$", re.MULTILINE)
"""How recorders of Sound Devices, Zoom and others write into the description of bext: ``sSCENE=3``, ``sTAKE=2``."""


@dataclass(frozen=True)
class Facts:
    """What the columns of ``recordings`` of these names say; None where the file says nothing."""

    recorded_at: str | None = None
    recorded_at_from: str | None = None
    recorder: str | None = None
    recorder_timecode_ms: int | None = None
    recorder_scene: str | None = None
    recorder_take: str | None = None
    recorder_tracks: str | None = None
    recorder_note: str | None = None
    recorder_location: str | None = None


NO_FACTS = Facts()


def read_facts(path: Target, asked: Asked = NOTHING) -> Facts:
    """The facts of a file, out of its header; of a take those of its first file; nothing where none can be read."""
    first = path if isinstance(path, str) else path[0]
    try:
        descriptor = open_descriptor(first)
    except DecodeError:
        return NO_FACTS
    try:
        chunks = chunks_of(descriptor)
    finally:
        os.close(descriptor)
    facts = _of_tags(_tags(first)) if chunks is None else _of_chunks(chunks)
    return facts if asked.location else replace(facts, recorder_location=None)


def _of_chunks(chunks: Mapping[bytes, bytes]) -> Facts:
    info = info_of(chunks.get(b"LIST", b""))
    bext = read_bext(chunks.get(b"bext", b""), _rate(chunks))
    told = read_ixml(chunks.get(b"iXML", b"")) if b"iXML" in chunks else {}
    guano = dict(_guano(chunks.get(b"guan", b"")))
    described = dict(_BEXT_LINE.findall(bext.description.replace("\r", "\n")))
    comment = info.get("ICMT", "")
    moth = _AUDIOMOTH.match(comment)
    tracks = told.get("TRACKS") or "; ".join(described[name] for name in sorted(described) if name.startswith("TRK"))
    moments = {
        "guano": moment(guano.get("Timestamp", "")),
        "audiomoth": _of_moth(moth),
        "bext": bext.moment,
        "date": moment(info.get("ICRD", "")),
    }
    device = " ".join(guano[name] for name in ("Make", "Model") if name in guano)
    notes = [told.get("NOTE") or described.get("NOTE", ""), told.get("SPEED", ""), comment if moth else ""]
    at, of = _first(moments)
    return Facts(
        recorded_at=at,
        recorded_at_from=of,
        recorder=clean(moth["device"] if moth else device or bext.originator),
        recorder_timecode_ms=bext.timecode_ms,
        recorder_scene=clean(told.get("SCENE") or described.get("SCENE", "")),
        recorder_take=clean(told.get("TAKE") or described.get("TAKE", "")),
        recorder_tracks=clean(tracks, LONG),
        recorder_note=clean("; ".join(note for note in notes if note), LONG),
        recorder_location=clean(guano.get("Loc Position", "")),
    )


def _of_tags(tags: Mapping[str, str]) -> Facts:
    moments = {
        "quicktime": moment(tags.get("com.apple.quicktime.creationdate", "")),
        "creation_time": moment(tags.get("creation_time", ""), zone="Z"),
        "date": moment(tags.get("date", "") or tags.get("year", "")),
    }
    make = tags.get("com.apple.quicktime.make") or tags.get("com.android.manufacturer") or tags.get("make", "")
    model = tags.get("com.apple.quicktime.model") or tags.get("com.android.model") or tags.get("model", "")
    places = ("com.apple.quicktime.location.iso6709", "location", "location-eng")
    at, of = _first(moments)
    return Facts(
        recorded_at=at,
        recorded_at_from=of,
        recorder=clean(model if model.startswith(make) else f"{make} {model}"),
        recorder_location=clean(next((tags[name] for name in places if name in tags), "")),
    )


def _first(moments: Mapping[str, str | None]) -> tuple[str | None, str | None]:
    for of in TIME_SOURCES:
        if (found := moments.get(of)) is not None:
            return found, of
    return None, None


def _of_moth(moth: re.Match[str] | None) -> str | None:
    if moth is None:
        return None
    hours, _, minutes = (moth["zone"] or "+0").partition(":")
    zone = f"{hours[0]}{int(hours[1:]):02d}:{minutes or '00'}" if moth["zone"] else "Z"
    return moment(f"{moth['year']}-{moth['month']}-{moth['day']}T{moth['time']}{zone}")


def _guano(content: bytes) -> Iterator[tuple[str, str]]:
    """Pairs of a GUANO chunk, https://guano-md.org: lines of ``Key: value``."""
    for line in content.decode("utf-8", "replace").splitlines()[:200]:
        key, colon, value = line.partition(":")
        if colon:
            yield key.strip(), value.strip()


def _rate(chunks: Mapping[bytes, bytes]) -> int:
    return int.from_bytes(chunks.get(b"fmt ", b"")[4:8], "little")


def _tags(path: str) -> dict[str, str]:
    """What FFmpeg reads of a file's header, of the container over that of its streams, keys in small letters."""
    found: dict[str, str] = {}
    with suppress(DecodeError, *ERRORS), open_container(path) as file:
        for tags in (*(stream.metadata for stream in file.streams), file.metadata):
            found.update((key.lower()[:LONG], value[: 4 * LONG]) for key, value in tags.items())
    return found
