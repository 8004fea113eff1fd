"""Consent withdrawn for a part: every row of a passage out of every table, and a tombstone in its place."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import pyarrow.compute as pc

from pipelines.console.numbers import clock
from pipelines.errors import CommandError, why
from pipelines.store.folder import Folder, published
from pipelines.store.forget import as_it_was, bury, write_anew
from pipelines.store.manifest import Holdings
from pipelines.store.meant import meant
from pipelines.store.passages import BATCH_ROWS, Passages, count_of, judged_by, speaks
from pipelines.store.publish import Draft
from pipelines.store.read import Snapshot
from pipelines.store.report_folder import Pages, remove_report
from pipelines.store.run_ids import runs_in
from pipelines.store.tombstones import read_forgotten
from schemas.catalog import TABLES
from schemas.errors import UsageError
from schemas.forgotten import Stretch
from schemas.layout import PASSES


@dataclass
class RemovedPassage:
    """What was taken out, or would be.

    Attributes:
        recording_id: of the recording that it is a passage of.
        stretch: the passage, in milliseconds.
        reach: from the first to the last millisecond of the rows that go, for these go whole; None where none does.
        rows: rows of the published tables.
        snapshots: how many snapshots held some.
        staging: whether unpublished work was given up.
        pages: what became of the pages of ``earwitness report``.
        others: contents that the file held before, whose passages stay.
        alike: the recordings of that sound, this one among them: files that differ in their tags or their container
            may have come in at once.
        sounds: their ``sound_hash``, as far as it was taken.
    """

    recording_id: str
    stretch: Stretch
    reach: Stretch | None = None
    rows: Counter[str] = field(default_factory=Counter)
    snapshots: int = 0
    staging: bool = False
    pages: Pages = field(default_factory=Pages)
    others: tuple[str, ...] = ()
    alike: frozenset[str] = frozenset()
    sounds: frozenset[str] = frozenset()


def would_forget_passage(out: Path, word: str, start_ms: int, end_ms: int | None) -> RemovedPassage:
    """What :func:`forget_passage` would remove; nothing is locked or written.

    Raises:
        UsageError: the word names nothing, or several recordings; the passage is none of the recording.
        CommandError: there is no corpus.
    """
    published(out)
    folder = Folder(out)
    return _would(folder, _meant(folder, word, start_ms, end_ms))


def forget_passage(out: Path, word: str, start_ms: int, end_ms: int | None) -> RemovedPassage:
    """Remove what every kept snapshot holds of a passage; no later run brings it back.

    The tombstone comes first: the next run leaves out what a forgetting that was cut off has left in the published
    tables, and to repeat the command finishes the work.

    Args:
        word: a recording_id, or a file that holds the recording now.
        start_ms: where the passage begins.
        end_ms: where it ends; None: with the recording.

    Raises:
        BusyError: a run is at work.
        UsageError: the word names nothing, or several recordings; the passage is none of the recording.
        CommandError: there is no corpus; OUT cannot be written; what is left fails the audit.
    """
    published(out)
    folder = Folder(out)
    try:
        with folder.held():
            Holdings.read(published(out)).check_whole(TABLES)
            removed = _would(folder, _meant(folder, word, start_ms, end_ms))
            tombstones = read_forgotten(out).also_passage(removed.alike, removed.stretch, removed.sounds)
            removed.pages = bury(folder, tombstones)
            passages = Passages({key: tombstones.passages_of(key) for key in removed.alike})
            removed.rows, removed.snapshots = write_anew(folder, partial(_speaks_of, passages=passages), _without)
            return removed
    except OSError as error:
        raise CommandError(f"{error.filename or out} cannot be written: {why(error)}") from None


def _without(folder: Folder, snapshot: Path, run_id: str) -> Draft:
    return as_it_was(folder, snapshot, run_id, Holdings.read(snapshot))


def _speaks_of(snapshot: Path, *, passages: Passages) -> bool:
    return speaks(Snapshot(snapshot), passages)


def _meant(folder: Folder, word: str, start_ms: int, end_ms: int | None) -> RemovedPassage:
    """The recording and the passage that are meant; of a file with a history, what it holds now."""
    those = meant(folder, [word])
    files = Holdings.read(published(folder.out)).files
    now = {files[uri].recording_id for uri in those.uris if uri in files} - {None}
    keys = sorted(those.ids & {word} or those.ids & now or those.ids)
    alike = meant(folder, keys[:1])
    if not keys or not alike.ids >= set(keys):
        held = ", ".join(keys) or "no recording"
        raise UsageError(f"{word} holds {held}: name one recording by its id, for a passage is of one")
    key = keys[0]
    length = _length(folder, key)
    end = length if end_ms is None else min(end_ms, length)
    if start_ms >= length:
        raise UsageError(f"--from {clock(start_ms)}: the recording ends at {clock(length)}")
    if start_ms >= end:
        raise UsageError(f"--from {clock(start_ms)} --to {clock(end)}: that passage is empty")
    others = tuple(sorted(those.ids - alike.ids))
    return RemovedPassage(key, (start_ms, end), others=others, alike=alike.ids, sounds=alike.sounds)


def _length(folder: Folder, key: str) -> int:
    """How long the recording is, in milliseconds, as whichever snapshot says that has it."""
    for snapshot in sorted(runs_in(folder.snapshots), reverse=True):
        rows = Snapshot(snapshot).rows("recordings", ["recording_id", "duration_ms"])
        found = rows.filter(pc.equal(rows["recording_id"].cast("string"), key))
        if found.num_rows:
            return int(found["duration_ms"][0].as_py())
    raise UsageError(f"no snapshot has a row of recordings for {key}: forget the whole of it")


def _would(folder: Folder, removed: RemovedPassage) -> RemovedPassage:
    shown_now = Snapshot(published(folder.out))
    passages = Passages(dict.fromkeys(removed.alike, (removed.stretch,)))
    passages = passages.with_segments((path, ()) for path in shown_now.files("segments"))
    return replace(
        removed,
        reach=_reach(shown_now, passages),
        rows=Counter({name: n for name in shown_now.tables if (n := count_of(shown_now, name, passages))}),
        snapshots=sum(_speaks_of(one, passages=passages) for one in runs_in(folder.snapshots)),
        staging=any(folder.staging.glob(f"*/{PASSES}")),
        pages=remove_report(folder.out, dry=True),
    )


def _reach(snapshot: Snapshot, passages: Passages) -> Stretch | None:
    """From where to where the rows reach that speak of the passage."""
    starts, ends = [], []
    for name in ("windows", "segments"):
        for rows in snapshot.batches(name, BATCH_ROWS, judged_by(TABLES[name].schema.names)):
            spoken = rows.filter(passages.speak(rows))
            starts += spoken["start_ms"].to_pylist()
            ends += spoken["end_ms"].to_pylist()
    return (min(starts), max(ends)) if starts else None
