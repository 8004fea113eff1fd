"""Parts of the path as columns: what the folders and the name of a file say of it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from glob import has_magic
from pathlib import Path

from pipelines.console.numbers import counted
from pipelines.run import cell_types, own_names
from pipelines.run.cell_types import TYPES, typed
from pipelines.run.metadata import SHOWN, Joined
from pipelines.run.named_files import composed
from schemas.errors import UsageError
from schemas.table import column
from transforms.discover import uri_of

_FIELD = re.compile(r"\{([^{}/]*)\}")
_ENDING = re.compile(r"\.(?:\w+|\*)$")


class PathPattern:
    """A pattern such as ``{station}/{year}/{show}``, or ``{station}_{date}_{n}.mp3``.

    Its parts are those of the path from the folder that a run was given.  A last part with an extension (``.*`` for
    any) is the name of the file; ``*`` is any text.  Where a part holds several fields, the first takes the most.

    Args:
        text: as a person writes it.

    Raises:
        UsageError: it names no column, or one twice, or has two without anything between them.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.names = _FIELD.findall(text)
        parts = text.strip("/").split("/")
        wrong = None
        if not self.names or not all(name.strip() == name and name for name in self.names):
            wrong = "names no column"
        elif len({name.lower() for name in self.names}) < len(self.names):
            wrong = "names a column twice"
        elif "}{" in text:
            wrong = "has nothing between two columns"
        elif re.search(r"[{}]", _FIELD.sub("", text)):
            wrong = "has a brace alone"
        if wrong:
            raise UsageError(f"--path-columns {text}: {wrong}: write it as {{station}}/{{year}}/{{show}}")
        self._parts = [re.compile(_regex(part), re.IGNORECASE) for part in parts]
        self.has_name = _ENDING.search(parts[-1]) is not None

    def read(self, path: str, *, to_name: bool) -> dict[str, str] | None:
        """What a path from the root says; None where it does not fit.

        Args:
            to_name: whether the last part is the name of the file; without its extension, if the pattern has none.
        """
        *folders, name = path.split("/")
        if to_name:
            last = name if self.has_name else os.path.splitext(name)[0]
            given = [*folders[: len(self._parts) - 1], last]
            if len(folders) != len(self._parts) - 1:
                return None
        else:
            given = folders[: len(self._parts)]
        if len(given) < len(self._parts):
            return None
        found: list[str] = []
        for part, text in zip(self._parts, given, strict=True):
            match = part.fullmatch(text)
            if match is None:
                return None
            found += match.groups()
        return dict(zip(self.names, found, strict=True))


def with_path_columns(joined: Joined, text: str, roots: Sequence[str], types: Mapping[str, str]) -> Joined:
    """The sources with the columns of a pattern, too.  Where the metadata has a column of that name, it stays.

    Args:
        text: the pattern.
        roots: what a run was given: files, folders, globs.
        types: of columns that are not text; what is none of the type is null.

    Raises:
        UsageError: see :class:`PathPattern`.
    """
    pattern = PathPattern(text)
    paths = list(_paths([source.uri for source in joined.sources], roots))
    found = [pattern.read(path, to_name=pattern.has_name) for path in paths]
    if not any(found) and not pattern.has_name:
        found = [pattern.read(path, to_name=True) for path in paths]
    there = {field.name.lower() for field in joined.columns}
    called = own_names.own_names(pattern.names)
    names = [name for name in pattern.names if called[name].lower() not in there]
    columns = {
        name: typed([(one or {}).get(name, "").strip() for one in found], types.get(name, "text")) for name in names
    }
    sources = tuple(
        replace(source, metadata={**source.metadata, **{called[name]: columns[name].values[n] for name in names}})
        for n, source in enumerate(joined.sources)
    )
    fields = tuple(
        column(called[name], TYPES[types.get(name, "text")], "from the path", nullable=True) for name in names
    )
    notes = [f"{sum(map(bool, found)):,} of {counted(len(found), 'file')} fit the path columns {text}"]
    if left := [path for path, one in zip(paths, found, strict=True) if not one]:
        notes[0] += f"; without them: {', '.join(left[:SHOWN])}{', ...' if len(left) > SHOWN else ''}"
    for name in names:
        wrong = [(found[n] or {})[name] for n in columns[name].wrong]
        if wrong:
            some = ", ".join(dict.fromkeys(wrong[:SHOWN]))
            notes.append(f"{name}: {counted(len(wrong), 'part')} of a path is no {types[name]}, and null: {some}")
    if kept := [name for name in pattern.names if name not in names]:
        notes.append(f"the metadata has the path columns {', '.join(kept)} already: its values stay")
    notes += [*own_names.told_of(called), *cell_types.told_of(columns)]
    return replace(joined, sources=sources, columns=(*joined.columns, *fields), notes=(*joined.notes, *notes))


def _regex(part: str) -> str:
    pieces = re.split(r"(\{[^{}/]*\}|\*)", part)
    return "".join("(.+)" if piece[:1] == "{" else ".*" if piece == "*" else re.escape(piece) for piece in pieces)


def _paths(uris: Sequence[str], roots: Sequence[str]) -> Iterator[str]:
    """Each path from the deepest of the folders that were given."""
    folders = sorted({composed(uri_of(_folder(root))) for root in roots}, key=len, reverse=True)
    for uri in uris:
        path = composed(uri)
        root = next((folder for folder in folders if path.startswith(os.path.join(folder, ""))), "/")
        yield os.path.relpath(path, root)


def _folder(root: str) -> str:
    """The folder that a word names: itself, that of a file, or what stands before the first wildcard."""
    if os.path.isdir(root):
        return os.path.abspath(root)
    parts = Path(root).expanduser().parts
    named = next((at for at, part in enumerate(parts) if has_magic(part)), len(parts) - 1)
    return os.path.abspath(Path(*parts[:named]))
