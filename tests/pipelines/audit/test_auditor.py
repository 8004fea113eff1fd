"""An audit in another process says what one in this process says, and is done here where that process cannot."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipelines.audit.audit import audit
from pipelines.audit.auditor import Auditor, audit_ahead
from pipelines.files.damage import DamagedError
from tests.pipelines.audit.test_audit import corpus, declared, write

TABLES = [table for table in declared().values() if table.name in ("files", "recordings", "errors")]


def filled(folder: Path) -> Path:
    rows = corpus()
    for table in TABLES:
        write(folder, table, rows[table.name])
    return folder


@pytest.fixture(scope="module")
def auditor() -> Iterator[Auditor]:
    with Auditor() as ready:
        yield ready


def test_it_says_what_an_audit_here_says(auditor: Auditor, tmp_path: Path) -> None:
    filled(tmp_path)
    assert auditor.audit(tmp_path, TABLES, inputs=4) == audit(tmp_path, TABLES, inputs=4)
    assert auditor.audit(tmp_path, TABLES, inputs=5).failures == audit(tmp_path, TABLES, inputs=5).failures != ()


def test_what_is_raised_there_is_raised_here(auditor: Auditor, tmp_path: Path) -> None:
    filled(tmp_path)
    (path,) = (tmp_path / "files").glob("*.parquet")
    whole = path.read_bytes()
    footer = pq.read_metadata(path).serialized_size + 8
    path.write_bytes(whole[:4] + bytes(len(whole) - footer - 4) + whole[-footer:])
    with pytest.raises(DamagedError, match=path.name):
        auditor.audit(tmp_path, TABLES)


def test_a_process_that_is_lost_is_not_needed(tmp_path: Path) -> None:
    filled(tmp_path)
    with Auditor([sys.executable, "-c", "pass"]) as lost:
        assert lost.audit(tmp_path, TABLES, inputs=4).success


def test_it_ends_with_the_other_side() -> None:
    with Auditor() as ready:
        process = ready._child.process
        assert process.poll() is None
    assert process.poll() is not None


def test_nothing_is_started_that_is_not_needed() -> None:
    with audit_ahead(is_wanted=False) as ask:
        assert ask is audit
    import great_expectations  # noqa: F401

    with audit_ahead(is_wanted=True) as ask:
        assert ask is audit
