"""Consent withdrawn: every row of a recording out of every table, and a tombstone in its place."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.errors import CommandError, why
from pipelines.files.atomic import write_whole
from pipelines.store.clearing import remove
from pipelines.store.compaction import BATCH_ROWS, fit
from pipelines.store.folder import Folder, published
from pipelines.store.manifest import Holdings
from pipelines.store.meant import Meant, meant
from pipelines.store.next_snapshot import as_written
from pipelines.store.own import Own
from pipelines.store.publish import Draft, RejectedError, publish
from pipelines.store.read import Snapshot
from pipelines.store.report_folder import Pages, remove_report
from pipelines.store.run_ids import rewritten, runs_in
from pipelines.store.scrub import scrub_log, scrubbed
from pipelines.store.tombstones import read_forgotten
from schemas.catalog import TABLES
from schemas.forgotten import Forgotten
from schemas.layout import AGREEMENT, PARQUET, PASSES, TOMBSTONES
from transforms.shards import open_table


@dataclass
class Removed:
    """What was taken out, or would be.

    Attributes:
        rows: rows of the published tables.
        snapshots: how many snapshots held some.
        staging: whether unpublished work was given up.
        pages: what became of the pages of `earwitness report`.
        replaced: files that held one of the recordings and hold something else now, which stays.
    """

    recordings: int = 0
    files: int = 0
    rows: Counter[str] = field(default_factory=Counter)
    snapshots: int = 0
    staging: bool = False
    pages: Pages = field(default_factory=Pages)
    replaced: tuple[str, ...] = ()


def would_forget(out: Path, words: Iterable[str]) -> Removed:
    """What :func:`forget` would remove; nothing is locked or written.

    Raises:
        UsageError: a word names nothing.
        CommandError: there is no corpus.
    """
    snapshot = published(out)
    folder = Folder(out)
    those = meant(folder, list(words))
    removed = _removed(folder, those)
    removed.rows = Counter({name: n for name in Snapshot(snapshot).tables if (n := _count_of(snapshot, name, those))})
    removed.snapshots = sum(_speaks_of(one, those=those) for one in runs_in(folder.snapshots))
    removed.pages = remove_report(out, dry=True)
    return removed


def forget(out: Path, words: Iterable[str]) -> Removed:
    """Remove recordings, each named by its id or by any file that holds it, with all copies, whatever their tags.

    The tombstones come first, so that a run that follows a forgetting that was cut off takes nothing
    up again; to repeat the command finishes the work.

    Raises:
        BusyError: a run is at work.
        UsageError: OUT is no corpus of ours; a word names nothing.
        CommandError: there is no corpus; OUT cannot be written; what is left fails the audit.
    """
    published(out)
    folder = Folder(out)
    try:
        with folder.held():
            return _forget(folder, list(words))
    except OSError as error:
        raise CommandError(f"{error.filename or out} cannot be written: {why(error)}") from None


def _forget(folder: Folder, words: list[str]) -> Removed:
    out = folder.out
    Holdings.read(published(out)).check_whole(TABLES)  # what is left of other tables goes, whether or not it is whole
    those = meant(folder, words)
    names = {*those.ids, *those.uris}
    tombstones = read_forgotten(out).also(names | those.contents).also_sounds(those.sounds)
    removed = _removed(folder, those)
    removed.pages = bury(folder, tombstones)
    removed.rows, removed.snapshots = write_anew(
        folder, partial(_speaks_of, those=those), partial(_without, those=those)
    )
    scrub_log(out, names)
    return removed


def bury(folder: Folder, tombstones: Forgotten) -> Pages:
    """Keep tombstones, and take away what may speak of what they stand for beside the snapshots.

    They come first, so that no run takes it up again should this be killed.

    Returns:
        What became of the pages of ``earwitness report``.
    """
    write_whole(folder.out / TOMBSTONES, tombstones.to_json().encode())
    (folder.out / AGREEMENT).unlink(missing_ok=True)  # its groups may name people, its counts what is gone
    folder.clear()  # what was not published may hold anything
    return remove_report(folder.out)  # so may its pages, and to write them anew takes a minute


def write_anew(
    folder: Folder, speaks: Callable[[Path], bool], without: Callable[[Folder, Path, str], Draft]
) -> tuple[Counter[str], int]:
    """Put others in the place of the snapshots that speak of something.

    Args:
        speaks: whether a snapshot does.
        without: the tables of a snapshot without it, for a run of a given id.

    Returns:
        How many rows of each published table are gone, and how many snapshots were written anew.

    Raises:
        CommandError: what is left fails the audit.
    """
    shown_now = published(folder.out).resolve()
    rows: Counter[str] = Counter()
    snapshots = 0
    # What readers see first: should this be killed, it is the older ones that wait for it to be repeated.
    for snapshot in sorted(runs_in(folder.snapshots), key=lambda path: path.resolve() != shown_now):
        if not speaks(snapshot):
            continue
        snapshots += 1
        if snapshot.resolve() != shown_now:
            draft = without(folder, snapshot, folder.new_run_id())
            draft.write()
            folder.rewrite(snapshot, draft.tables)
            continue
        # Under a name that says what it replaces, should this be killed before that is removed.
        before = _counts(snapshot)
        try:
            left, _ = publish(folder, without(folder, snapshot, rewritten(snapshot.name)), keep=1 << 30)
        except RejectedError as error:
            raise CommandError(f"the audit of what is left failed: {error.audited.summary()[0]}") from None
        after = _counts(left)
        rows.update({name: n - after[name] for name, n in before.items() if n > after[name]})
        remove(snapshot)
    return rows, snapshots


def _removed(folder: Folder, those: Meant) -> Removed:
    staged = any(folder.staging.glob(f"*/{PASSES}"))
    return Removed(len(those.ids), len(those.uris), staging=staged, replaced=tuple(sorted(those.replaced)))


def _speaks_of(snapshot: Path, *, those: Meant) -> bool:
    files = Holdings.read(snapshot).files
    if any(uri in those.uris or row.recording_id in those.ids for uri, row in files.items()):
        return True
    names = {*those.ids, *those.uris}
    return any(scrubbed(text, names) != text for text in _read_runs(snapshot)["config"].to_pylist())


def _without(folder: Folder, snapshot: Path, run_id: str, *, those: Meant) -> Draft:
    """The tables of a snapshot without them."""
    holdings = Holdings.read(snapshot)
    mine = [uri for uri, row in holdings.files.items() if uri in those.uris or row.recording_id in those.ids]
    holdings.drop_files(mine)
    return as_it_was(folder, snapshot, run_id, holdings, {*those.ids, *those.uris})


def as_it_was(folder: Folder, snapshot: Path, run_id: str, holdings: Holdings, names: Collection[str] = ()) -> Draft:
    """The tables of a snapshot once more, without the passages that were forgotten.

    Args:
        holdings: what of it is left.
        names: what is taken out of the words that runs were given.
    """
    declared = {name: as_written(snapshot, name) for name in Snapshot(snapshot).tables}
    tables = folder.begin(run_id)
    runs = partial(_write_runs, snapshot, tables, names)
    return Draft(tables, holdings, declared, Own((), None), runs, read_forgotten(folder.out))


def _write_runs(snapshot: Path, tables: Path, names: Collection[str]) -> None:
    """The runs of a snapshot, without what was forgotten in the words that they were given."""
    runs = _read_runs(snapshot)
    at = runs.schema.get_field_index("config")
    configs = [scrubbed(text, names) for text in runs["config"].to_pylist()]
    with open_table(tables / "runs" / f"{tables.parent.name}{PARQUET}", TABLES["runs"]) as writer:
        writer.write_table(runs.set_column(at, runs.schema.field(at), pa.array(configs, pa.string())))


def _read_runs(snapshot: Path) -> pa.Table:
    return fit(Snapshot(snapshot).rows("runs"), TABLES["runs"].schema)


def _counts(snapshot: Path) -> dict[str, int]:
    return {name: Snapshot(snapshot).count(name) for name in Snapshot(snapshot).tables if name != "runs"}


def _count_of(snapshot: Path, name: str, those: Meant) -> int:
    """Rows of a table that speak of what is meant."""
    columns = [column for column in ("recording_id", "uri") if column in TABLES[name].schema.names]
    named = pa.array([*those.ids, *those.uris], pa.string())
    count = 0
    for rows in Snapshot(snapshot).batches(name, BATCH_ROWS, columns) if columns else ():
        speaks = [pc.is_in(rows[column].cast(pa.string()), value_set=named) for column in columns]
        count += pc.sum(functools.reduce(pc.or_, speaks)).as_py() or 0
    return count
