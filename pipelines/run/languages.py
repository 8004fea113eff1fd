"""The language of each file, where a column of the user's says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pipelines.console.numbers import counted
from pipelines.run.own_names import BEFORE
from pipelines.run.prepare import Prepared
from pipelines.store.manifest import Holdings
from pipelines.store.own import Own, values_of_files
from pipelines.store.recipes import recipes_of
from pipelines.store.spoken import Spoken
from schemas.catalog import nearest
from schemas.errors import UsageError
from schemas.records import Source
from transforms.languages import code_of, name_of, read_language

SHOWN = 3
"""Cells that a line gives; the rest is counted."""


@dataclass(frozen=True)
class Languages:
    """What the column says.

    Attributes:
        prepared: the run with the language of each of its files.
        spoken: of all files that the corpus knows.
        notes: what a person should know of it.
    """

    prepared: Prepared
    spoken: Spoken
    notes: tuple[str, ...] = ()


def languages_of(
    prepared: Prepared, holdings: Holdings, own: Own, recipes: Mapping[str, str], revisions: Mapping[str, str]
) -> Languages:
    """The language of each file: of its cell in this run, or where this run has no such column in an earlier one.

    A cell that is empty, or no language, or one that the model of transcripts does not know, says nothing:
    ``--language`` then holds for that file.

    Raises:
        UsageError: no column is called so.
    """
    config = prepared.config
    if config.language_column is None:
        return Languages(prepared, Spoken())
    earlier = values_of_files(holdings, own)
    here = {field.name for field in own.columns}
    there = here.union(*({*values} for values in earlier.values()))
    column = next((name for name in (config.language_column, BEFORE + config.language_column) if name in there), None)
    if column is None:
        hint = nearest(config.language_column, sorted(there)) if there else ": name your own columns with --metadata"
        raise UsageError(f"--language-column {config.language_column}: no such column{hint}")
    cells: dict[str, str] = {uri: str(values.get(column) or "").strip() for uri, values in earlier.items()}
    if column in here:
        cells |= {file.uri: _cell(source, column) for source in prepared.sources for file in source.files}
    codes = {text: code_of(text) for text in {*cells.values()} if text}
    known = prepared.descriptions["transcripts"].languages if "transcripts" in prepared.descriptions else ()
    strange = {code for code in codes.values() if code is not None and known and code not in known}
    usable = {text: code for text, code in codes.items() if code is not None and code not in strange}
    by_uri = {uri: usable[text] for uri, text in cells.items() if text in usable}
    of = {}
    for code in sorted(set(by_uri.values())):
        others = recipes_of(replace(config, language=code), prepared.tables, revisions)
        of[code] = {table: recipe for table, recipe in others.items() if recipe != recipes[table]}
    sources = tuple(replace(source, language=by_uri.get(source.files[0].uri)) for source in prepared.sources)
    notes = tuple(_notes(replace(prepared, sources=sources), column, cells, codes))
    return Languages(replace(prepared, sources=sources), Spoken(by_uri, recipes, of), notes)


def _cell(source: Source, column: str) -> str:
    """What a file says; of a take in parts the first part that says something."""
    said = (one.metadata.get(column) for one in (source, *source.parts))
    return next((str(value).strip() for value in said if value is not None), "")


def _notes(prepared: Prepared, column: str, cells: Mapping[str, str], codes: Mapping[str, str | None]) -> Iterator[str]:
    given = {source.files[0].uri: source.language for source in prepared.sources}
    counts = Counter(given.values())
    left = counts.pop(None, 0)
    listed = ", ".join(f"{code} {n:,}" for code, n in counts.most_common())
    language = prepared.config.language
    instead = f"are taken for {language}" if language else "have it found out, where the model can"
    told = f"the column {column} says the language of {counted(counts.total(), 'file')}"
    yield f"{told}{f' ({listed})' if listed else ''}{f'; {left:,} others {instead}' if left else ''}"
    others = {
        text: uri for uri, language in reversed(given.items()) if language is None and (text := cells.get(uri, ""))
    }
    for text, uri in list(others.items())[:SHOWN]:
        what = f"{column} of {uri.rpartition('/')[2]} is"
        if (code := codes.get(text)) is not None:
            yield f"{what} {text!r}: the model of transcripts does not know {name_of(code)}"
            continue
        try:
            read_language(text, what)
        except UsageError as error:
            yield str(error)
    if len(others) > SHOWN:
        yield f"{column} has {counted(len(others) - SHOWN, 'more text')} of such a kind"
