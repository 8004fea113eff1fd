"""The user's own columns: a table of cells joined to the sources by file name or path."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.console.numbers import counted
from pipelines.files.sheet import Reading, Sheet, read_sheet
from pipelines.run import cell_types, own_names
from pipelines.run.cell_types import TYPES, typed
from pipelines.run.named_files import Finder, Named
from schemas.catalog import nearest
from schemas.errors import UsageError
from schemas.metadata import MetadataConfig
from schemas.records import Source
from schemas.shown import shown
from schemas.table import column

FILE_COLUMNS = ("file", "filename", "file_name", "path", "uri", "recording", "audio", "audio_filepath")
"""The header of the column that names the file, in any case; the first that is there and names one."""
SHOWN = 3
"""Names that a line gives; the rest is counted."""
LOOKED_AT = 2000
"""Rows by which the column that names the files is found."""


@dataclass(frozen=True)
class Joined:
    """The sources with their metadata.

    Attributes:
        columns: the user's own.
        unmatched: what the rows say that match no source.
        notes: what a person should know of it.
    """

    sources: tuple[Source, ...]
    columns: tuple[pa.Field, ...]
    unmatched: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def join_metadata(sources: Sequence[Source], config: MetadataConfig, beside: Collection[str] = ()) -> Joined:
    """Give each source the values of its row.

    A row names a file by its path, by the end of its path (``radio/spot.mp3``), by its name, or by its name without
    extension, also as other machines write it; see :class:`pipelines.run.named_files.Finder`.  Empty values are null.
    Text stays text (007) unless ``config.types`` says otherwise.

    Args:
        beside: columns that come from elsewhere, and may have a type, too.

    Raises:
        UsageError: the file cannot be read, no column names files, a value is not of its type, a row matches several
            files, or a file has several rows.
    """
    if config.path is None:
        return Joined(tuple(sources), ())
    where = Path(config.path)
    reading = Reading(config.encoding, config.separator, config.sheet, "--metadata-encoding")
    sheet = read_sheet(where, lambda header: _fits(header, config.key), "metadata: ", reading)
    find = Finder(sources)
    key = _key(sheet, find, where, config.key)
    names = [name for name in sheet.header if name != key]
    for name, kind in config.types.items():
        if name not in (*names, *beside) and kind != "text":  # text is what it is without a word
            raise UsageError(f"metadata.types: {where} has no column {name!r}{nearest(name, (*names, *beside))}")
    at = sheet.header.index(key)
    rows = _Rows(where, [(line, cells[at]) for line, cells in sheet.rows], find)
    called = own_names.own_names(names)
    columns = {}
    for name in names:
        at = sheet.header.index(name)
        texts = [sheet.rows[n][1][at] for n in rows.by_uri.values()]
        columns[name] = typed(texts, kind := config.types.get(name, "text"))
        for n, what_to_do in columns[name].wrong.items():
            line = sheet.rows[list(rows.by_uri.values())[n]][0]
            raise UsageError(f"{where}, line {line}: {name} is {shown(texts[n])}, which is no {kind}{what_to_do}")
    fields = tuple(
        column(called[name], TYPES[config.types.get(name, "text")], f"from {where.name}", nullable=True)
        for name in names
    )
    values: dict[str, Mapping[str, Any]] = {
        uri: {called[name]: columns[name].values[n] for name in names} for n, uri in enumerate(rows.by_uri)
    }
    joined = tuple(replace(s, metadata=values[s.uri]) if s.uri in values else s for s in sources)
    told = (*sheet.notes, *own_names.told_of(called), *cell_types.told_of(columns), *rows.told(key, sources))
    return Joined(joined, fields, rows.unmatched, told)


def _fits(header: Sequence[str], asked: str | None) -> bool:
    return any(name == asked if asked else name.lower() in FILE_COLUMNS for name in header)


def _key(sheet: Sheet, find: Finder, where: Path, asked: str | None) -> str:
    """The column that names the files: the one asked for, one that is called so, or else the one that names most."""
    header = sheet.header
    if asked is not None:
        if asked not in header:
            raise UsageError(f"--metadata-key {asked}: {where} has no such column{nearest(asked, header)}")
        return asked
    known = [name for one in FILE_COLUMNS for name in header if name.lower() == one]
    some = sheet.rows[:LOOKED_AT]

    def share(name: str) -> tuple[int, float]:
        """How many files it names, and how much of it does."""
        at = header.index(name)
        texts = {cells[at] for _, cells in some if cells[at]}
        found = sum(
            bool(named.sources) and (named.fit is None or named.fit.extension != 1) for named in map(find, texts)
        )
        bare = sum(bool(find(text).sources) for text in texts)
        # Names with an extension are no chance; bare ones, as 1, 2, 3, may be.
        n = max(found, bare if 2 * bare > len(texts) else 0)
        return n, n / max(len(texts), 1)

    for name in known:
        if share(name)[0]:
            return name
    best = max((name for name in header if name not in known), key=share, default=None)
    if best is not None and share(best)[0]:
        return best
    if known:
        return known[0]
    raise UsageError(
        f"{where}: no column names files of this run: name it with --metadata-key ({', '.join(header[:10]) or 'empty'})"
    )


class _Rows:
    """Which row each file has.

    Attributes:
        by_uri: the number of the row of each file that has one, from 0, in the order of the rows.
        unmatched: what the others say.
    """

    def __init__(self, where: Path, rows: Sequence[tuple[int, str]], find: Finder) -> None:
        self._where = where
        named = [(n, line, text, find(text)) for n, (line, text) in enumerate(rows)]
        found: dict[str, tuple[int, int, Named]] = {}
        self._several: list[str] = []
        for n, line, text, one in named:
            if one.fit is None or one.fit.is_loose:
                continue
            if len(one.sources) > 1:
                raise UsageError(f"{where}, line {line}: {shown(text)} {_of_several(one)}")
            uri = one.sources[0].uri
            if uri in found:
                raise UsageError(f"{where}, lines {found[uri][1]} and {line} both name {uri}")
            found[uri] = n, line, one
        strict = set(found)
        # A file that has its row is not what another row means, and two rows that may mean it do not say which.
        wanted = Counter(one.sources[0].uri for _, _, _, one in named if one.fit and one.fit.is_loose)
        for n, line, text, one in named:
            if one.fit is None or not one.fit.is_loose:
                continue
            uri = one.sources[0].uri
            if len(one.sources) > 1:
                self._several.append(f"line {line}: {shown(text)} {_of_several(one)}")
            elif uri not in strict and wanted[uri] == 1:
                found[uri] = n, line, one
        kept = sorted(found.items(), key=lambda one: one[1][0])
        self.by_uri = {uri: n for uri, (n, _, _) in kept}
        self._by = Counter(one.by for _, (_, _, one) in kept)
        taken = set(self.by_uri.values())
        self._left = [(line, text) for n, line, text, _ in named if n not in taken]
        self.unmatched = tuple(text for _, text in self._left)

    def told(self, key: str, sources: Sequence[Source]) -> Iterator[str]:
        """Lines about what was joined, and what was not."""
        how = ", ".join(f"{by} ({n:,})" if len(self._by) > 1 else by for by, n in self._by.most_common())
        by = f", found in the column {key!r} by {how}" if how else f"; the column {key!r} should name them"
        yield f"metadata: {len(self.by_uri):,} of {counted(len(sources), 'file')} have a row of {self._where.name}{by}"
        if self._left:
            names = ", ".join(f"{text[:100]} (line {line})" for line, text in self._left[:SHOWN])
            rows = counted(len(self._left), "row")
            yield f"of the metadata, {rows} name no file of this run: {names}{_more(self._left)}"
        for one in self._several[:SHOWN]:
            yield f"of the metadata, {one}"
        without = [source.uri for source in sources if source.uri not in self.by_uri]
        if without and self.by_uri:
            names = ", ".join(uri.rpartition("/")[2][:100] for uri in without[:SHOWN])
            yield f"without a row of the metadata: {counted(len(without), 'file')}: {names}{_more(without)}"


def _of_several(named: Named) -> str:
    one, two = named.sources[:2]
    files = f"{shown(one.uri, 120)}, {shown(two.uri, 120)}, ..."
    return f"is the name of {len(named.sources)} files ({files}): write more of the path"


def _more(names: Sequence[Any]) -> str:
    return ", ..." if len(names) > SHOWN else ""
