"""Parts of one take that a recorder split, joined to one source where their headers agree that they are."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from pipelines.console.numbers import counted
from schemas.records import Source
from transforms.beside.takes import Series, find_series
from transforms.decode.asked import Asked
from transforms.decode.audio import DecodeError, Format
from transforms.decode.facts import Facts
from transforms.decode.guard import Decoder
from transforms.discover import uri_of

FULL_BYTES = 1_900_000_000
"""A file that ended because it was full: recorders split at 2 GB or at 4."""
CLOSE_MS = 100
"""Time references follow on exactly; those of a take begun anew are seconds apart."""
SHOWN = 20
_DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True)
class Header:
    """What is known of a part before it is decoded."""

    format: Format
    facts: Facts
    bytes: int


def join_parts(sources: Sequence[Source], asked: Asked) -> tuple[tuple[Source, ...], tuple[str, ...]]:
    """The sources with the parts of each take as one, and lines for a person: what was joined, and what was not.

    Headers are read of files that are numbered like parts, and of no others, in a process of its own.
    """
    with closing(Decoder(asked)) as decoder:

        def read(source: Source) -> Header | None:
            try:
                return Header(decoder.header(source.path), decoder.facts(source.path), source.bytes)
            except DecodeError:
                return None

        return joined_with(sources, read)


def joined_with(
    sources: Sequence[Source], read: Callable[[Source], Header | None]
) -> tuple[tuple[Source, ...], tuple[str, ...]]:
    """As :func:`join_parts`, with what reads a header; None for one that cannot be read."""
    by_path = {source.path: source for source in sources}
    takes: dict[str, Source] = {}
    inside: set[str] = set()
    joined, apart = list[str](), list[str]()
    for series in find_series(by_path):
        parts = [by_path[path] for path in series.paths]
        if series.missing:
            apart.append(f"{_names(parts)}: part {', '.join(map(str, series.missing))} is not there")
            continue
        headers = [read(part) for part in parts]
        run = [0]
        for i in range(1, len(parts) + 1):
            why_not = _apart(headers[i - 1], headers[i], series) if i < len(parts) else ""
            if why_not is None:
                run.append(i)
                continue
            if len(run) > 1:
                take = _take([parts[n] for n in run])
                takes[take.path] = take
                inside.update(part.path for part in take.parts)
                joined.append(f"{_names(take.parts)} as one recording")
            if i < len(parts) and why_not:
                apart.append(f"{_names(parts[i - 1 : i + 1])}: {why_not}")
            run = [i]
    kept = [takes.get(source.path, source) for source in sources if source.path in takes or source.path not in inside]
    lines = [*_lines(joined, "take", "joined"), *_lines(apart, "place", "not joined")]
    return tuple(kept), tuple(lines)


def _apart(before: Header | None, after: Header | None, series: Series) -> str | None:
    """Why two files are not parts of one take; None where they are, empty where nothing speaks for it."""
    if before is None or after is None:
        return "one of them cannot be read" if series.sure else ""
    formats = [_format(header.format) for header in (before, after)]
    follows = _follows(before, after)
    if formats[0] != formats[1]:
        return f"{formats[0]} and {formats[1]}" if series.sure or follows == 0 else ""
    if follows is not None and abs(follows) > CLOSE_MS:
        gap = f"a gap of {follows / 1000:.1f} s" if follows > 0 else f"an overlap of {-follows / 1000:.1f} s"
        return f"{gap} by their time references" if series.sure else ""
    if series.sure or follows is not None or before.bytes >= FULL_BYTES:
        return None
    return ""


def _follows(before: Header, after: Header) -> int | None:
    """Milliseconds from the end of one to the begin of the next, by time references; None where these are silent."""
    first, second, seconds = before.facts.recorder_timecode_ms, after.facts.recorder_timecode_ms, before.format.seconds
    if first is None or second is None or seconds is None or first == second:
        return None
    apart = (second - first - round(1000 * seconds)) % _DAY_MS
    return apart if apart < _DAY_MS / 2 else apart - _DAY_MS


def _format(format: Format) -> str:
    return f"{format.codec} at {format.sample_rate_hz:,} Hz with {counted(format.channels, 'channel')}"


def _take(parts: Sequence[Source]) -> Source:
    metadata = next((part.metadata for part in parts if part.metadata), {})
    size = sum(part.bytes for part in parts)
    return replace(parts[0], bytes=size, metadata=metadata, parts=tuple(parts))


def _names(parts: Sequence[Source]) -> str:
    return " + ".join(uri_of(os.path.basename(part.path)) for part in parts)


def _lines(said: Sequence[str], one: str, what: str) -> Iterator[str]:
    for line in said[:SHOWN]:
        yield f"{what}: {line}"
    if len(said) > SHOWN:
        yield f"{what}: {counted(len(said) - SHOWN, f'more {one}')}"
