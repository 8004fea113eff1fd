"""The next snapshot of a corpus: assembled, audited, and shown to readers; the one way, whoever publishes."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines.audit.audit import audit
from pipelines.audit.check import Audit, Check
from pipelines.errors import CommandError
from pipelines.files.atomic import write_whole
from pipelines.store.compaction import place_runs
from pipelines.store.described import describe_snapshot
from pipelines.store.folder import Folder
from pipelines.store.manifest import Holdings
from pipelines.store.next_snapshot import assemble
from pipelines.store.own import Own
from pipelines.store.read import Snapshot
from pipelines.store.switch import shown
from schemas.forgotten import Forgotten
from schemas.layout import AUDIT, PARQUET
from schemas.table import Table
from transforms.shards import open_table

RUNS = "runs"


class RejectedError(CommandError):
    """The audit failed, and readers see what they saw before; the staging is as it was when the audit was asked.

    Attributes:
        audited: what was asked, and what failed.
    """

    def __init__(self, audited: Audit, said: str | None = None) -> None:
        super().__init__(said or f"the audit failed; nothing was published: {audited.summary()[0]}")
        self.audited = audited


@dataclass(frozen=True)
class Draft:
    """What the next snapshot is to be.

    Attributes:
        tables: its folder, as :meth:`pipelines.store.folder.Folder.begin` made it.
        holdings: what it holds of which recording, and where those rows lie.
        declared: every table of it.
        own: the user's own columns.
        write_runs: fills the table of runs, when all others are there to be counted.
        forgotten: passages whose rows are left out.
    """

    tables: Path
    holdings: Holdings
    declared: Mapping[str, Table]
    own: Own
    write_runs: Callable[[], None]
    forgotten: Forgotten

    def write(self) -> None:
        """Write or link every table, each into at least one file, and beside them what they are."""
        run_id = self.tables.parent.name
        assemble(self.tables, self.holdings, self.declared, self.own, run_id, self.forgotten)
        (self.tables / RUNS).mkdir(exist_ok=True)
        self.write_runs()
        fill(self.tables, self.declared)
        describe_snapshot(self.tables, self.declared, self.holdings.licences, run_id)

    def audit(self, ask: Callable[..., Audit]) -> Audit:
        """Ask whether what was written is what was declared, with a row of ``files`` for each file that is known."""
        return ask(self.tables, list(self.declared.values()), inputs=len(self.holdings.files))


def publish(
    folder: Folder,
    draft: Draft,
    *,
    keep: int,
    clear: bool = True,
    ask: Callable[..., Audit] = audit,
    checks: Callable[[], Iterable[Check]] = tuple,
    mend: Callable[[Audit], tuple[str, ...]] = lambda audited: (),
) -> tuple[Path, Audit]:
    """Assemble the tables, audit them, and let readers see them: all at once, or not at all.

    Args:
        keep, clear: as :meth:`pipelines.store.folder.Folder.publish` takes them.
        ask: audits, as :func:`pipelines.audit.audit.audit` does.
        checks: what is asked beside the audit, when the tables are there.
        mend: takes out of the holdings what broke a rule, and says so in lines; then the tables are assembled and
            audited once more.

    Returns:
        The snapshot, and its audit.

    Raises:
        RejectedError: the audit failed.
        CommandError: rows of an earlier version do not fit the tables as they are declared now.
    """
    draft.write()
    audited = draft.audit(ask).and_also(checks())
    if not audited.success and (taken_out := mend(audited)):
        shutil.rmtree(draft.tables)
        draft.tables.mkdir()
        draft.write()
        audited = replace(draft.audit(ask).and_also(checks()), taken_out=taken_out)
    write_whole(draft.tables / AUDIT, audited.to_json().encode())
    if not audited.success:
        raise RejectedError(audited)
    return folder.publish(draft.tables, keep, clear=clear), audited


def link_runs(out: Path, tables: Path) -> None:
    """Give the runs that readers see now their place among those of the next snapshot; many files become one."""
    before = shown(out)
    place_runs(Snapshot(before).files(RUNS) if before else [], tables / RUNS, tables.parent.name)


def fill(tables: Path, declared: Mapping[str, Table]) -> None:
    """Give every table at least one file."""
    for name, table in declared.items():
        (tables / name).mkdir(exist_ok=True)
        if not Snapshot(tables).files(name):
            open_table(tables / name / f"empty{PARQUET}", table).close()
