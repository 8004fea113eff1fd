"""The folder of a corpus, OUT: every name in it, once; every floor knows them from here.

::

    OUT/current -> snapshots/RUN        the snapshot that readers see
    OUT/snapshots/RUN/<table>/*.parquet
    OUT/snapshots/RUN/README.md, datapackage.json, recipes.made, audit.json, search/
    OUT/staging/RUN/passes/000/         what the workers of a run write, shard by shard
    OUT/staging/RUN/tables/             what is to be published
    OUT/earwitness.json, .lock, runs.jsonl, settings.json, agreement.json, forgotten.json, report/
"""

from __future__ import annotations

import re

MARK = "earwitness.json"
"""Says that the folder is ours: only in such a folder is anything ever removed."""
CURRENT = "current"
"""A link to the snapshot that readers see."""
POINTER = "current.txt"
"""Names that snapshot where the file system knows no symbolic links."""
SNAPSHOTS, STAGING = "snapshots", "staging"
LOCK = ".lock"
"""Who is at work."""
LOG = "runs.jsonl"
"""A line for each run, whatever became of it."""
SETTINGS = "settings.json"
"""What a run goes on with when it is not told otherwise."""
AGREEMENT = "agreement.json"
"""The figures of the last sheet that people filled in."""
TOMBSTONES = "forgotten.json"
"""What was forgotten, as hashes only: it outlives every snapshot."""
REPORT = "report"
"""The pages of ``earwitness report``."""
OURS = (MARK, CURRENT, POINTER, SNAPSHOTS, STAGING, LOCK, LOG, SETTINGS, AGREEMENT, TOMBSTONES, REPORT)
"""What nobody else may write to; below ``snapshots`` and ``staging`` the same."""

PARQUET = ".parquet"
"""How the name of every file of a table ends."""
MADE, MADE_BEFORE = "recipes.made", f"made{PARQUET}"
"""Beside the tables of a snapshot: how the rows of each recording were made.  It is Parquet under a name that readers
of ``**/*.parquet`` pass over; in earlier versions it had theirs, and they took it for a table."""
PAGE, DESCRIPTOR = "README.md", "datapackage.json"
"""Beside them, too: what the tables are, for people and for programs.  Their names have no dot in front, nor has that
of the audit: a reader that is given the whole folder as one table has to stumble, where it would mix the tables."""
AUDIT = "audit.json"
"""Beside them, too: what was asked of the tables before they were published."""
SEARCH = "search"
"""A matrix of the embeddings, in a snapshot, so that it goes when that goes: by age, or for something forgotten."""

PASSES = "passes"
"""In the staging of a run: a folder for each pass of the pipeline, with the tables that its workers wrote."""
PASS = "pass.json"
"""In the folder of a pass: what it is for."""
TALLY = "tally.json"
"""In the folder of a pass that a worker made whole: what it counted."""
NEXT = "tables"
"""In the staging of a run: the tables of the next snapshot."""
REJECTED = "rejected"
"""A file in the staging of a run whose audit failed: it is kept to be looked at, and not gone on from."""

PASSING = ".earwitness-"
"""How the name of everything begins that is only there for a moment: short, for a name may have 255 bytes; hidden, for
it is no result yet."""
GROWING, GOING, SWITCHING = ".growing", ".gone", f".{CURRENT}"
"""How such a name ends: of a file that is being written, of a folder that is being removed, of the next link."""

SHOWN = re.compile(rf"{SNAPSHOTS}/([^/\s]+)")
"""Where the link leads."""
ID = re.compile(r"\d{8}T\d{6}(?:\d{6})?Z-[0-9a-f]{4}(?:-\d+)?")
"""A run's id, which is its snapshot's name: UTC to the microsecond, four random digits; behind them, how often the
snapshot was written anew because something in it was forgotten.  Earlier versions had no microseconds."""
LEFT = "-left"
"""Behind the id of a run that failed: its staging holds only what the next run goes on from."""
