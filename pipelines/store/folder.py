"""Where a corpus lies: staging, snapshots, and the one switch that publishes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipelines.errors import CommandError
from pipelines.files.atomic import sync
from pipelines.files.text import check_path
from pipelines.store.clearing import remove
from pipelines.store.lock import locked
from pipelines.store.place import check_place, mark
from pipelines.store.recovery import clear, collect, has_whole_shards, keep_what_is_whole, recover, tidy
from pipelines.store.run_ids import new_run_id, rewritten, runs_in
from pipelines.store.switch import has_links, read_shown, show, shown
from schemas.layout import CURRENT, LEFT, MARK, NEXT, SNAPSHOTS, STAGING


class Folder:
    """The folder of a corpus.

    ``OUT/current`` is a link to the snapshot in ``OUT/snapshots`` that readers see (or see
    :mod:`pipelines.store.switch`).  A run works in
    ``OUT/staging/RUN``, where nobody sees it: in ``passes`` lies what its workers wrote, shard by
    shard, in ``tables`` what is to be published.

    Nothing is removed but under names that only we give, in a folder that carries our mark, and never through a link.
    """

    def __init__(self, out: str | Path) -> None:
        self.out = Path(out)
        self.current = self.out / CURRENT
        self.staging = self.out / STAGING
        self.snapshots = self.out / SNAPSHOTS
        self._new = [folder for folder in (self.out, *self.out.parents) if not folder.exists()]
        self._marked = self._held = False

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the corpus alone, and clear away what runs that were killed left half done.

        Raises:
            BusyError: another run holds it.
            UsageError: OUT is not a place for a corpus.
            OSError: OUT cannot be made or written.
        """
        check_place(self.out)
        if not self.out.exists():
            self.out.mkdir(parents=True, exist_ok=True)
        try:
            with locked(self.out):
                check_place(self.out)  # what was put there meanwhile is not ours either
                self._marked = mark(self.out)
                has_links(self.out)  # whatever keeps it from being written says so before the work, not behind it
                recover(self.out)
                self._held = True
                yield
        finally:
            self._held = False
            self._leave_no_empty_folder()

    def new_run_id(self) -> str:
        """An id that sorts behind every one that the corpus knows."""
        return new_run_id(path.name for folder in (self.snapshots, self.staging) for path in runs_in(folder))

    def begin(self, run_id: str) -> Path:
        """A fresh folder for the tables of a run.

        Raises:
            UsageError: OUT is not a place for a corpus.
            OSError: OUT cannot be made or written.
            CommandError: OUT went away since it was held: whoever removed it does not want it back.
        """
        check_place(self.out)
        if self._held and not self.out.is_dir():
            raise CommandError(went(self.out))
        self.out.mkdir(parents=True, exist_ok=True)
        self._marked = mark(self.out) or self._marked
        tables = self.staging / run_id / NEXT
        try:
            tables.mkdir(parents=True)
        except BaseException:  # Ctrl-C, too: whoever asked for the folder does not know of it yet
            self.abandon(tables)
            raise
        return tables

    def publish(self, tables: Path, keep: int = 3, *, clear: bool = True) -> Path:
        """Let readers see ``tables``, all at once, and keep the last ``keep`` snapshots.

        With ``clear`` what other runs left in staging goes, because it is part of ``tables``.

        Everything is on the disk before the switch, and the switch before anything is cleared away: a
        machine that loses power shows the one or the other.
        """
        run_id = tables.parent.name
        snapshot = self.snapshots / run_id
        snapshot.parent.mkdir(exist_ok=True)
        for parent, _, files in os.walk(tables):
            for file in files:
                sync(os.path.join(parent, file))
            sync(parent)
        os.rename(tables, snapshot)
        sync(self.snapshots)
        show(self.out, run_id)
        with suppress(OSError):  # it is published: what cannot be cleared away now, the next run clears
            sync(self.out)
            if clear:
                self.clear()
            else:
                remove(tables.parent)
                tidy(self.out)
            collect(self.out, keep)
        return snapshot

    def clear(self) -> None:
        """Remove all that runs have staged: what was of use in it is published."""
        clear(self.out)

    def rewrite(self, snapshot: Path, tables: Path) -> None:
        """Put ``tables`` in the place of a snapshot that is not the published one.

        They take a name behind its own: whoever kills this leaves both or the new one, never neither.
        """
        os.rename(tables, self.snapshots / rewritten(snapshot.name))
        sync(self.snapshots)
        remove(snapshot)
        remove(tables.parent)
        tidy(self.out)

    def abandon(self, tables: Path) -> None:
        """Leave of a run that failed only the shards that are whole, which the next run goes on from.

        Without any, nothing stays, nor folders that were made for the run.  It comes where something has failed: that
        the folder is gone meanwhile would only hide what.
        """
        with suppress(FileNotFoundError):
            self._abandon(tables)

    def _abandon(self, tables: Path) -> None:
        if has_whole_shards(tables.parent):
            left = tables.parent.with_name(f"{tables.parent.name}{LEFT}")
            os.rename(tables.parent, left)  # workers that are still at it find no place to write to
            keep_what_is_whole(left)
        elif tables.parent.exists():
            remove(tables.parent)
        tidy(self.out)
        self._leave_no_empty_folder()

    def _leave_no_empty_folder(self) -> None:
        if self._marked and self.out.is_dir() and os.listdir(self.out) == [MARK]:
            (self.out / MARK).unlink()
            self._marked = False
        for folder in self._new:
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()


def published(out: Path) -> Path:
    """The snapshot that readers see now; it stays as it is, whatever is published meanwhile.

    Raises:
        UsageError: the name of the folder is no text.
        CommandError: there is none, or what is to show it shows none.
    """
    if not out.is_dir():
        raise CommandError(f"{out}: no such folder")
    check_path(out)
    snapshot = read_shown(out)  # once: a run that publishes meanwhile moves the link, not the folder
    if snapshot is None:
        inside = next((folder for folder in out.resolve().parents if shown(folder) is not None), None)
        at = f": its tables are of the corpus in {inside}" if inside and (out / "recordings").is_dir() else ""
        raise CommandError(f"{out} holds no corpus{at}")
    return snapshot


def went(out: Path) -> str:
    """What is told where somebody removed OUT meanwhile."""
    return f"{out} went away while the run was at work; nothing was published"
