"""The user's own columns: the values of each file, and what they say of a recording that several files hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from pipelines.store.manifest import Holdings
from pipelines.store.read import Snapshot
from schemas.catalog import TABLES
from schemas.records import Source
from schemas.table import Table

Values = Mapping[str, Any]
"""Of the user's columns, by name."""


@dataclass(frozen=True)
class Own:
    """The user's own columns in this run.

    Attributes:
        by_uri: the values of each file; None where no columns were named.
        beside: whether these values stand beside those of before, which stay: the path's, without metadata.
    """

    columns: tuple[pa.Field, ...]
    by_uri: Mapping[str, Values] | None
    beside: bool = False

    @classmethod
    def of(cls, sources: Sequence[Source], table: Table, named: bool, beside: bool = False) -> Own:
        """Of a take in parts, each part has its own values, or those of the first part that has any."""
        values = {file.uri: file.metadata or source.metadata for source in sources for file in source.files}
        return cls(own_columns(table.schema, "recordings"), values if named else None, beside)


def own_columns(schema: pa.Schema, name: str) -> tuple[pa.Field, ...]:
    """The columns of a table that are not declared: the user's."""
    declared = set(TABLES[name].schema.names)
    return tuple(field for field in schema if field.name not in declared)


def files_with(columns: Sequence[pa.Field]) -> Table:
    """The table ``files`` with the user's columns but those that bear a name of its own: these ``recordings`` has."""
    taken = {name.lower() for name in TABLES["files"].schema.names}
    return TABLES["files"].with_columns([field for field in columns if field.name.lower() not in taken])


def values_of_files(holdings: Holdings, own: Own) -> dict[str, Values]:
    """What every file has in the user's columns: as this run says, or as it was where this run does not name the file.

    Before ``files`` had these columns, a recording had those of its first file: there they are that file's.
    """
    now = own.by_uri or {}
    earlier = _earlier(holdings)
    if own.beside:
        return {uri: {**earlier.get(uri, {}), **now.get(uri, {})} for uri in holdings.files}
    return {uri: now[uri] if uri in now else earlier.get(uri, {}) for uri in holdings.files}


def agreed(uris: Sequence[str], holdings: Holdings, of_files: Mapping[str, Values], names: Sequence[str]) -> Values:
    """What a recording has in the user's columns: where all its files that have a value have the same, this one.

    Where they differ it has none: any of them would count all under one.  Of a take in parts the first part speaks.
    """
    first = [uri for uri in uris if holdings.files[uri].part in (None, 1)] or uris
    if len(first) == 1:
        return of_files[first[0]]
    found = {}
    for name in names:
        said = dict.fromkeys(value for uri in first if (value := of_files[uri].get(name)) is not None)
        found[name] = next(iter(said)) if len(said) == 1 else None
    return found


def _earlier(holdings: Holdings) -> dict[str, Values]:
    """What the published snapshot has in the user's columns, by URI."""
    if holdings.snapshot is None:
        return {}
    snapshot = Snapshot(holdings.snapshot)
    found: dict[str, Values] = {}
    rows = snapshot.rows("files")
    there = [field.name for field in own_columns(rows.schema, "files")]
    if there:
        found.update(zip(rows["uri"].to_pylist(), rows.select(there).to_pylist(), strict=True))
    rows = snapshot.rows("recordings")
    older = [field.name for field in own_columns(rows.schema, "recordings") if field.name not in there]
    if older:
        of_recording = dict(zip(rows["recording_id"].to_pylist(), rows.select(older).to_pylist(), strict=True))
        for uri in sorted(holdings.files):
            values = of_recording.pop(holdings.files[uri].recording_id, None)
            if values is not None:
                found[uri] = {**found.get(uri, {}), **values}
    return found
