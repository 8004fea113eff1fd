"""Which recordings the bytes and the sounds that a corpus knows are."""

from __future__ import annotations

import os
from collections import defaultdict

from pipelines.store.manifest import Holdings
from pipelines.store.read import Snapshot
from schemas.register import Register


def sounds_in(holdings: Holdings) -> dict[str, str]:
    """The ``sound_hash`` of each recording that has one, by its id."""
    found: dict[str, str] = {}
    parts = [done.read("recordings") for done in holdings.passes]
    if holdings.snapshot is not None:
        schema = Snapshot(holdings.snapshot).schema("recordings")
        if schema is not None and "sound_hash" in schema.names:
            parts.insert(0, Snapshot(holdings.snapshot).rows("recordings", ["recording_id", "sound_hash"]))
    for rows in parts:
        if rows is not None and "sound_hash" in rows.column_names:
            keys, sounds = (rows[name].to_pylist() for name in ("recording_id", "sound_hash"))
            found.update((key, sound) for key, sound in zip(keys, sounds, strict=True) if sound is not None)
    return found | holdings.filled


def register_of(holdings: Holdings) -> Register:
    """The register of what a corpus holds and what passes have made since."""
    ids = frozenset(holdings.contents())
    by_bytes = {
        row.content: row.recording_id
        for row in holdings.files.values()
        if row.content and row.part is None and row.recording_id in ids and row.content not in ids
    }
    alike: dict[str, list[str]] = defaultdict(list)
    for key, sound in sorted(sounds_in(holdings).items()):
        if key in ids:
            alike[sound].append(key)
    several = {key for keys in alike.values() if len(keys) > 1 for key in keys}
    held = {uri: row.recording_id for uri, row in holdings.files.items() if row.recording_id in several}
    there = {key for uri, key in held.items() if os.path.lexists(uri)}
    by_sound = {sound: tuple(sorted(keys, key=lambda key: key in there)) for sound, keys in alike.items()}
    return Register(ids, by_bytes, by_sound, held)
