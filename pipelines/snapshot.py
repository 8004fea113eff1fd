"""Where a corpus lies: staging, snapshots, and the one switch that publishes."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pipelines.failure import RunError
from pipelines.lock import locked
from schemas.table import Table
from transforms.shards import open_parquet

NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK, errno.EXDEV)


class Corpus:
    """The folder of a corpus.

    ``OUT/current`` is a link to the snapshot in ``OUT/snapshots`` that readers see.  A run works in
    ``OUT/staging/RUN``, where nobody sees it: in ``passes`` lies what its workers wrote, shard by
    shard, in ``tables`` what is to be published.
    """

    def __init__(self, out: str | Path) -> None:
        self.out = Path(out)
        self.current = self.out / "current"
        self.staging = self.out / "staging"
        self.snapshots = self.out / "snapshots"
        self._new = [folder for folder in (self.out, *self.out.parents) if not folder.exists()]

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the corpus alone, and clear away what runs that were killed left half done.

        Raises:
            BusyError: another run holds it.
            OSError: OUT cannot be made or written, or its ``current`` is not a link of ours.
        """
        if self.current.exists() and not self.current.is_symlink():
            raise FileExistsError(errno.EEXIST, "what is called `current` in it is of no run")
        if not self.out.exists():
            self.out.mkdir(parents=True, exist_ok=True)
        try:
            with locked(self.out):
                self._recover()
                yield
        finally:
            self._leave_no_empty_folder()

    def begin(self, run_id: str) -> Path:
        """A fresh folder for the tables of a run.

        Raises:
            OSError: OUT cannot be made or written, or its ``current`` is not a link of ours.
        """
        if self.current.exists() and not self.current.is_symlink():
            raise FileExistsError(errno.EEXIST, "what is called `current` in it is of no run")
        tables = self.staging / run_id / "tables"
        tables.mkdir(parents=True)
        return tables

    def complete(self, tables: Path, declared: Mapping[str, Table]) -> None:
        """Give every table at least one file, and the runs before this one their place in ``runs``."""
        (tables / "runs").mkdir(exist_ok=True)
        for earlier in (self.current / "runs").glob("*.parquet"):
            link(earlier, tables / "runs" / earlier.name)
        self.fill(tables, declared)

    def fill(self, tables: Path, declared: Mapping[str, Table]) -> None:
        """Give every table at least one file."""
        for name, table in declared.items():
            folder = tables / name
            folder.mkdir(exist_ok=True)
            if not any(folder.glob("*.parquet")):
                open_parquet(folder / "empty.parquet", table.schema).close()

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
        switch = self.out / f".current-{run_id}"
        os.symlink(os.path.join("snapshots", run_id), switch)
        os.replace(switch, self.current)
        sync(self.out)
        if clear:
            self.clear()
        else:
            self._remove(tables.parent)
            self._tidy()
        self._collect(keep)
        return snapshot

    def clear(self) -> None:
        """Remove all staging at once: what was of use in it is published."""
        if self.staging.exists():
            self._remove(self.staging)

    def replace(self, snapshot: Path, tables: Path) -> None:
        """Put ``tables`` in the place of a snapshot that is not the published one."""
        self._remove(snapshot)
        os.rename(tables, snapshot)
        sync(self.snapshots)

    def remove(self, snapshot: Path) -> None:
        """Remove a snapshot that is not the published one."""
        self._remove(snapshot)

    def abandon(self, tables: Path) -> None:
        """Leave of a run that failed only the shards that are whole, which the next run goes on from.

        Without any, nothing stays, nor folders that were made for the run.
        """
        if any((tables.parent / "passes").glob("*/files/[!.]*.parquet")):
            left = tables.parent.with_name(f"{tables.parent.name}-left")
            os.rename(tables.parent, left)  # workers that are still at it find no place to write to
            shutil.rmtree(left / tables.name, ignore_errors=True)
            for growing in left.glob("passes/*/*/.*.growing"):
                growing.unlink(missing_ok=True)
        else:
            self._remove(tables.parent)
        self._tidy()
        self._leave_no_empty_folder()

    def _recover(self) -> None:
        """Finish or take back what a run was at when it was killed within :meth:`publish`."""
        shown = os.path.basename(os.readlink(self.current)) if self.current.is_symlink() else None
        for switch in self.out.glob(".current-*"):
            switch.unlink()
        if shown is not None and (self.staging / shown).exists():
            self.clear()
        for staging in self.staging.glob("*"):
            if (self.snapshots / staging.name).is_dir():  # renamed, but never shown to anybody
                self._remove(self.snapshots / staging.name)
        for folder in (self.out, self.staging, self.snapshots):
            for given_up in (path for path in folder.glob(".*") if path.is_dir()):
                shutil.rmtree(given_up, ignore_errors=True)
        self._tidy()

    def _collect(self, keep: int) -> None:
        """Remove the snapshots before the last ``keep``; a run's id begins with its time."""
        shown = os.path.basename(os.readlink(self.current))
        others = sorted(path for path in self.snapshots.glob("[!.]*") if path.name != shown)
        for old in others[: max(0, len(others) - (keep - 1))]:
            self._remove(old)

    def _remove(self, folder: Path) -> None:
        # Under another name first: never half a snapshot under its own, and workers that are
        # still at it find no place to write to.
        given_up = folder.with_name(f".{folder.name}")
        os.rename(folder, given_up)
        shutil.rmtree(given_up, ignore_errors=True)

    def _tidy(self) -> None:
        if self.staging.is_dir() and not any(self.staging.iterdir()):
            self.staging.rmdir()

    def _leave_no_empty_folder(self) -> None:
        for folder in self._new:
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()


def published(out: Path) -> Path:
    """The snapshot that readers see now; it stays as it is, whatever is published meanwhile.

    Raises:
        RunError: there is none.
    """
    if not out.is_dir():
        raise RunError(f"{out}: no such folder")
    current = out / "current"
    if not current.is_dir():
        inside = next((folder for folder in out.resolve().parents if (folder / "current").is_dir()), None)
        at = f": its tables are of the corpus in {inside}" if inside and (out / "recordings").is_dir() else ""
        raise RunError(f"{out} holds no corpus{at}")
    return current.resolve()  # once: a run that publishes meanwhile moves the link, not the folder


def new_run_id() -> str:
    """UTC time and four random hex digits: sorts by time."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


def link(file: Path, to: Path) -> None:
    """The same file under a second name; a copy where the file system knows no links."""
    try:
        os.link(file, to)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        shutil.copy2(file, to)


def sync(path: str | Path) -> None:
    """Have a file or a folder's entries on the disk, where the system can say so."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EROFS):
            raise
    finally:
        os.close(descriptor)
