"""The names that recordings go by, and which of them a word names."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from itertools import islice

from schemas.catalog import nearest
from transforms.discover import uri_of

GLOB = re.compile(r"[*?\[]")
LISTED = 20
"""Names in an error; nobody reads a list of thousands."""
COMPARED = 10_000
"""Names among which the nearest is looked for."""


class Names:
    """The names that recordings go by.

    Args:
        held: pairs of an id and a URI; several files may hold one recording, several recordings may share a name.
    """

    def __init__(self, held: Iterable[tuple[str, str]]) -> None:
        self.uris: dict[str, dict[str, None]] = {}
        self.files: dict[str, dict[str, None]] = {}
        self._ids: dict[str, dict[str, None]] = {}
        self._stems: dict[str, dict[str, None]] = {}
        for key, uri in held:
            name = uri.rpartition("/")[2]
            for of, called in (
                (self._ids, key),
                (self.uris, uri),
                (self.files, name),
                (self._stems, os.path.splitext(name)[0]),
            ):
                of.setdefault(called, {})[key] = None

    def named(self, word: str) -> list[str]:
        """Ids of the recordings that a word names; none where it names nothing.

        It is tried in this order, and the first that fits counts: an id; a URI; a path, from where one stands; a file's
        name; a file's name without its ending; the end of a path, as ``calls/1.wav``; a folder, for all in it; a glob
        of URIs, paths, their ends or names.
        """
        if not word:  # a variable of the shell that was empty is not all recordings
            return []
        path = uri_of(os.path.abspath(word))
        for of, called in (
            (self._ids, word),
            (self.uris, word),
            (self.uris, path),
            (self.files, word),
            (self._stems, word),
        ):
            if called in of:
                return list(of[called])
        folders = (word.rstrip("/") + "/", path.rstrip("/") + "/")
        patterns = (word, path, f"*/{word}") if GLOB.search(word) else ()
        return (
            self._where(lambda uri: uri.endswith(f"/{word}"))
            or self._where(lambda uri: uri.startswith(folders))
            or self._where(lambda uri: any(fnmatchcase(uri, pattern) for pattern in patterns))
        )

    def hint(self, word: str) -> str:
        """``": did you mean X?"`` where a name is near, with or without its ending; else all, if they are few."""
        near = nearest(word, [*islice(self.files, COMPARED), *islice(self._stems, COMPARED)])
        if near.startswith(": did you mean"):
            return near
        return nearest(word, self.files) if len(self.files) < LISTED else ""

    def _where(self, fits: Callable[[str], bool]) -> list[str]:
        return list(dict.fromkeys(key for uri, keys in self.uris.items() if fits(uri) for key in keys))
