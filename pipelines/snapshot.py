"""Where a corpus lies: staging, snapshots, and the one switch that publishes."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.failure import RunError
from pipelines.layout import (
    CURRENT,
    ID,
    MARK,
    PASSING,
    SNAPSHOTS,
    STAGING,
    check_place,
    is_file,
    is_folder,
    mark,
    shown,
)
from pipelines.lock import locked
from schemas.table import Table
from transforms.shards import open_parquet

NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK, errno.EXDEV)
LEFT = "-left"
"""Behind the id of a run that failed: its staging holds only what the next run goes on from."""
GROWING_SECONDS = 3600.0
"""What grows for longer is nobody's any more."""
_SWITCH = re.compile(rf"{re.escape(PASSING)}\w+\.current|\.current-{ID.pattern}")
_BEFORE = re.compile(rf"\.(?:{ID.pattern}(?:{LEFT})?|{STAGING})")
"""What earlier versions called a folder that they were about to remove."""


class Corpus:
    """The folder of a corpus.

    ``OUT/current`` is a link to the snapshot in ``OUT/snapshots`` that readers see.  A run works in
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
        self._marked = False

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the corpus alone, and clear away what runs that were killed left half done.

        Raises:
            BusyError: another run holds it.
            ConfigError: OUT is not a place for a corpus.
            OSError: OUT cannot be made or written.
        """
        check_place(self.out)
        if not self.out.exists():
            self.out.mkdir(parents=True, exist_ok=True)
        try:
            with locked(self.out):
                check_place(self.out)  # what was put there meanwhile is not ours either
                self._marked = mark(self.out)
                self._recover()
                yield
        finally:
            self._leave_no_empty_folder()

    def new_run_id(self) -> str:
        """UTC time to the microsecond and four random hex digits: sorts behind every id that the corpus knows.

        Also where two runs begin within one second, or the clock was put back.
        """
        now = datetime.now(UTC)
        known = [path.name for folder in (self.snapshots, self.staging) for path in _ours(folder)]
        if known and (last := _time_of(max(known))) >= now:
            now = last + timedelta(microseconds=1)
        return f"{now:%Y%m%dT%H%M%S%fZ}-{secrets.token_hex(2)}"

    def begin(self, run_id: str) -> Path:
        """A fresh folder for the tables of a run.

        Raises:
            ConfigError: OUT is not a place for a corpus.
            OSError: OUT cannot be made or written.
        """
        check_place(self.out)
        self.out.mkdir(parents=True, exist_ok=True)
        self._marked = mark(self.out) or self._marked
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
        switch = self.out / passing("current")
        os.symlink(os.path.join(SNAPSHOTS, run_id), switch)
        os.replace(switch, self.current)
        sync(self.out)
        if clear:
            self.clear()
        else:
            remove(tables.parent)
            self._tidy()
        self._collect(keep)
        return snapshot

    def clear(self) -> None:
        """Remove all that runs have staged: what was of use in it is published."""
        shown_now = self._shown()
        # That of the published snapshot last: it says to the next run that the rest is published, too.
        for run in sorted(self._staged(), key=lambda path: path.name == shown_now):
            remove(run)
        self._tidy()

    def replace(self, snapshot: Path, tables: Path) -> None:
        """Put ``tables`` in the place of a snapshot that is not the published one."""
        remove(snapshot)
        os.rename(tables, snapshot)
        sync(self.snapshots)

    def remove(self, snapshot: Path) -> None:
        """Remove a snapshot that is not the published one."""
        remove(snapshot)

    def abandon(self, tables: Path) -> None:
        """Leave of a run that failed only the shards that are whole, which the next run goes on from.

        Without any, nothing stays, nor folders that were made for the run.
        """
        if any((tables.parent / "passes").glob("*/files/[!.]*.parquet")):
            left = tables.parent.with_name(f"{tables.parent.name}{LEFT}")
            os.rename(tables.parent, left)  # workers that are still at it find no place to write to
            shutil.rmtree(left / tables.name, ignore_errors=True)
            for growing in left.glob("passes/*/*/.*.growing"):
                growing.unlink(missing_ok=True)
        else:
            remove(tables.parent)
        self._tidy()
        self._leave_no_empty_folder()

    def _recover(self) -> None:
        """Finish or take back what a run was at when it was killed within :meth:`publish`."""
        shown_now = self._shown()
        if shown_now is not None and is_folder(self.staging / shown_now):
            self.clear()
        for staged in self._staged():
            if is_folder(self.snapshots / staged.name):  # renamed, but never shown to anybody
                remove(self.snapshots / staged.name)
        for folder in (self.out, self.staging, self.snapshots):
            if is_folder(folder) or folder == self.out:
                _sweep(folder)
        self._tidy()

    def _collect(self, keep: int) -> None:
        """Remove the snapshots before the last ``keep``; a run's id begins with its time."""
        shown_now = self._shown()
        others = [path for path in _ours(self.snapshots) if path.name != shown_now]
        for old in others[: max(0, len(others) - (keep - 1))]:
            remove(old)

    def _shown(self) -> str | None:
        """The name of the published snapshot, whether or not it is there."""
        return os.path.basename(os.readlink(self.current)) if self.current.is_symlink() else None

    def _staged(self) -> list[Path]:
        return _ours(self.staging)

    def _tidy(self) -> None:
        if is_folder(self.staging) and not any(self.staging.iterdir()):
            self.staging.rmdir()

    def _leave_no_empty_folder(self) -> None:
        if self._marked and os.listdir(self.out) == [MARK]:
            (self.out / MARK).unlink()
            self._marked = False
        for folder in self._new:
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()


def remove(folder: Path) -> None:
    """Remove a folder of ours, under another name first.

    So there is never half a snapshot under its own, and workers that are still at it find no place to write to.  What
    cannot be removed now (files that somebody has open on NFS), the next run tries again.
    """
    given_up = folder.with_name(passing("gone"))
    os.rename(folder, given_up)
    shutil.rmtree(given_up, ignore_errors=True)


def passing(what: str) -> str:
    """A name that nobody else gives, for what is only there for a moment."""
    return f"{PASSING}{secrets.token_hex(8)}.{what}"


def _ours(folder: Path) -> list[Path]:
    """The folders in ``staging`` or ``snapshots`` that a run has made, in the order of the runs."""
    if not is_folder(folder):
        return []
    named = (path for path in folder.iterdir() if ID.fullmatch(path.name.removesuffix(LEFT)))
    return sorted(path for path in named if is_folder(path))


def _is_old(path: Path) -> bool:
    return is_file(path) and time.time() - path.stat().st_mtime > GROWING_SECONDS


def _time_of(run_id: str) -> datetime:
    """When a run began; of an earlier version's id, which has no microseconds, the last of its second."""
    written = run_id.partition("Z")[0]
    return datetime.strptime(f"{written:9<21}", "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)


def _sweep(folder: Path) -> None:
    """Remove what was there for a moment when a run was killed."""
    for path in folder.iterdir():
        kind = path.suffix if path.name.startswith(PASSING) else ""
        if is_folder(path) and (kind == ".gone" or _BEFORE.fullmatch(path.name)):
            shutil.rmtree(path, ignore_errors=True)
        elif (path.is_symlink() and _SWITCH.fullmatch(path.name)) or (kind == ".growing" and _is_old(path)):
            path.unlink()


def published(out: Path) -> Path:
    """The snapshot that readers see now; it stays as it is, whatever is published meanwhile.

    Raises:
        RunError: there is none.
    """
    if not out.is_dir():
        raise RunError(f"{out}: no such folder")
    snapshot = shown(out)  # once: a run that publishes meanwhile moves the link, not the folder
    if snapshot is None:
        inside = next((folder for folder in out.resolve().parents if shown(folder) is not None), None)
        at = f": its tables are of the corpus in {inside}" if inside and (out / "recordings").is_dir() else ""
        raise RunError(f"{out} holds no corpus{at}")
    return snapshot


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
