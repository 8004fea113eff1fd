"""How a corpus stands: the last runs, how much of it each table covers, and what waits."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

from rich.console import Console

from pipelines.checkpoints.demo import INSTEAD, WHAT_IT_IS, is_of_demo
from pipelines.console.numbers import counted
from pipelines.errors import CommandError
from pipelines.files.parquet import read_schema
from pipelines.files.text import check_path
from pipelines.store.lock import holder_of
from pipelines.store.manifest import Holdings
from pipelines.store.passages import Passages, speaks
from pipelines.store.read import Snapshot
from pipelines.store.reading import reading
from pipelines.store.run_log import last
from pipelines.store.settings import read_settings
from pipelines.store.staging import finished_files
from pipelines.store.switch import read_shown
from pipelines.store.tombstones import forgotten_in, read_forgotten
from schemas.catalog import TABLES, stage_of
from schemas.config import from_mapping
from schemas.errors import UsageError
from schemas.layout import STAGING
from schemas.reasons import Reason
from transforms.discover import discover

RUNS = 5


def show_status(console: Console, out: Path) -> None:
    """Print it; nothing is locked or written.

    Raises:
        CommandError: there is no corpus.
    """
    if not out.is_dir():
        raise CommandError(f"{out}: no such folder")
    check_path(out)
    lines = [*_runs(out), *_work(out), *_settings(out)]
    snapshot = read_shown(out)
    if snapshot is not None:
        with reading(out, snapshot):
            lines += _coverage(out, snapshot) + _waiting(snapshot)
    elif not lines:
        raise CommandError(f"{out} holds no corpus")
    console.print("\n".join(lines))


def _runs(out: Path) -> list[str]:
    lines = []
    for run in last(out, RUNS):
        inputs = run.get("inputs")
        counts = inputs.items() if isinstance(inputs, dict) else ()
        said = run.get("message") or ", ".join(f"{n:,} {what}" for what, n in counts if isinstance(n, int) and n)
        lines.append(f"{run['started']}  {run['outcome']!s:13}  {said}".rstrip())
    return lines


def _work(out: Path) -> list[str]:
    lines = []
    holder = holder_of(out)
    if holder is not None:
        lines.append(f"at work: process {holder.pid} on {holder.host} since {holder.since}")
    files = finished_files(out / STAGING)
    if files:
        lines.append(
            f"not published yet: {counted(files, 'file')} that a run has finished; the next one goes on from there"
        )
    return lines


def _settings(out: Path) -> list[str]:
    """What the next run goes on with where it is not told otherwise."""
    try:
        settings = read_settings(out)
    except UsageError as error:
        return [f"settings: not known ({error})"]
    if settings is None:
        return []
    demo = [f"{WHAT_IT_IS}: {INSTEAD}"] if any(is_of_demo(*one) for one in settings.values["model"].items()) else []
    return [*settings.lines(), *demo]


def _coverage(out: Path, snapshot: Path) -> list[str]:
    """Of each table made from audio: how many recordings it has been made for, and in how many ways.

    Raises:
        DamagedError: of any table, a file cannot be opened, or all are gone.
    """
    holdings = Holdings.read(snapshot)
    holdings.check_whole()
    for path in (path for table in TABLES for path in Snapshot(snapshot).files(table)):
        read_schema(path)  # a count alone would say that all is well where half a file is left
    alive = holdings.alive()
    ways: dict[str, Counter[str]] = {}
    for key in alive:
        for table, recipe in holdings.made.get(key, {}).items():
            ways.setdefault(table, Counter())[recipe] += 1
    statuses = Counter(row.status for row in holdings.files.values())
    lines = [
        f"{counted(len(holdings.files), 'file')}: "
        + ", ".join(f"{n:,} {status}" for status, n in statuses.most_common()),
        f"{'table':12}  made for",
    ]
    broken = _taken_out(snapshot)
    for table in (name for name in TABLES if name in ways):
        several = f", in {len(ways[table])} ways" if len(ways[table]) > 1 else ""
        less = broken[stage_of(table)]
        taken_out = f"; {less:,} taken out, for a broken rule: `--retry-errors` makes them again" if less else ""
        made = ways[table].total() - less
        lines.append(f"{table:12}  {made:,} of {counted(len(alive), 'recording')}{several}{taken_out}")
    forgotten = read_forgotten(out)
    left = len(forgotten_in(holdings, forgotten))
    if left:
        lines.append(f"{counted(left, 'file')} that `forget` was to take out, which was cut off: repeat it")
    passages = Passages.among(forgotten, holdings)
    if passages.of:
        uncut = speaks(Snapshot(snapshot), passages)
        doubt = "; rows of them are still there, for `forget` was cut off: repeat it" if uncut else ""
        lines.append(f"of {counted(len(passages.of), 'recording')} passages are left out, for good{doubt}")
    return lines + _untagged(snapshot) + _unlabelled(snapshot)


def _taken_out(snapshot: Path) -> Counter[str]:
    """By stage, the recordings whose rows were taken out because some broke a rule."""
    found: set[tuple[str, str]] = set()
    for row in Snapshot(snapshot).rows("errors", ["recording_id", "stage", "reason"]).to_pylist():
        if row["reason"] == Reason.BROKE_A_RULE.value and row["recording_id"] is not None:
            found.add((row["stage"], row["recording_id"]))
    return Counter(stage for stage, _ in found)


def _untagged(snapshot: Path) -> list[str]:
    """Windows whose embeddings were made since the last ``earwitness tag``; nothing where nobody tagged."""
    tags = Snapshot(snapshot).rows("tags", ["tag"])["tag"]
    rows = len(tags)
    if not rows:
        return []
    prompts = len(tags.unify_dictionaries().unique())
    windows = Snapshot(snapshot).count("embeddings")
    left = windows - rows // prompts  # a window has a row for each prompt, or none
    again = f"; {counted(left, 'window')} without: repeat `earwitness tag`" if left else ""
    return [f"{'tags':12}  {counted(prompts, 'prompt')}, {rows // prompts:,} of {counted(windows, 'window')}{again}"]


def _unlabelled(snapshot: Path) -> list[str]:
    """Stretches whose vectors were made since the last ``earwitness speakers``; nothing where nobody asked for it."""
    labels = Snapshot(snapshot).count("speaker_labels")
    if not labels:
        return []
    stretches = Snapshot(snapshot).count("speakers")
    left = stretches - labels
    again = f"; {counted(left, 'stretch', 'stretches')} without: repeat `earwitness speakers`" if left else ""
    return [f"speaker_labels  {labels:,} of {counted(stretches, 'stretch', 'stretches')}{again}"]


def _waiting(snapshot: Path) -> list[str]:
    """What the next run with the words of the last one would take up."""
    said = Snapshot(snapshot).last_config()
    if not said:
        return []
    try:
        named = from_mapping({"recordings": said["recordings"]}).recordings
        if relative := [name for name in named if not os.path.isabs(name)]:  # as earlier versions kept them
            told = f"the last run was told of {relative[0]}, and kept no word of the folder that this lies in"
            return [f"waiting: not known from here ({told})"]
        sources = discover(named, [str(snapshot.parents[1])]).sources
    except (UsageError, FileNotFoundError) as error:
        return [f"waiting: not known ({error})"]
    known = Holdings.read(snapshot).files
    rows = [(source, known.get(source.uri)) for source in sources]
    new = sum(row is None for _, row in rows)
    changed = sum(
        row is not None and (row.bytes, row.modified) != (source.bytes, source.modified_ns // 1000 or None)
        for source, row in rows
    )
    gone = len(known.keys() - {source.uri for source in sources})
    return [
        f"waiting: {new:,} new, {changed:,} changed of {counted(len(sources), 'file')} that the last run was told of; "
        f"{gone:,} in the tables that are not among them"
    ]
