"""Which recordings and files the words of `forget` mean."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pipelines.store.folder import Folder
from pipelines.store.manifest import Holdings
from pipelines.store.names import Names
from pipelines.store.run_ids import runs_in
from pipelines.store.staging import Pass
from pipelines.store.switch import shown_name
from pipelines.store.tombstones import read_forgotten
from schemas.errors import UsageError
from schemas.layout import PASSES
from transforms.discover import uri_of

NAMED = 3
"""Of the paths that a wrong word may mean."""


@dataclass(frozen=True)
class Meant:
    """What is to be forgotten.

    Attributes:
        ids: recordings.
        uris: files that hold them now, or that were named.
        replaced: files that held one of them and hold something else now, which stays.
    """

    ids: frozenset[str]
    uris: frozenset[str]
    replaced: frozenset[str]


def meant(folder: Folder, words: Collection[str]) -> Meant:
    """The recordings that the words name, and the files that hold them.

    An id means that content, wherever it lies now.  A file means whatever it holds and held.

    Raises:
        UsageError: a word names nothing.
    """
    held: dict[str, set[str]] = {}
    now: dict[str, str | None] = {}
    for rows in _inventories(folder):
        for uri, key in rows:
            now[uri] = key
            if key is not None:
                held.setdefault(key, set()).add(uri)
    ids: set[str] = set()
    uris: set[str] = set()
    already = read_forgotten(folder.out)
    for word in words:
        named = {word, uri_of(os.path.abspath(word))}
        buried = {name for name in named if already.holds(name)}
        if word in held:
            ids.add(word)
        elif not (named & now.keys() or buried):
            near = Names([(uri, uri) for uri in now]).named(word)
            told = f": did you mean {' or '.join(sorted(near)[:NAMED])}?" if near else ""
            raise UsageError(f"{word}: no recording of that id, and no file of that path, is in the tables{told}")
        ids |= {key for key, of in held.items() if named & of}
        uris |= named & now.keys() | buried
    uris |= {uri for uri, key in now.items() if key in ids}
    replaced = set().union(*(held[key] for key in ids)) - uris
    return Meant(frozenset(ids), frozenset(uris), frozenset(replaced))


def _inventories(folder: Folder) -> Iterator[list[tuple[str, str | None]]]:
    """What each file held, as far as is known; what is newest last."""
    published = shown_name(folder.out)
    for snapshot in sorted(runs_in(folder.snapshots), key=lambda path: (path.name == published, path.name)):
        yield [(uri, row.recording_id) for uri, row in Holdings.read(snapshot).files.items()]
    for begun in sorted(folder.staging.glob(f"*/{PASSES}/*")):
        done = Pass.reopen(begun)
        rows = done.read("files", ["uri", "recording_id"]) if done else None
        if rows is not None:
            yield list(zip(rows["uri"].to_pylist(), rows["recording_id"].to_pylist(), strict=True))
