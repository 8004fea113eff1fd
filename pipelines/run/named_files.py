"""Which of the sources a text names: a path, a name, a name without extension, written as people and programs do."""

from __future__ import annotations

import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import NamedTuple
from urllib.parse import unquote

from schemas.records import Source
from transforms.discover import uri_of

_DRIVE = re.compile(r"^(?://[?.]/)?[A-Za-z]:(?=/|$)")
_EXTENSION = re.compile(r"\.(?=\w*[A-Za-z])\w{2,5}$")


class Fit(NamedTuple):
    """How a text names a file; what is strictest is least.

    Attributes:
        folders: how many folders of the text are not those that the file lies in.
        extension: 1 where the text has none, 2 where it has another.
        case: 1 where capitals differ.
    """

    folders: int
    extension: int
    case: int

    @property
    def is_loose(self) -> bool:
        """Whether the file may as well be another one."""
        return bool(self.folders) or self.extension > 1

    def words(self, has_folders: bool) -> str:
        """How, for a person."""
        what = "path" if has_folders and not self.folders else "name"
        beside = [
            *(["without extension"] if self.extension == 1 else ["with another extension"] if self.extension else []),
            *(["in another folder"] if self.folders else []),
            *(["in other capitals"] if self.case else []),
        ]
        return " ".join([what, *beside])


@dataclass(frozen=True)
class Named:
    """What a text names: the sources that fit best, and how."""

    sources: tuple[Source, ...]
    fit: Fit | None = None
    by: str = ""


NOTHING = Named(())


class Finder:
    """Looks texts up among the sources.

    A path may be that of another machine, with backslashes, a drive's letter or as ``file://``, or the end of a path;
    accents may be composed or not.  Where no file of that path is there, one of its name in another folder is taken;
    where none has the name, one with another extension, or in other capitals.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        self._by_name: dict[str, list[tuple[str, Source]]] = defaultdict(list)
        for source in sources:
            uri = composed(source.uri)
            name = uri.rpartition("/")[2].casefold()
            for key in {name, os.path.splitext(name)[0]}:
                self._by_name[key].append((uri, source))

    def __call__(self, text: str) -> Named:
        """The sources that a text names best; several where it does not say which."""
        wanted = composed(text)
        found = self._find(wanted)
        if found.sources and not (found.fit and found.fit.is_loose):
            return found
        return min(found, self._find(_as_here(wanted)), key=lambda one: one.fit or (9,))

    def _find(self, text: str) -> Named:
        wanted = text.removeprefix("./")
        folders, _, name = wanted.rpartition("/")
        if not name:
            return NOTHING
        absolute = composed(uri_of(os.path.abspath(wanted))) if folders else wanted
        bare = _EXTENSION.sub("", name)
        fits: dict[Fit, dict[str, Source]] = defaultdict(dict)
        for key in dict.fromkeys((name.casefold(), bare.casefold())):
            for uri, source in self._by_name.get(key, ()):
                fits[_fit(wanted, absolute, uri)][source.uri] = source
        if not fits:
            return NOTHING
        best = min(fits)
        return Named(tuple(fits[best].values()), best, best.words(bool(folders)))


def _fit(wanted: str, absolute: str, uri: str) -> Fit:
    folder, _, name = uri.rpartition("/")
    wanted_folder, _, wanted_name = wanted.rpartition("/")
    if name.casefold() == wanted_name.casefold():
        extension, case = 0, name != wanted_name
    else:
        stem = os.path.splitext(name)[0]
        same = stem.casefold() == wanted_name.casefold()
        extension = 1 if same else 2
        case = stem != (wanted_name if same else _EXTENSION.sub("", wanted_name))
    if not wanted_folder or f"/{folder}".endswith("/" + wanted_folder) or folder == absolute.rpartition("/")[0]:
        return Fit(0, extension, int(case))
    ours, theirs = folder.casefold().split("/"), wanted_folder.casefold().split("/")
    pairs = zip(reversed(ours), reversed(theirs), strict=False)
    common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    left = len(theirs) - common
    return Fit(left, extension, int(case or not left))


def _as_here(text: str) -> str:
    """A path as another machine, or a browser, writes it."""
    if text.lower().startswith("file:"):
        text = composed(unquote(text[5:]))
        text = "/" + text.lstrip("/") if not re.match(r"/*[A-Za-z]:", text) else text.lstrip("/")
    text = text.replace("\\", "/")
    return _DRIVE.sub("", text).removeprefix("./")


def composed(text: str) -> str:
    """Names that look the same are the same: a Mac writes an accent as a character of its own, others do not."""
    return unicodedata.normalize("NFC", text)
