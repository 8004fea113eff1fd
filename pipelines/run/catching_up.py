"""What a run puts right in rows of ``recordings`` that stay: sounds that were never hashed, headers of other files."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pipelines.console.numbers import counted
from pipelines.run.headers import THREADS, decoders
from pipelines.store.changes import Todo, has_changed
from pipelines.store.file_rows import file_rows_by_uri
from pipelines.store.inventory import uris_by_recording
from pipelines.store.manifest import BASE, Holdings
from pipelines.store.read import Snapshot
from pipelines.store.sounds import sounds_in
from schemas.records import Source
from transforms.decode.asked import Asked
from transforms.decode.audio import DecodeError
from transforms.rows.inventory import header_columns

MOST_SECONDS = 600.0
"""That a run spends on the sounds of recordings that an earlier version made; the others wait for the next run."""


def lacking(sources: tuple[Source, ...], holdings: Holdings, todo: Todo) -> dict[str, Source]:
    """A file of each recording whose sound was never hashed, if the file is as it was; none that is heard anew."""
    known, found = sounds_in(holdings), dict[str, Source]()
    anew = {one.recording_id for tables, some in todo.again.items() if "recordings" in tables for one in some}
    for source in sources:
        row = holdings.files.get(source.uri)
        key = row.recording_id if row is not None else None
        if key is None or key in known or key in anew or key in found or key not in holdings.base_recordings:
            continue
        if not has_changed(source, holdings):
            found[key] = source
    return found


def hash_sounds(
    of: Mapping[str, Source], asked: Asked, say: Callable[[str], None], until: float | None = None
) -> dict[str, str]:
    """The ``sound_hash`` of recordings, each by one of its files: decoded, and nothing computed.

    Args:
        until: seconds since 1970 after which no further one is begun.
    """
    if not of:
        return {}
    say(f"hashing the sound of {counted(len(of), 'recording')} that an earlier version made; nothing is computed")
    end = min(time.time() + MOST_SECONDS, until or float("inf"))
    with decoders(asked) as mine, ThreadPoolExecutor(THREADS) as pool:

        def hashed(source: Source) -> str | None:
            return mine().sound(source.target) if time.time() < end else None

        found = dict(zip(of, pool.map(hashed, of.values()), strict=True))
    sounds = {key: sound for key, sound in found.items() if sound is not None}
    if time.time() >= end and len(sounds) < len(of):
        say(f"{counted(len(of) - len(sounds), 'recording')} left to the next run")
    return sounds


def headers_anew(holdings: Holdings, sources: tuple[Source, ...], asked: Asked) -> dict[str, dict[str, Any]]:
    """What headers say now of recordings whose first file holds other bytes than before, by recording and column."""
    if holdings.snapshot is None:
        return {}
    given = {source.uri: source for source in sources}
    rows = Snapshot(holdings.snapshot).rows("recordings", ["recording_id", "uri"]).to_pylist()
    before = {row["recording_id"]: row["uri"] for row in rows}
    was, uris = file_rows_by_uri(Snapshot(holdings.snapshot).rows("files")), uris_by_recording(holdings)
    of: dict[str, Source] = {}
    for key, (now, *_) in uris.items():
        earlier = was.get(before.get(key, ""))
        if earlier is None or now not in given or holdings.owner["recordings"].get(key, BASE) != BASE:
            continue
        if holdings.files[now].content != earlier.content and holdings.files[now].part is None:
            of[key] = given[now]
    with decoders(asked) as mine, ThreadPoolExecutor(THREADS) as pool:

        def read(source: Source) -> dict[str, Any]:
            try:
                return header_columns(mine().header(source.target), mine().facts(source.target))
            except DecodeError:
                return {}

        return dict(zip(of, pool.map(read, of.values()), strict=True))
