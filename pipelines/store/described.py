"""What a snapshot says of itself, to whoever was handed its folder: a page for people, a descriptor for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from pipelines.files.atomic import write_whole
from pipelines.store.datapackage import datapackage
from pipelines.store.licences import models_in
from pipelines.store.page import page
from pipelines.store.read import Snapshot
from pipelines.store.run_ids import began
from pipelines.store.versions import version_of
from schemas.layout import DESCRIPTOR, PAGE
from schemas.table import Table


def describe_snapshot(folder: Path, tables: Mapping[str, Table], licences: Mapping[str, str], run_id: str) -> None:
    """Write both beside the tables: the same for the same tables, for they read no clock and name no recording.

    Args:
        folder: of the tables, each of which has its files.
        tables: as they were written: vectors sized, the user's columns added.
        licences: of checkpoints, by ``name@revision``.
        run_id: what the snapshot is called.
    """
    snapshot, version, at = Snapshot(folder), version_of("earwitness"), began(run_id)
    models = models_in(snapshot, licences)
    created = "" if at == datetime.min.replace(tzinfo=UTC) else f"{at:%Y-%m-%dT%H:%M:%SZ}"
    about = datapackage(snapshot, tables, models, version, created, run_id)
    write_whole(folder / DESCRIPTOR, f"{json.dumps(about, indent=1, ensure_ascii=False)}\n".encode())
    counts = {name: snapshot.count(name) for name in tables}
    write_whole(folder / PAGE, page(tables, counts, models, version, created, run_id).encode())
