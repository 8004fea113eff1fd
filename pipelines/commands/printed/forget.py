"""What ``earwitness forget`` removed, or would remove."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.console import Console

from pipelines.console.numbers import counted

if TYPE_CHECKING:
    from pipelines.store.forget import Removed
    from pipelines.store.report_folder import Pages


def show_removed(console: Console, removed: Removed, *, dry: bool = False) -> None:
    """Say what was removed, or would be."""
    show_rows(console, what_of(removed), removed.snapshots, removed.rows, dry=dry)
    for uri in removed.replaced:
        console.print(
            f"{uri} stays: it held one of them and holds something else now; name it as well if that is to go, too"
        )
    show_given_up(console, removed.staging, removed.pages, dry=dry)
    if not dry:
        console.print(
            "no run takes up these files or this sound again, under whatever name and tags; a copy that was cut, or "
            "coded anew with loss, is another recording, which a run would take"
        )


def what_of(removed: Removed) -> str:
    """``2 recordings in 3 files``."""
    return f"{counted(removed.recordings, 'recording')} in {counted(removed.files, 'file')}"


def show_rows(console: Console, what: str, snapshots: int, rows: Mapping[str, int], *, dry: bool) -> None:
    """Say what was forgotten, or would be, out of how many snapshots, with the rows of each published table."""
    told = ", ".join(f"{n:,} of {table}" for table, n in rows.items()) or "none"
    console.print(
        f"{'to be forgotten' if dry else 'forgotten'}: {what}, out of "
        f"{counted(snapshots, 'snapshot')}; rows of the published tables: {told}"
    )


def show_given_up(console: Console, staging: bool, pages: Pages, *, dry: bool) -> None:
    """Say what else went, or would go: work that was not published, and pages."""
    if staging:
        console.print(f"the work of a run that was not published {'would be' if dry else 'was'} given up")
    if pages.removed:
        console.print(
            f"{counted(pages.removed, 'page')} of the report {'would go' if dry else 'went'}, for they spoke of them: "
            "`earwitness report` writes it anew; pages that you wrote elsewhere or copied are yours to delete"
        )
    if pages.left:
        console.print("what else lies in the folder of the report is not ours, and stays")
    if pages.behind is not None:
        console.print(
            f"the folder of the report is a link to {pages.behind}: pages there may speak of them, and are yours"
        )
