"""The one way to publish: what the audit refuses is not seen, and what can be mended is assembled anew."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipelines.audit.check import Audit, Check
from pipelines.store.folder import Folder, published
from pipelines.store.manifest import Holdings
from pipelines.store.next_snapshot import as_written
from pipelines.store.own import Own
from pipelines.store.publish import Draft, RejectedError, link_runs, publish
from pipelines.store.read import Snapshot
from schemas.forgotten import Forgotten
from tests.pipelines import corpora
from tests.pipelines.corpora import DEMO

WRONG = Check("files", "holds what nobody has", (), False, 1, 1)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    recordings = [DEMO / "signals" / "yes.wav", DEMO / "signals" / "tones.wav"]
    corpora.publish(tmp_path / "out", {}, recordings, tables=["windows"])
    return Folder(tmp_path / "out")


def draft_of(folder: Folder) -> Draft:
    """The published corpus once more."""
    before = published(folder.out)
    tables = folder.begin(folder.new_run_id())
    declared = {name: as_written(before, name) for name in Snapshot(before).tables}
    return Draft(
        tables, Holdings.read(before), declared, Own((), None), lambda: link_runs(folder.out, tables), Forgotten()
    )


def rows(snapshot: Path, table: str) -> list[dict]:
    return pq.read_table(snapshot / table, partitioning=None).to_pylist()


def test_what_is_assembled_is_audited_and_seen(folder: Folder) -> None:
    before = published(folder.out)
    kept = {name: rows(before, name) for name in ("windows", "files", "runs")}
    snapshot, audited = publish(folder, draft_of(folder), keep=3)
    assert published(folder.out) == snapshot.resolve() != before
    assert {name: rows(snapshot, name) for name in kept} == kept
    assert audited.success
    says = {check["expectation"] for check in json.loads((snapshot / "audit.json").read_text())["checks"]}
    assert "has a row for each of the 2 inputs" in says
    assert not folder.staging.exists()


def test_what_the_audit_refuses_is_not_seen_and_stays_to_be_looked_at(folder: Folder) -> None:
    before, draft = published(folder.out), draft_of(folder)
    with pytest.raises(RejectedError, match=r"the audit failed; nothing was published: .*nobody has") as raised:
        publish(folder, draft, keep=3, checks=lambda: [WRONG])
    assert raised.value.audited.failures == (WRONG,)
    assert published(folder.out) == before
    assert rows(draft.tables, "windows") == rows(before, "windows")
    (failed,) = [one for one in json.loads((draft.tables / "audit.json").read_text())["checks"] if not one["success"]]
    assert failed["expectation"] == WRONG.expectation


def test_files_that_the_tables_lost_are_missed(folder: Folder) -> None:
    """Whoever publishes: a row of files for each file that is known."""
    before, draft = published(folder.out), draft_of(folder)
    draft.holdings.files["/lost.wav"] = next(iter(draft.holdings.files.values()))
    with pytest.raises(RejectedError, match="has a row for each of the 3 inputs"):
        publish(folder, draft, keep=3)
    assert published(folder.out) == before


def test_what_is_mended_is_assembled_once_more_without_what_was_there(folder: Folder) -> None:
    draft, asked = draft_of(folder), []
    gone = min(draft.holdings.files)

    def checks() -> list[Check]:
        return [] if asked else [WRONG]

    def mend(audited: Audit) -> tuple[str, ...]:
        asked.append(audited.failures)
        (draft.tables / "windows" / "of the first time.parquet").touch()
        draft.holdings.drop_files([gone])
        return ("one file taken out",)

    snapshot, audited = publish(folder, draft, keep=3, checks=checks, mend=mend)
    assert asked == [(WRONG,)]
    assert audited.taken_out == ("one file taken out",)
    assert len(rows(snapshot, "files")) == 1
    assert gone not in {row["uri"] for row in rows(snapshot, "recordings")}


def test_what_cannot_be_mended_is_refused_after_one_try(folder: Folder) -> None:
    before, asked = published(folder.out), []

    def mend(audited: Audit) -> tuple[str, ...]:
        asked.append(audited)
        return ("tried",)

    with pytest.raises(RejectedError):
        publish(folder, draft_of(folder), keep=3, checks=lambda: [WRONG], mend=mend)
    assert len(asked) == 1
    assert published(folder.out) == before
