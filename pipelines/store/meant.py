"""Which recordings and files the words of `forget` mean."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pipelines.store.file_rows import file_rows_by_uri
from pipelines.store.folder import Folder
from pipelines.store.manifest import Holdings
from pipelines.store.names import Names
from pipelines.store.run_ids import runs_in
from pipelines.store.sounds import sounds_in
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
        contents: the hashes of the bytes in which they came.
        sounds: their ``sound_hash``, as far as it was taken.
    """

    ids: frozenset[str]
    uris: frozenset[str]
    replaced: frozenset[str]
    contents: frozenset[str] = frozenset()
    sounds: frozenset[str] = frozenset()


def meant(folder: Folder, words: Collection[str]) -> Meant:
    """The recordings that the words name, and the files that hold them.

    An id means that content, wherever it lies now.  A file means whatever it holds and held.  Recordings of the same
    sound, of files that differ in their tags or their container alone, are meant together.

    Raises:
        UsageError: a word names nothing.
    """
    held: dict[str, set[str]] = {}
    now: dict[str, str | None] = {}
    bytes_of: dict[str, set[str]] = {}
    sounds_of: dict[str, set[str]] = {}
    for rows, heard in _inventories(folder):
        for recording_id, sound in heard.items():
            sounds_of.setdefault(recording_id, set()).add(sound)
        for uri, key, content in rows:
            now[uri] = key
            if key is not None:
                held.setdefault(key, set()).add(uri)
                if content is not None:
                    bytes_of.setdefault(key, set()).add(content)
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
    meant_sounds = set().union(*(sounds_of.get(key, ()) for key in ids))
    ids |= {key for key, of in sounds_of.items() if key in held and of & meant_sounds}
    uris |= {uri for uri, key in now.items() if key in ids}
    replaced = set().union(*(held[key] for key in ids)) - uris
    contents = frozenset().union(*(bytes_of.get(key, ()) for key in ids))
    sounds = frozenset(meant_sounds)
    return Meant(frozenset(ids), frozenset(uris), frozenset(replaced), contents, sounds)


Row = tuple[str, str | None, str | None]
"""A file, its recording, and the hash of its bytes."""


def _inventories(folder: Folder) -> Iterator[tuple[list[Row], dict[str, str]]]:
    """What each file held, as far as is known, and the sounds of recordings; what is newest last."""
    published = shown_name(folder.out)
    for snapshot in sorted(runs_in(folder.snapshots), key=lambda path: (path.name == published, path.name)):
        holdings = Holdings.read(snapshot)
        rows = [(uri, row.recording_id, row.content) for uri, row in holdings.files.items()]
        yield rows, sounds_in(holdings)
    for begun in sorted(folder.staging.glob(f"*/{PASSES}/*")):
        done = Pass.reopen(begun)
        table = done.read("files") if done else None
        if done is not None and table is not None:
            of_files = file_rows_by_uri(table)
            rows = [(uri, row.recording_id, row.content) for uri, row in of_files.items()]
            yield rows, sounds_in(Holdings(passes=[done]))
