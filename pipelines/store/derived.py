"""Tables that a command makes out of others, published in the place of what it made before."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from pipelines.audit.audit import audit
from pipelines.audit.check import Audit
from pipelines.errors import CommandError, why
from pipelines.store.folder import Folder, published
from pipelines.store.manifest import Holdings
from pipelines.store.next_snapshot import as_written
from pipelines.store.own import Own
from pipelines.store.publish import Draft, link_runs, publish
from pipelines.store.read import Snapshot
from pipelines.store.tombstones import read_forgotten
from schemas.catalog import TABLES
from schemas.config import Config

OF_COMMAND = -1
"""Where the rows lie that a command makes: neither in the published snapshot nor in a pass."""
T = TypeVar("T")


def publish_derived(
    out: Path, name: str, write: Callable[[Path, Path, str], T], *, ask: Callable[..., Audit] = audit
) -> T:
    """Publish the corpus with a table made anew; what a run that was cut off has left stays for the next run.

    Args:
        name: of the table.
        write: is given the published snapshot, the table's new folder, and the name that its files begin with.
        ask: audits, as :func:`pipelines.audit.audit.audit` does.

    Returns:
        What ``write`` did.

    Raises:
        BusyError: a run is at work.
        CommandError: no corpus; OUT cannot be written; the audit failed.
    """
    published(out)
    folder = Folder(out)
    try:
        with folder.held():
            return _publish(folder, name, write, ask)
    except OSError as error:
        raise CommandError(f"{out} cannot be written: {why(error)}") from None


def _publish(folder: Folder, name: str, write: Callable[[Path, Path, str], T], ask: Callable[..., Audit]) -> T:
    snapshot = published(folder.out)
    run_id = folder.new_run_id()
    tables = folder.begin(run_id)
    try:
        (tables / name).mkdir()
        written = write(snapshot, tables / name, run_id)
        declared = {other: as_written(snapshot, other) for other in Snapshot(snapshot).tables}
        holdings = Holdings.read(snapshot)
        holdings.check_whole()
        # What ``errors`` holds about the rows that went is of the past, and of the table no file is taken over.
        holdings.owner[name] = dict.fromkeys(holdings.alive(), OF_COMMAND)
        runs = partial(link_runs, folder.out, tables)
        tables_now = {**declared, name: TABLES[name]}
        draft = Draft(tables, holdings, tables_now, Own((), None), runs, read_forgotten(folder.out))
        keep = Snapshot(snapshot).last_config().get("keep", Config.keep)
        publish(folder, draft, keep=keep, clear=False, ask=ask)
    except BaseException:
        folder.abandon(tables)
        raise
    return written
