"""Tables without lists: what stands in them as columns of the row, or as rows of a table of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipelines.corpus.asked import Corpus
from pipelines.corpus.overview import columns as columns_told
from pipelines.corpus.rows import different_names
from pipelines.corpus.segments import labels_of
from pipelines.corpus.views import VIEWS
from pipelines.export.tables.sheet import Column, Sheet
from pipelines.sql import literal, quoted
from schemas.catalog import TABLES
from schemas.columns import OF_RECORDING, OF_SEGMENT, OF_WINDOW
from schemas.table import Reference, rules_of

BETWEEN = "; "
"""What stands between the texts of a list in one column."""
OWN_NAMES = {
    ("transcripts", "words"): "words",
    ("languages", "probabilities"): "language_probabilities",
    ("sounds", "tags"): "sound_tags",
}
"""Lists whose elements have a view already; any other's table is called TABLE_COLUMN."""
KEYS: Mapping[str, tuple[str, ...]] = {
    "appearances": ("uri",),
    "words": ("segment_id", "position"),
    "moments": ("segment_id", "position"),
    "language_probabilities": ("segment_id", "place"),
    "emotion_probabilities": ("recording_id", "channel", "start_ms", "label"),
    "emotion_baselines": ("recording_id", "channel", "label"),
    "dimension_baselines": ("recording_id", "channel"),
    "sound_tags": ("recording_id", "channel", "start_ms", "place"),
}
"""Of the views."""


@dataclass(frozen=True)
class Flattened:
    """A table without lists.

    Attributes:
        sheets: the table, if anything is left of it, and behind it those of its lists.
        left_out: what stands in none of them, a line each.
    """

    sheets: tuple[Sheet, ...]
    left_out: tuple[str, ...] = ()


def nested(corpus: Corpus, name: str) -> Sheet:
    """A table or view as it is, with its lists."""
    return Sheet(
        name,
        TABLES[name].row if name in TABLES else VIEWS[name].row,
        TABLES[name].key if name in TABLES else KEYS[name],
        TABLES[name].references if name in TABLES else _pointing(name, corpus.columns[name]),
        f"FROM {quoted(name)}",
        tuple(_told(corpus, name)),
    )


def flattened(corpus: Corpus, name: str, *, framewise: bool, with_bytes: bool) -> Flattened:
    """A table or view without lists.

    Probabilities of emotions are columns ``p_hap``, ``p_ang``, ...; a vector's values ``embedding_1``, ...; words,
    tags and what a run counted are tables of their own.  A list of texts is one text.

    Args:
        framewise: a table with values for frames as a row for each frame; otherwise it is left out, for that may be
            millions of rows.
        with_bytes: whether the format knows bytes.
    """
    whole = nested(corpus, name)
    told = whole.told
    found = corpus.sql(f"FROM {quoted(name)} LIMIT 0")
    asked: list[tuple[str, Column]] = []
    beside: list[Sheet] = []
    left_out: list[str] = []
    frames: list[str] = []
    for column, type in zip(found.columns, found.types, strict=True):
        kind = _kind(type)
        if kind == "plain" or (kind == "bytes" and with_bytes):
            asked.append((quoted(column), told[column]))
        elif kind == "texts":
            asked.append((f"array_to_string({quoted(column)}, {literal(BETWEEN)})", replace(told[column], type="text")))
        elif kind == "bytes":
            left_out.append(f"{name}.{column}: bytes, which the format does not know")
        elif name == "emotions" and column == "probabilities":
            asked += _classes(corpus, told[column])
        elif name in TABLES and kind == "structs":
            beside.append(_elements(corpus, whole, column))
        elif name in TABLES and "norm" in rules_of(TABLES[name].schema.field(column)):
            asked += _vector(corpus, name, told[column])
        elif name in TABLES and kind == "numbers":
            frames.append(column)
        else:
            left_out.append(f"{name}.{column}: a list or a map; without --flat, parquet and csv hold it")
    if frames and not framewise:
        line = f"{name}: it would be a row for each frame; --tables {name} asks for that"
        return Flattened(tuple(beside), (*left_out, line))
    if frames:
        return Flattened((_framewise(whole, asked, frames), *beside), tuple(left_out))
    return Flattened((_with(whole, asked), *beside), tuple(left_out))


def _kind(type: Any) -> str:
    """Of a type of DuckDB's: plain, bytes, structs, texts or numbers (lists of them), or other."""
    if type.id in ("list", "array"):
        element = dict(type.children)["child"].id
        return {"struct": "structs", "varchar": "texts"}.get(element, "numbers")
    return {"blob": "bytes", "struct": "other", "map": "other"}.get(type.id, "plain")


def _classes(corpus: Corpus, told: Column) -> list[tuple[str, Column]]:
    """A column for each class of the emotion models; null where a clip's model does not know the class."""
    return [
        (
            f"list_filter(probabilities, lambda p: p.label = {literal(label)})[1].probability",
            Column(f"p_{label}", "float32", "", "0 to 1, may be null", f"probability of the class {label}"),
        )
        for label in labels_of(corpus)
    ]


def _vector(corpus: Corpus, table: str, told: Column) -> list[tuple[str, Column]]:
    ((size,),) = corpus.sql(f"SELECT max(len({quoted(told.name)})) FROM {quoted(table)}").fetchall()
    return [
        (f"{quoted(told.name)}[{at}]", replace(told, name=f"{told.name}_{at}", type="float32", values=""))
        for at in range(1, (size or 0) + 1)
    ]


def _elements(corpus: Corpus, whole: Sheet, column: str) -> Sheet:
    """The elements of a list as rows; the view that there is, or the key of the table with their parts."""
    if (whole.name, column) in OWN_NAMES:
        return flattened(corpus, OWN_NAMES[whole.name, column], framewise=False, with_bytes=True).sheets[0]
    parts = [one for one in whole.columns if one.name.startswith(f"{column}.")]
    key = [whole.told[name] for name in whole.key]
    bare = [replace(one, name=one.name.removeprefix(f"{column}.")) for one in parts]
    numbered = not any(one.name == "name" for one in bare)
    place = (
        [Column("position", "int64", "", "1 or more", f"which of {column} it is, counted from 1")] if numbered else []
    )
    at = f", generate_subscripts({quoted(column)}, 1) AS position" if numbered else ""
    unnested = f"SELECT {_list(whole.key)}{at}, unnest({quoted(column)}) AS element FROM {quoted(whole.name)}"
    fields = ", ".join(f"element.{quoted(one.name)}" for one in bare)
    return Sheet(
        f"{whole.name}_{column}",
        f"one of {column} of a row of {whole.name}: {whole.told[column].meaning}",
        (*whole.key, "position" if numbered else "name"),
        (Reference(whole.key, whole.name),),
        f"SELECT {_list([*whole.key, *(one.name for one in place)])}, {fields} FROM ({unnested})",
        (*key, *place, *bare),
    )


def _framewise(whole: Sheet, asked: Sequence[tuple[str, Column]], lists: Sequence[str]) -> Sheet:
    """A row for each frame: what the row of its window says, which frame it is, and a value of each list."""
    frame = Column("frame", "int64", "", "0 or more", "which frame of its window it is, counted from 0")
    values = [replace(whole.told[name], type="float32") for name in lists]
    sheet = _with(whole, [*asked, ("frame", frame), *((quoted(one.name), one) for one in values)])
    unnested = ", ".join(f"unnest({quoted(name)}) AS {quoted(name)}" for name in lists)
    source = (
        f"SELECT * EXCLUDE ({_list(lists)}), unnest(range(len({quoted(lists[0])}))) AS frame, {unnested} "
        f"FROM {quoted(whole.name)}"
    )
    select = f"{sheet.select.partition(' FROM ')[0]} FROM ({source})"
    row = f"a frame of {whole.row.partition(':')[0]}"
    return replace(sheet, row=row, key=(*whole.key, "frame"), select=select)


def _with(whole: Sheet, asked: Sequence[tuple[str, Column]]) -> Sheet:
    names = different_names([column.name for _, column in asked])
    columns = tuple(replace(column, name=name) for name, (_, column) in zip(names, asked, strict=True))
    fields = ", ".join(f"{sql} AS {quoted(name)}" for name, (sql, _) in zip(names, asked, strict=True))
    return replace(whole, select=f"SELECT {fields} FROM {quoted(whole.name)}", columns=columns)


def _told(corpus: Corpus, name: str) -> list[Column]:
    declared = TABLES[name].schema if name in TABLES else None
    at = {field.name: field for field in declared or ()}
    return [
        Column(
            row["column"],
            row["type"],
            row["unit"],
            row["values"],
            row["meaning"],
            tuple(rules_of(at[row["column"]]).get("oneof", ())) if row["column"] in at else (),
        )
        for row in columns_told(corpus, name)
        if row["column"].partition(".")[0] in corpus.columns[name]
    ]


def _pointing(view: str, columns: Sequence[str]) -> tuple[Reference, ...]:
    """Where the rows of a view point: to what the ids in them name."""
    return tuple(one for one in (OF_SEGMENT, OF_WINDOW, OF_RECORDING) if set(one.columns) <= set(columns))


def _list(names: Sequence[str]) -> str:
    return ", ".join(map(quoted, names))
