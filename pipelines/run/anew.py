"""Which tables a run would make anew of recordings that the corpus knows, and why: asked before it begins."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pipelines.console.confirm import UnansweredError
from pipelines.console.numbers import counted
from pipelines.run.increment import Increment
from pipelines.store.changes import Todo
from pipelines.store.consent import Consent, from_anywhere, still_held
from pipelines.store.readings import SIGN
from pipelines.store.recipes import KEYS, parts_of
from pipelines.store.setting_words import absolute, display
from pipelines.store.settings import Settings
from schemas.catalog import TABLES, needs_of

CHECKPOINT, EARLIER = "checkpoint", "earlier"
"""Kept beside the parts of a recipe: the name of its checkpoint, and the recipes before it with their parts."""
MOST_EARLIER = 8


@dataclass(frozen=True)
class Anew:
    """What a run would make again, and why.

    Attributes:
        tables: of how many recordings each table would be made anew.
        unfinished: files of runs that did not come to their end, whose rows would be made anew.
        reasons: why, each in some words.
    """

    tables: Mapping[str, int]
    unfinished: int
    reasons: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.tables or self.unfinished)

    def __str__(self) -> str:
        """``segments, transcripts of 12 recordings (channels each -> mix)``."""
        said = [by_tables(self.tables)] if self.tables else []
        if self.unfinished:
            said.append(f"{counted(self.unfinished, 'file')} of a run that did not come to its end")
        return f"{'; '.join(said)} ({', '.join(self.reasons)})"


def by_tables(recordings: Mapping[str, int]) -> str:
    """``segments, prosody of 12 recordings; windows of 1 recording``."""
    alike: dict[int, list[str]] = defaultdict(list)
    for table, n in recordings.items():
        alike[n].append(table)
    return "; ".join(f"{', '.join(tables)} of {counted(n, 'recording')}" for n, tables in alike.items())


def made_of(there: Increment) -> dict[str, dict[str, Any]]:
    """Of each table of a run its recipe, the parts of it, and the checkpoint's name: what a corpus keeps."""
    prepared = there.prepared
    parts = parts_of(prepared.config, prepared.tables, there.weights)
    return {
        table: {"recipe": there.recipes[table], **parts[table]}
        | ({CHECKPOINT: absolute(prepared.checkpoints[table])} if table in prepared.checkpoints else {})
        for table in parts
    }


def made_anew(there: Increment, todo: Todo, before: Settings | None) -> Anew:
    """What a run would make anew, besides what it is forced to and what was agreed to in an earlier run."""
    agreed = before.agreed if before is not None else ()
    return _made_anew(there, todo, before, lambda table: table in there.prepared.config.force, agreed)


def _made_anew(
    there: Increment, todo: Todo, before: Settings | None, leaves: Callable[[str], bool], agreed: Collection[Consent]
) -> Anew:
    asked = {table: recipe for table, recipe in there.recipes.items() if not leaves(table)}

    agreed_to = there.holdings.spoken.agreed_to(asked)

    def is_agreed(table: str, uri: str) -> bool:
        return any(one.covers(table, agreed_to[table], uri) for one in agreed)

    recordings: dict[str, set[str]] = defaultdict(set)
    old: dict[str, set[str]] = defaultdict(set)
    for missing, known in todo.again.items():
        for key, uri in ((one.recording_id, one.source.uri) for one in known if one.recording_id is not None):
            made = there.holdings.made.get(key, {})
            for table in missing & asked.keys() & made.keys():
                if made[table] != asked[table] and not is_agreed(table, uri):
                    recordings[table].add(key)
                    for part in (table, *needs_of(table)):
                        old[part].add(made.get(part, ""))
    counts = {table: len(recordings[table]) for table in TABLES if table in recordings}
    files = 0
    for done in there.holdings.passes:
        stale = {table for table in asked if done.recipes.get(table, asked[table]) != asked[table]}
        found = done.read("files", ["uri"]) if stale else None
        for uri in found["uri"].to_pylist() if found is not None else ():
            if other := {table for table in stale if not is_agreed(table, uri)}:
                files += 1
                for table in other:
                    old[table].add(done.recipes[table])
    reasons = tuple(dict.fromkeys(_reasons(there, old, before))) if old else ()
    return Anew(counts, files, reasons)


def other_settings(there: Increment, todo: Todo, before: Settings | None) -> str:
    """What a run tells of settings that are not those of the corpus, which it will keep; nothing where none are.

    Rows of recordings that the run was not given, or that lack nothing, stay as they are: the corpus may come to hold
    rows of both, which nobody need have been asked about.
    """
    if before is None or not todo.taken:
        return ""
    differences = before.differences(remembered(there, todo, before))
    mixed = _stays_otherwise(there, todo)
    if not differences:  # but for other weights in the same folder, or another version of Earwitness
        last = {table: {parts["recipe"]} for table, parts in before.made.items()}
        mixed = {t: n for t, n in mixed.items() if t in last and last[t] != {there.recipes[t]}}
        if not mixed:
            return ""
        differences = list(dict.fromkeys(_reasons(there, last, before)))
    told = f"other settings than this corpus was made in, kept from this run on: {', '.join(differences)}"
    if mixed:
        told += f"; {by_tables(mixed)} stay as they were, so it then holds rows of both"
    return told


def _stays_otherwise(there: Increment, todo: Todo) -> dict[str, int]:
    """Of how many recordings the rows of each table of this run were made otherwise, and stay."""
    again = {(table, one.recording_id) for tables, known in todo.again.items() for table in tables for one in known}
    counts: Counter[str] = Counter()
    for key in there.holdings.alive():
        made = there.holdings.made.get(key, {})
        for table, recipe in there.recipes.items():
            counts[table] += made.get(table, recipe) != recipe and (table, key) not in again
    return {table: counts[table] for table in TABLES if counts[table]}


def remembered(there: Increment, todo: Todo, before: Settings | None) -> Settings:
    """What the corpus keeps of a run that takes something up, once that was agreed to.

    What nobody was asked about is agreed to by nobody: a run over new files that names other settings makes rows in
    them, and gives no leave to make others anew.
    """
    new = Settings.of(there.prepared.config, before)
    recipes = there.holdings.spoken.agreed_to(there.recipes)
    held = tuple(still_held(new.agreed, recipes))
    anew = _made_anew(there, todo, before, lambda table: False, held)
    if anew:
        tables = there.recipes if anew.unfinished else anew.tables  # of an unfinished run it may be any
        named = tuple(from_anywhere(pattern) for pattern in there.prepared.config.recordings)
        held = (*held, Consent({table: recipes[table] for table in tables}, named))
    return replace(new, made=_with_earlier(made_of(there), before), agreed=held)


def refuse_found(there: Increment, todo: Todo, kept: Settings) -> None:
    """A run may find what the corpus knows in files that are new to it, renamed ones or copies, once it reads them.

    Nobody is asked in the middle of the work: the run ends, and the next one knows beforehand.

    Args:
        kept: the settings with what was agreed to before the run began.

    Raises:
        UnansweredError: rows of these would be made anew.
    """
    tables = made_anew(there, todo, kept).tables
    if tables:
        raise UnansweredError(
            f"{by_tables(tables)}, found again in files of other names, would be made anew: say --yes if that is "
            "meant, or name the settings that they were made in; what was finished is kept"
        )


def _reasons(there: Increment, old: Mapping[str, Collection[str]], before: Settings | None) -> Iterator[str]:
    """What differs in the recipes of the tables and of those that they need.

    Args:
        old: of each table, the recipes that its rows have.
    """
    found: list[str] = []
    if before is not None and not before.made:  # of an earlier version, which kept no parts of recipes
        found = before.differences(Settings.of(there.prepared.config, before))
    elif before is not None:
        for table, now in made_of(there).items():
            for parts in _known(before, table) if table in old else ():
                if parts["recipe"] in old[table] and parts["recipe"] != now["recipe"]:
                    found += _differing(table, parts, now)
    if any(SIGN in recipe for recipes in old.values() for recipe in recipes):
        found.append("files without a header are read otherwise: --raw")
    column = there.prepared.config.language_column
    if before is not None and column != (known := before.values["language_column"]):
        found.append(f"language_column {display('language_column', known)} -> {display('language_column', column)}")
    elif not found and there.holdings.spoken.of:
        found.append(f"the column {column} says another language than before")
    yield from found or ["the corpus has them of other settings or weights, or of another version of Earwitness"]


def _known(before: Settings, table: str) -> list[Mapping[str, Any]]:
    """The recipes of a table that are kept with their parts, the last one first."""
    last = before.made.get(table)
    return [last, *last.get(EARLIER, ())] if last is not None else []


def _with_earlier(made: Mapping[str, Mapping[str, Any]], before: Settings | None) -> dict[str, Mapping[str, Any]]:
    if before is None:
        return dict(made)
    kept: dict[str, Mapping[str, Any]] = dict(before.made)
    for table, now in made.items():
        known = [{k: v for k, v in parts.items() if k != EARLIER} for parts in _known(before, table)]
        earlier = [parts for parts in known if parts["recipe"] != now["recipe"]][:MOST_EARLIER]
        kept[table] = {**now, EARLIER: earlier} if earlier else now
    return kept


def _differing(table: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for key, value in new.items():
        if key in ("recipe", CHECKPOINT) or old.get(key) == value:
            continue
        if key == "version":
            yield f"this version of Earwitness makes {table} otherwise"
        elif key == "decoding":
            yield "this version of Earwitness decodes otherwise"
        elif key == "weights":
            was, now = old.get(CHECKPOINT), new.get(CHECKPOINT)
            yield f"{table} {was} -> {now}" if was != now else f"the checkpoint of {table} at {now} holds other weights"
        elif key == "speech":
            known = old.get(key, {})
            other = [name for name in value if known.get(name) != value[name]]
            yield from (f"speech.{k} {display(k, known.get(k))} -> {display(k, value[k])}" for k in other)
        else:
            name = next((setting for setting, said in KEYS.items() if said == key), key)
            yield f"{name} {display(name, old.get(key))} -> {display(name, value)}"
