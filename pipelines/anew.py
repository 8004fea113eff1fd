"""Which tables a run would make anew of recordings that the corpus knows, and why: asked before it begins."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rich.console import Console

from pipelines.confirm import confirmed
from pipelines.failure import RunError
from pipelines.increment import Increment
from pipelines.plural import counted
from pipelines.recipes import parts_of
from pipelines.settings import Settings, absolute, display
from pipelines.todo import Todo
from schemas.catalog import TABLES

CHECKPOINT = "checkpoint"
"""Kept beside the parts of a recipe, of which its name is none."""


@dataclass(frozen=True)
class Anew:
    """Attributes:
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
        alike: dict[int, list[str]] = defaultdict(list)
        for table, recordings in self.tables.items():
            alike[recordings].append(table)
        said = [f"{', '.join(tables)} of {counted(n, 'recording')}" for n, tables in alike.items()]
        if self.unfinished:
            said.append(f"{counted(self.unfinished, 'file')} of a run that did not come to its end")
        return f"{'; '.join(said)} ({', '.join(self.reasons)})"


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
    agreed = {table: parts["recipe"] for table, parts in before.made.items()} if before is not None else {}
    left = there.prepared.config.force
    asked = {t for t, recipe in there.recipes.items() if t not in left and agreed.get(t) != recipe}
    recordings: dict[str, set[str]] = defaultdict(set)
    for missing, known in todo.again.items():
        for key in (one.recording_id for one in known if one.recording_id is not None):
            made = there.holdings.made.get(key, {})
            for table in missing & asked & made.keys():
                if made[table] != there.recipes[table]:
                    recordings[table].add(key)
    counts = {table: len(recordings[table]) for table in TABLES if table in recordings}
    stale = [done for done in there.holdings.passes if any(done.recipes.get(t, r) != r for t, r in _of(there, asked))]
    files = sum(found.num_rows for done in stale if (found := done.read("files", ["uri"])) is not None)
    tables = list(counts) or [t for t in asked if any(t in done.recipes for done in stale)]
    reasons = tuple(dict.fromkeys(_reasons(there, tables, before))) if tables else ()
    return Anew(counts, files, reasons)


def ask(terminal: Console, anew: Anew, *, yes: bool) -> None:
    """Ask whether that is meant; nothing is asked where nothing is made anew.

    Raises:
        ConfigError: there is no terminal to ask at.
        RunError: the answer is no.
    """
    if not anew:
        return
    if yes:
        terminal.print(f"note: made anew: {anew}", style="yellow", highlight=False, markup=False)
        return
    otherwise = f"{anew} would be made anew: say --yes if that is meant, or name the settings of the corpus"
    if not confirmed(terminal, f"to be made anew: {anew}\nGo on?", otherwise=otherwise):
        raise RunError("nothing was done: name the settings of the corpus, or none, to go on as it was made")


def remembered(there: Increment, before: Settings | None) -> Settings:
    """What the corpus keeps of a run that was agreed to."""
    new = Settings.of(there.prepared.config, before)
    return replace(new, made={**new.made, **made_of(there)})


def _of(there: Increment, tables: set[str]) -> Iterator[tuple[str, str]]:
    return ((table, recipe) for table, recipe in there.recipes.items() if table in tables)


def _reasons(there: Increment, tables: list[str], before: Settings | None) -> Iterator[str]:
    """What differs in the recipes of the tables and of those that they need."""
    found: list[str] = []
    if before is not None and not before.made:  # of an earlier version, which kept no parts of recipes
        found = before.differences(Settings.of(there.prepared.config, before))
    elif before is not None:
        now = made_of(there)
        for table in now:
            if table in before.made and any(table == one or table in _needs(one) for one in tables):
                found += _differing(table, before.made[table], now[table])
    yield from found or ["the corpus has them of other weights, or of another version of Earwitness"]


def _needs(table: str) -> set[str]:
    return {need for direct in TABLES[table].needs for need in (direct, *_needs(direct))}


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
            name = {"seconds": "emotion_seconds", "top": "top_tags"}.get(key, key)
            yield f"{name} {display(name, old.get(key))} -> {display(name, value)}"
