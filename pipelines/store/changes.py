"""What a run has to do: the files given, held against what the corpus holds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipelines.console.numbers import counted
from pipelines.errors import CommandError
from pipelines.store.file_rows import FileRow
from pipelines.store.manifest import BASE, Holdings
from schemas.catalog import TABLES
from schemas.records import Known, Source
from transforms.beside.content import take_id

ROUND_BYTES = 16 << 30
"""Files that are hashed before the first of them is decoded: what a killed run has to hash again."""


@dataclass
class Todo:
    """The work of a run: which files are new, and which known recordings lack rows.

    Attributes:
        new: files that are not known, or have changed; they have to be read to know what they hold.
        again: known recordings whose rows of some tables have to be made, by these tables.
        skipped: how many files need nothing.
    """

    new: list[Source] = field(default_factory=list)
    again: dict[frozenset[str], list[Known]] = field(default_factory=dict)
    skipped: int = 0

    @property
    def taken(self) -> int:
        """How many files are to be taken up."""
        return len(self.new) + sum(map(len, self.again.values()))

    @property
    def tables(self) -> frozenset[str]:
        """The tables that some known recordings need."""
        return frozenset().union(*self.again)


def compare(
    sources: Sequence[Source],
    holdings: Holdings,
    recipes: Mapping[str, str],
    *,
    force: Collection[str] = (),
    retry: Collection[str] = (),
    seconds_of: Callable[[str], float] = lambda recording_id: 0.0,
) -> Todo:
    """What has to be done about each source; none of them is opened.

    Args:
        recipes: of each table that the run makes from audio.
        force: tables that are made anew whatever is there.
        retry: URIs that are taken up again as if they were new.
        seconds_of: the length of a known recording, to balance the work.

    Raises:
        CommandError: rows of a table that is left out of this run would lose what they point into.
    """
    todo = Todo()
    wanted: dict[str, frozenset[str]] = {}
    alike: dict[int, frozenset[str]] = {}
    orphaned: dict[str, set[str]] = {}
    for source in sources:
        row = holdings.files.get(source.uri)
        n = len(source.files)
        if row is None or has_changed(source, holdings):
            if row is not None and row.recording_id and any(not file.modified_ns for file in source.files):
                todo.skipped += n  # it cannot be looked at now: as with a deleted file, its rows stay
            else:
                todo.new.append(source)
            continue
        again = any(file.uri in retry for file in source.files) and holdings.file_owner.get(source.uri, BASE) == BASE
        if row.recording_id is None:
            if again or holdings.made.get(source.uri, {}).get("recordings") != recipes["recordings"]:
                todo.new.append(source)
            else:
                todo.skipped += n
            continue
        key = row.recording_id
        if again:
            wanted[key] = frozenset(recipes)
        elif key not in wanted:
            # Most recordings were made in the same way, and share what says so.
            made = id(holdings.made.get(key))
            if force or made not in alike:
                alike[made] = _missing(key, holdings, recipes, force)
            wanted[key] = alike[made]
            for table in _orphaned(key, wanted[key], holdings, recipes):
                orphaned.setdefault(table, set()).add(key)
        if wanted[key]:
            todo.again.setdefault(wanted[key], []).append(Known(_as_it_was(source, holdings), key, seconds_of(key)))
        else:
            todo.skipped += n
    if orphaned:
        raise CommandError(_told(orphaned))
    return todo


def rounds(sources: Sequence[Source]) -> Iterator[tuple[Source, ...]]:
    """The sources in portions of at most ROUND_BYTES, or of one."""
    portion: list[Source] = []
    size = 0
    for source in sources:
        if portion and size + source.bytes > ROUND_BYTES:
            yield tuple(portion)
            portion, size = [], 0
        portion.append(source)
        size += source.bytes
    if portion:
        yield tuple(portion)


def has_changed(source: Source, holdings: Holdings) -> bool:
    """Whether a file is not as the corpus knows it, or is a part of another take than there, or of none."""
    if not source.parts:
        row = holdings.files.get(source.uri)
        return row is None or _differs(source, row, None)
    rows = [holdings.files.get(file.uri) for file in source.parts]
    for i, (file, row) in enumerate(zip(source.parts, rows, strict=True), 1):
        if row is None or _differs(file, row, i):
            return True
    return len({row.recording_id for row in rows if row is not None}) > 1


def _differs(file: Source, row: FileRow, part: int | None) -> bool:
    if file.bytes != row.bytes or (file.modified_ns // 1000 or None) != row.modified:
        return True
    return row.recording_id is not None and row.part != part


def _as_it_was(source: Source, holdings: Holdings) -> Source:
    """A source that has not changed, with the hashes of its bytes."""
    rows = [holdings.files[file.uri] for file in source.files]
    contents = [row.content or "" for row in rows]
    if not source.parts:
        return replace(source, content=contents[0])
    parts = tuple(replace(part, content=content) for part, content in zip(source.parts, contents, strict=True))
    whole = take_id(contents) if all(contents) else rows[0].recording_id
    return replace(source, parts=parts, content=whole or "")


def _missing(key: str, holdings: Holdings, recipes: Mapping[str, str], force: Collection[str]) -> frozenset[str]:
    made = holdings.made.get(key, {})
    missing = {
        table
        for table, recipe in recipes.items()
        if made.get(table) != recipe or (table in force and holdings.owner[table].get(key, BASE) == BASE)
    }
    if "segments" in recipes and missing & {"segments", "recordings"}:
        missing |= {"segments", "recordings"}  # which says how much of it is speech
    return frozenset(missing)


def _orphaned(key: str, missing: frozenset[str], holdings: Holdings, recipes: Mapping[str, str]) -> Iterator[str]:
    """Tables that are not made in this run and point into rows that it would make otherwise."""
    if not missing:
        return
    made = holdings.made.get(key, {})
    changed = {table for table in missing if table in made and made[table] != recipes[table]}
    for table in made:
        if table not in recipes and changed & set(TABLES[table].needs):
            yield table


def _told(orphaned: Mapping[str, set[str]]) -> str:
    tables = ", ".join(sorted(orphaned))
    recordings = counted(len(set().union(*orphaned.values())), "recording")
    return (
        f"the settings of this run cut {recordings} otherwise than before, and rows of {tables}, which it leaves out, "
        "point into the old stretches: make these tables too, or use another folder"
    )
