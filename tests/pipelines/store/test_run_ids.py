"""The ids of runs and of snapshots that were written anew."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from pipelines.store.run_ids import began, new_run_id, rewritten, runs_in, superseded
from schemas.layout import ID

FIRST, OLD = "20260101T000000000001Z-00ab", "20260101T000000Z-00ab"


def test_an_id_sorts_behind_what_is_known() -> None:
    known: list[str] = []
    for _ in range(100):
        known.append(new_run_id(known))
    assert known == sorted(known)
    assert len(set(known)) == 100
    assert all(ID.fullmatch(one) for one in known)
    assert new_run_id(["20991231T235959999999Z-ffff-2"]).startswith("21000101T000000000000Z-")


def test_a_rewritten_snapshot_stands_right_behind_its_first() -> None:
    for first in (FIRST, OLD):
        again = rewritten(first)
        assert again == f"{first}-1"
        assert rewritten(again) == f"{first}-2"
        assert ID.fullmatch(again)
        assert first < again


def test_when_a_run_began() -> None:
    assert began("20260102T030405000006Z-0000") == datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert began("20260102T030405Z-ffff-3") == datetime(2026, 1, 2, 3, 4, 5, 999_999, tzinfo=UTC)
    assert began("x") < began("20260102T030405Z-ffff")


def test_what_was_written_anew_takes_the_place_of_what_was(tmp_path: Path) -> None:
    names = [OLD, f"{OLD}-1", f"{OLD}-10", f"{OLD}-9", FIRST, "mine", f".{FIRST}"]
    for name in names:
        (tmp_path / name).mkdir()
    (tmp_path / "20260101T000000000002Z-0000").symlink_to(tmp_path / "mine")
    assert {path.name for path in runs_in(tmp_path)} == {OLD, f"{OLD}-1", f"{OLD}-10", f"{OLD}-9", FIRST}
    assert {path.name for path in superseded(runs_in(tmp_path))} == {OLD, f"{OLD}-1", f"{OLD}-9"}
