"""The user's own columns: a CSV file joined to the sources by file name or path."""

from __future__ import annotations

import csv
import os
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from schemas.catalog import nearest
from schemas.config import ConfigError, MetadataConfig
from schemas.records import Source
from schemas.table import column
from transforms.discover import uri_of

FILE_COLUMNS = ("file", "filename", "file_name", "path", "uri", "recording", "audio")
"""The header of the column that names the file, in any case; the first that is there."""


def _truth(text: str) -> bool:
    known = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    return known[text.lower()]


TYPES: dict[str, tuple[pa.DataType, Callable[[str], Any]]] = {
    "text": (pa.string(), str),
    "int": (pa.int64(), int),
    "float": (pa.float64(), float),
    "bool": (pa.bool_(), _truth),
    "date": (pa.date32(), date.fromisoformat),
}


@dataclass(frozen=True)
class Joined:
    """The sources with their metadata, the columns, and the names that match no source."""

    sources: tuple[Source, ...]
    columns: tuple[pa.Field, ...]
    unmatched: tuple[str, ...] = ()


def join_metadata(sources: Sequence[Source], config: MetadataConfig) -> Joined:
    """Give each source the values of its line.

    A line names a file by its path, by the end of its path (``radio/spot.mp3``), by its name, or by its
    name without extension.  Empty values are null.  Text stays text (007) unless ``config.types``
    says otherwise.

    Raises:
        ConfigError: the file cannot be read, no column names files, a value is not of its type, a line
            matches several files, or a file has several lines.
    """
    if config.path is None:
        return Joined(tuple(sources), ())
    where = Path(config.path)
    header, lines = _read(where)
    key = next((h for f in FILE_COLUMNS for h in header if h.strip().lower() == f), None)
    if key is None:
        raise ConfigError(f"{where}: no column names the file; call it one of {', '.join(FILE_COLUMNS)}")
    names = [h for h in header if h != key]
    for name in config.types:
        if name not in names:
            raise ConfigError(f"metadata.types: {where} has no column {name!r}{nearest(name, names)}")
    find = _Finder(sources)
    found: dict[str, tuple[int, Mapping[str, Any]]] = {}
    unmatched = []
    for number, line in lines:
        matches = find(line[key])
        if len(matches) > 1:
            raise ConfigError(
                f"{where}, line {number}: {line[key]!r} is the name of {len(matches)} files "
                f"({matches[0].uri}, {matches[1].uri}, ...): write more of the path"
            )
        if not matches:
            unmatched.append(line[key])
            continue
        uri = matches[0].uri
        if uri in found:
            raise ConfigError(f"{where}, lines {found[uri][0]} and {number} both name {uri}")
        found[uri] = number, {n: _value(line[n], config.types.get(n, "text"), where, number, n) for n in names}
    columns = tuple(
        column(name, TYPES[config.types.get(name, "text")][0], f"from {where.name}", nullable=True) for name in names
    )
    joined = tuple(replace(s, metadata=found[s.uri][1]) if s.uri in found else s for s in sources)
    return Joined(joined, columns, tuple(unmatched))


def _read(path: Path) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"metadata: {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"metadata: {path} is not UTF-8 text (byte {error.start}): save it as UTF-8") from error
    first = text.partition("\n")[0]
    # Spreadsheets in half of the world write semicolons; the header tells.
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
    header = next(reader, [])
    if len(set(header)) != len(header):
        twice = next(h for h in header if header.count(h) > 1)
        raise ConfigError(f"metadata: {path}: two columns are called {twice!r}")
    lines = []
    for cells in reader:
        if not any(cells):
            continue
        if len(cells) != len(header):
            raise ConfigError(
                f"metadata: {path}, line {reader.line_num}: {len(cells)} values for {len(header)} columns"
            )
        lines.append((reader.line_num, dict(zip(header, cells, strict=True))))
    return header, lines


def _value(text: str, kind: str, where: Path, number: int, name: str) -> Any:
    if text == "":
        return None
    try:
        return TYPES[kind][1](text)
    except (ValueError, KeyError):
        raise ConfigError(f"{where}, line {number}: {name} is {text!r}, which is no {kind}") from None


class _Finder:
    """Looks a name up among the sources, the longest match of a path first."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._by_name: dict[str, list[Source]] = defaultdict(list)
        self._by_stem: dict[str, list[Source]] = defaultdict(list)
        for source in sources:
            name = os.path.basename(source.uri)
            self._by_name[name].append(source)
            self._by_stem[os.path.splitext(name)[0]].append(source)

    def __call__(self, named: str) -> list[Source]:
        wanted = named.strip().replace("\\", "/").removeprefix("./")
        if not wanted:
            return []
        name = wanted.rpartition("/")[2]
        exact = [s for s in self._by_name.get(name, []) if ("/" + s.uri).endswith("/" + wanted)]
        if exact:
            return exact
        absolute = uri_of(os.path.abspath(wanted))
        there = [s for s in self._by_name.get(name, []) if s.uri == absolute]
        return there or [s for s in self._by_stem.get(name, []) if wanted == name]
