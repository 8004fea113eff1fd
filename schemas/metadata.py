"""What a run is told of the user's own columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from schemas.catalog import nearest
from schemas.errors import UsageError
from schemas.shown import LIMIT, shown

METADATA_TYPES = ("text", "int", "float", "bool", "date", "datetime")


@dataclass(frozen=True)
class MetadataConfig:
    """The user's own columns.

    Attributes:
        path: a table of cells (CSV, xlsx) with a header; one of its columns names the file or its path.
        types: as those of a run, which win over these.
        encoding: of a text file, as Python calls it; None to find out.
        separator: the sign between its cells, or its name; None to find out.
        sheet: of a workbook; None for the first that holds anything.
        key: the column that names the files; None to find out.
    """

    path: str | None = None
    types: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None
    separator: str | None = None
    sheet: str | None = None
    key: str | None = None


def check_types(types: Mapping[str, str]) -> None:
    """Refuse what is no type of a column.

    Raises:
        UsageError: it is none of METADATA_TYPES.
    """
    for name, kind in types.items():
        if kind not in METADATA_TYPES:
            what = f"types.{name[:LIMIT]}: unknown type {shown(kind)}"
            raise UsageError(f"{what}{nearest(kind[:LIMIT], METADATA_TYPES)}")
