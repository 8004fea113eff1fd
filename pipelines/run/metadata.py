"""The user's own columns: a CSV file joined to the sources by file name or path."""

from __future__ import annotations

import os
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.files.sheet import Reading, read_sheet
from pipelines.run.own_names import own_names, told_of
from schemas.catalog import nearest
from schemas.config import MetadataConfig
from schemas.errors import UsageError
from schemas.records import Source
from schemas.shown import shown
from schemas.table import column
from transforms.discover import uri_of

FILE_COLUMNS = ("file", "filename", "file_name", "path", "uri", "recording", "audio")
"""The header of the column that names the file, in any case; the first that is there."""


TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "int": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
    "date": pa.date32(),
}
YES_NO = {"yes": "true", "no": "false"}


@dataclass(frozen=True)
class Joined:
    """The sources with their metadata, the columns, the names that match no source, and what else is to be told."""

    sources: tuple[Source, ...]
    columns: tuple[pa.Field, ...]
    unmatched: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def join_metadata(sources: Sequence[Source], config: MetadataConfig) -> Joined:
    """Give each source the values of its line.

    A line names a file by its path, by the end of its path (``radio/spot.mp3``), by its name, or by its
    name without extension.  Empty values are null.  Text stays text (007) unless ``config.types``
    says otherwise.

    Raises:
        UsageError: the file cannot be read, no column names files, a value is not of its type, a line
            matches several files, or a file has several lines.
    """
    if config.path is None:
        return Joined(tuple(sources), ())
    where = Path(config.path)
    reading = Reading(config.encoding, config.separator, config.sheet, "--metadata-encoding")
    read = read_sheet(where, lambda header: _key(header) is not None, "metadata: ", reading)
    header = read.header
    key = _key(header)
    if key is None:
        raise UsageError(f"{where}: no column names the file; call it one of {', '.join(FILE_COLUMNS)}")
    names = [h for h in header if h != key]
    for name in config.types:
        if name not in names:
            raise UsageError(f"metadata.types: {where} has no column {name!r}{nearest(name, names)}")
    called = own_names(names)
    find = _Finder(sources)
    found: dict[str, tuple[int, Mapping[str, Any]]] = {}
    unmatched = []
    for number, cells in read.rows:
        line = dict(zip(header, cells, strict=True))
        matches = find(line[key])
        if len(matches) > 1:
            raise UsageError(
                f"{where}, line {number}: {shown(line[key])} is the name of {len(matches)} files "
                f"({shown(matches[0].uri, 120)}, {shown(matches[1].uri, 120)}, ...): write more of the path"
            )
        if not matches:
            unmatched.append(line[key])
            continue
        uri = matches[0].uri
        if uri in found:
            raise UsageError(f"{where}, lines {found[uri][0]} and {number} both name {uri}")
        values = {called[n]: _value(line[n], config.types.get(n, "text"), where, number, n) for n in names}
        found[uri] = number, values
    columns = tuple(
        column(called[name], TYPES[config.types.get(name, "text")], f"from {where.name}", nullable=True)
        for name in names
    )
    joined = tuple(replace(s, metadata=found[s.uri][1]) if s.uri in found else s for s in sources)
    return Joined(joined, columns, tuple(unmatched), (*read.notes, *told_of(called)))


def _key(header: Sequence[str]) -> str | None:
    """The column that names the file."""
    return next((name for known in FILE_COLUMNS for name in header if name.lower() == known), None)


def _value(text: str, kind: str, where: Path, number: int, name: str) -> Any:
    """The text as its type: numbers and dates (2024-03-05) as Arrow reads them, yes, no, true, false, 1 and 0."""
    if kind == "text":
        return text or None
    bare = text.strip()
    if not bare:
        return None
    try:
        return pa.scalar(YES_NO.get(bare.lower(), bare) if kind == "bool" else bare).cast(TYPES[kind]).as_py()
    except (pa.ArrowException, OverflowError):  # a day outside of Python's calendar
        raise UsageError(f"{where}, line {number}: {name} is {shown(text)}, which is no {kind}") from None


class _Finder:
    """Looks a name up among the sources, the longest match of a path first."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._by_name: dict[str, list[Source]] = defaultdict(list)
        self._by_stem: dict[str, list[Source]] = defaultdict(list)
        for source in sources:
            name = os.path.basename(_composed(source.uri))
            self._by_name[name].append(source)
            self._by_stem[os.path.splitext(name)[0]].append(source)

    def __call__(self, named: str) -> list[Source]:
        as_it_is = _composed(named.strip())
        return self._find(as_it_is) or self._find(as_it_is.replace("\\", "/"))

    def _find(self, named: str) -> list[Source]:
        wanted = named.removeprefix("./")
        if not wanted:
            return []
        name = wanted.rpartition("/")[2]
        of_name = [(s, _composed(s.uri)) for s in self._by_name.get(name, [])]
        exact = [s for s, uri in of_name if ("/" + uri).endswith("/" + wanted)]
        if exact:
            return exact
        absolute = _composed(uri_of(os.path.abspath(wanted)))
        there = [s for s, uri in of_name if uri == absolute]
        return there or [s for s in self._by_stem.get(name, []) if wanted == name]


def _composed(text: str) -> str:
    """Names that look the same are the same: a Mac writes an accent as a character of its own, others do not."""
    return unicodedata.normalize("NFC", text)
