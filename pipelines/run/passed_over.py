"""What a user is told of files that were not taken for recordings, and of links: a line for each thing to do."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from pipelines.console.numbers import counted
from pipelines.run.layouts import notes_on_layouts
from transforms.beside.passed_over import MOST_COUNTED, PassedOver
from transforms.discover import Discovery, uri_of

SHOWN = 3
"""Names that a line gives; the rest is counted."""
KINDS_SHOWN = 8


def notes_on(found: Discovery) -> Iterator[str]:
    """Lines for a person, none where nothing was passed over and no link followed."""
    if found.links:
        yield f"{counted(len(found.links), 'link')} to folders followed ({names_of(found.links)})"
    passed_over = found.passed_over
    kinds = passed_over.kinds()
    archives = kinds["archives"]
    if kinds:
        files = counted(kinds.total(), "file")
        more = "at least " if any(n >= MOST_COUNTED for n in passed_over.folders.values()) else ""
        yield f"{more}{files} passed over, no recordings by their names: {uri_of(_which(passed_over, kinds))}"
    if archives:
        yield f"{counted(archives, 'archive')} not looked into: unpack what holds recordings"
    yield from notes_on_layouts(passed_over.layouts.files, {source.path for source in found.sources})
    if passed_over.absent:
        places = Counter(passed_over.absent.values())
        where = " and ".join(sorted(places))
        yield (
            f"{counted(len(passed_over.absent), 'recording')} not on this disk but in the keeping of {where} "
            f"({names_of(passed_over.absent)}): fetch what you need, then run again"
        )
    if passed_over.growing:
        yield (
            f"{counted(len(passed_over.growing), 'file')} still being downloaded, or left unfinished "
            f"({names_of(passed_over.growing)}): left out until whole"
        )
    if passed_over.above:
        links = counted(len(passed_over.above), "link")
        named = names_of(passed_over.above)
        yield f"{links} to folders above not followed ({named}): what was named lies in them; name what is to be read"
    if passed_over.corpora:
        corpora = counted(len(passed_over.corpora), "corpus", "corpora")
        yield f"{corpora} of Earwitness passed over: {_paths(passed_over.corpora)}"


def note_on_restless(paths: Collection[str]) -> str:
    """The line about files that changed while they were read."""
    files = f"{counted(len(paths), 'file')} changed while read ({names_of(paths)})"
    return f"{files}: nothing of them was taken, what was known of them stays; the next run reads them again"


def _which(passed_over: PassedOver, kinds: Counter[str]) -> str:
    shown = [(kind, n) for kind, n in kinds.most_common(KINDS_SHOWN)]
    parts = [f"{kind} {n:,}{_ends(passed_over.extensions(kind))}" for kind, n in shown]
    left = kinds.total() - sum(n for _, n in shown)
    return ", ".join([*parts, *([f"others {left:,}"] if left else [])])


def _ends(extensions: list[str]) -> str:
    if not extensions:
        return ""
    return f" ({', '.join(extensions[:SHOWN])}{', ...' if len(extensions) > SHOWN else ''})"


def names_of(paths: Iterable[str]) -> str:
    """The names of some files, the first of them."""
    return _first(sorted(uri_of(os.path.basename(path)) for path in paths))


def _paths(paths: Iterable[str]) -> str:
    return _first(sorted(map(uri_of, paths)))


def _first(names: list[str]) -> str:
    return ", ".join(names[:SHOWN]) + (", ..." if len(names) > SHOWN else "")
