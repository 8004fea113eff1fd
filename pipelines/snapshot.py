"""Where a corpus lies: staging, snapshots, and the one switch that publishes."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from schemas.table import Table
from transforms.shards import open_parquet


class Corpus:
    """The folder of a corpus.

    ``OUT/current`` is a link to the snapshot that readers see.  A run writes into ``OUT/staging`` and
    nobody sees it there.
    """

    def __init__(self, out: str | Path) -> None:
        self.out = Path(out)
        self.current = self.out / "current"
        self._new = [folder for folder in (self.out, *self.out.parents) if not folder.exists()]

    def begin(self, run_id: str) -> Path:
        """A fresh folder for the tables of a run.

        Raises:
            OSError: OUT cannot be made or written, or its ``current`` is not a link of ours.
        """
        if self.current.exists() and not self.current.is_symlink():
            raise FileExistsError(errno.EEXIST, "what is called `current` in it is of no run")
        staging = self.out / "staging" / run_id
        staging.mkdir(parents=True)
        return staging

    def complete(self, staging: Path, tables: Mapping[str, Table]) -> None:
        """Give every table at least one file, and the runs before this one their place in ``runs``."""
        for name, table in tables.items():
            folder = staging / name
            folder.mkdir(exist_ok=True)
            if not any(folder.glob("*.parquet")):
                open_parquet(folder / "empty.parquet", table.schema).close()
        for earlier in (self.current / "runs").glob("*.parquet"):
            os.link(earlier, staging / "runs" / earlier.name)

    def publish(self, staging: Path) -> Path:
        """Let readers see the tables of ``staging``, all at once."""
        snapshot = self.out / "snapshots" / staging.name
        snapshot.parent.mkdir(exist_ok=True)
        os.rename(staging, snapshot)
        link = self.out / f".current-{staging.name}"
        os.symlink(os.path.join("snapshots", staging.name), link)
        os.replace(link, self.current)
        self._tidy()
        return snapshot

    def abandon(self, staging: Path) -> None:
        """Leave nothing of a run that failed, nor folders that were made for it."""
        # Under another name first, so that workers that are still at it find no place to write to.
        given_up = staging.with_name(f".{staging.name}")
        os.rename(staging, given_up)
        shutil.rmtree(given_up, ignore_errors=True)
        self._tidy()
        for folder in self._new:
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()

    def _tidy(self) -> None:
        staging = self.out / "staging"
        if staging.is_dir() and not any(staging.iterdir()):
            staging.rmdir()
