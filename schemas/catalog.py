"""All tables by name, and which of them a choice asks for."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from schemas import inventory, sound, speakers, speech
from schemas.jobs import JOBS
from schemas.reasons import Stage
from schemas.table import Table

_MADE = (
    sound.WINDOWS,
    speech.SEGMENTS,
    sound.FRAMES,
    sound.SPECTROGRAMS,
    speech.TRANSCRIPTS,
    speech.LANGUAGES,
    speech.EMOTIONS,
    speech.DIMENSIONS,
    speech.PROSODY,
    sound.SOUNDS,
    sound.EMBEDDINGS,
    sound.TAGS,
    speakers.SPEAKERS,
    speakers.SPEAKER_LABELS,
    sound.WAVEFORMS,
)
"""What is made of the recordings; a table stands behind those that it needs."""

_OF_STAGE = {str(table.stage or table.name): table.name for table in _MADE}

STAGES: tuple[str, ...] = tuple(dict.fromkeys((*map(str, Stage), *_OF_STAGE)))
"""What ``errors.stage`` may say: where something failed."""

TABLES: dict[str, Table] = {
    table.name: table
    for table in (inventory.FILES, inventory.RECORDINGS, *_MADE, inventory.errors(STAGES), inventory.RUNS)
}

INVENTORY: tuple[str, ...] = ("files", "recordings", "errors", "runs")
"""The tables of every corpus, whatever was asked for: what was given, what it is, what failed, which run did it."""

OF_RUNS: tuple[str, ...] = tuple(t.name for t in TABLES.values() if t.command is None)
"""The tables that a run makes; others are made out of them by a command of their own."""

OF_AUDIO: tuple[str, ...] = tuple(name for name in OF_RUNS if name not in ("files", "errors", "runs"))
"""Those of them that are made of what a recording holds: each has a recipe, and can be made anew by itself."""


def nearest(name: str, known: Iterable[str]) -> str:
    """``", did you mean X?"`` where a known name is near, else the list of them."""
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    return f": did you mean {close[0]!r}?" if close else f": choose from {', '.join(names)}"


def stage_of(table: str) -> str:
    """What ``errors.stage`` says of rows of a table that fail.

    Raises:
        ValueError: ``errors`` and ``runs``, which are about all stages, or no table.
    """
    if table not in TABLES or table in ("errors", "runs"):
        raise ValueError(f"{table!r} has no stage: rows of it do not fail")
    return str(TABLES[table].stage or table)


def table_of(stage: str) -> str:
    """The table with whose rows the errors of a stage come and go.

    Those of ``files`` go with ``recordings``: a file has its row whatever became of it, and what it holds has none.
    """
    return _OF_STAGE.get(stage, "recordings")


def needs_of(table: str) -> set[str]:
    """The tables that a table is made from, directly or not."""
    return {need for direct in TABLES[table].needs for need in (direct, *needs_of(direct))}


def tables_for(asked: Iterable[str] | None, jobs: Iterable[str]) -> tuple[str, ...]:
    """The tables that a run makes, in the order of the catalog.

    Args:
        asked: the tables named by the user; None for all that are not for the asking only.
        jobs: the jobs that have a checkpoint.

    Raises:
        ValueError: an unknown table, one whose job has no checkpoint, or one that no run makes.
    """
    have = set(jobs)
    if asked is None:
        chosen = {name for name in OF_RUNS if not TABLES[name].asked_for_by_name}
        chosen -= {job for job in JOBS if job not in have}
    else:
        chosen = set(asked)
        for name in chosen:
            if name not in TABLES:
                raise ValueError(f"unknown table {name!r}{nearest(name, OF_RUNS)}")
            if name not in OF_RUNS:
                raise ValueError(f"no run makes the table {name!r}: `earwitness {TABLES[name].command}` does")
            if TABLES[name].made_by and name not in have:
                raise ValueError(f"the table {name!r} needs a checkpoint: name one with --model {name}=NAME_OR_FOLDER")
    for name in tuple(chosen):
        chosen.update(TABLES[name].needs)
    chosen.update(INVENTORY)
    return tuple(name for name in TABLES if name in chosen)
