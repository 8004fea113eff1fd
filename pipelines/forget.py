"""Consent withdrawn: every row of a recording out of every table, and a tombstone in its place."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console

from pipelines.agreement import NAME as AGREEMENT
from pipelines.assemble import as_written, assemble
from pipelines.audit import audit
from pipelines.chosen import Names
from pipelines.failure import RunError
from pipelines.holdings import Holdings
from pipelines.inventory import Own
from pipelines.log import NAME as LOG
from pipelines.passes import Pass
from pipelines.plural import counted
from pipelines.report.folder import remove_report
from pipelines.snapshot import Corpus
from pipelines.whole_file import write_whole
from schemas.catalog import TABLES
from schemas.forgotten import NAME, Forgotten
from transforms.discover import uri_of
from transforms.shards import open_parquet

GONE = "(forgotten)"
NAMED = 3
"""Of the paths that a wrong word may mean."""


@dataclass
class Removed:
    """Attributes:
    rows: rows that were taken out of the published tables.
    snapshots: how many snapshots held some.
    staging: whether unpublished work was given up.
    report: whether the pages of `earwitness report` were removed.
    """

    recordings: int = 0
    files: int = 0
    rows: Counter[str] = field(default_factory=Counter)
    snapshots: int = 0
    staging: bool = False
    report: bool = False


def forget(out: Path, words: Iterable[str]) -> Removed:
    """Remove recordings, each named by its id or by any file that holds it, with all copies.

    The tombstones come first, so that a run that follows a forgetting that was cut off takes nothing
    up again; to repeat the command finishes the work.

    Raises:
        BusyError: a run is at work.
        RunError: there is no corpus; a word names nothing in it; the tables that are left fail the audit.
    """
    corpus = Corpus(out)
    if not corpus.current.exists():
        raise RunError(f"{out} holds no corpus")
    with corpus.held():
        ids, uris = _meant(corpus, list(words))
        _bury(out, Forgotten.read(out).also({*ids, *uris}))
        removed = Removed(len(ids), len(uris))
        removed.staging = corpus.staging.exists()
        (out / AGREEMENT).unlink(missing_ok=True)  # its groups may name people
        corpus.clear()  # what was not published may hold anything
        removed.report = remove_report(out)  # so may its pages, and to write them anew takes a minute
        shown = corpus.current.resolve()
        for snapshot in sorted(corpus.snapshots.glob("[!.]*")):
            if not _speaks_of(snapshot, ids, uris):
                continue
            removed.snapshots += 1
            if snapshot.resolve() == shown:
                before = _counts(snapshot)
                tables = _without(corpus, snapshot, ids, uris, corpus.new_run_id())
                audited = audit(tables, [as_written(tables, name) for name in _names(tables)])
                if not audited.success:
                    raise RunError(f"the audit of what is left failed: {audited.summary()[0]}")
                (tables / "audit.json").write_text(audited.to_json())
                after = _counts(corpus.publish(tables, keep=1 << 30))
                removed.rows.update({name: n - after[name] for name, n in before.items() if n > after[name]})
                corpus.remove(snapshot)
            else:
                corpus.replace(snapshot, _without(corpus, snapshot, ids, uris, snapshot.name))
                corpus.clear()
        _scrub_log(out, ids, uris)
    return removed


def show_removed(console: Console, removed: Removed) -> None:
    """Say what was removed."""
    rows = ", ".join(f"{n:,} of {table}" for table, n in removed.rows.items()) or "none"
    console.print(
        f"forgotten: {counted(removed.recordings, 'recording')} in {counted(removed.files, 'file')}, out of "
        f"{counted(removed.snapshots, 'snapshot')}; rows of the published tables: {rows}",
        highlight=False,
    )
    if removed.staging:
        console.print("the work of a run that was not published was given up", highlight=False)
    if removed.report:
        console.print(
            "the report was removed, for its pages spoke of them: `earwitness report` writes it anew; "
            "pages that you wrote elsewhere or copied are yours to delete",
            highlight=False,
        )


def _meant(corpus: Corpus, words: Collection[str]) -> tuple[set[str], set[str]]:
    """The recordings that the words name, and all files that hold or held them."""
    held: dict[str, set[str]] = {}
    unread: set[str] = set()
    for rows in _inventories(corpus):
        for uri, key in rows:
            if key is None:
                unread.add(uri)
            else:
                held.setdefault(key, set()).add(uri)
    ids: set[str] = set()
    uris: set[str] = set()
    already = Forgotten.read(corpus.out)
    for word in words:
        named = {word, uri_of(os.path.abspath(word))}
        found = {word} & held.keys() | {key for key, of in held.items() if named & of}
        if not found and not named & unread and not any(already.holds(name) for name in named):
            near = Names([(uri, uri) for uri in {*unread, *(uri for of in held.values() for uri in of)}]).named(word)
            meant = f": did you mean {' or '.join(sorted(near)[:NAMED])}?" if near else ""
            raise RunError(f"{word}: no recording of that id, and no file of that path, is in the tables{meant}")
        ids |= found
        uris |= named & unread if not re.fullmatch(r"[0-9a-f]{32}", word) else set()
        uris |= {name for name in named if already.holds(name)}
    return ids, uris.union(*(held[key] for key in ids))


def _inventories(corpus: Corpus) -> Iterator[list[tuple[str, str | None]]]:
    for snapshot in corpus.snapshots.glob("[!.]*"):
        yield [(uri, row.recording_id) for uri, row in Holdings.read(snapshot).files.items()]
    for folder in corpus.staging.glob("*/passes/*"):
        done = Pass.reopen(folder)
        rows = done.read("files", ["uri", "recording_id"]) if done else None
        if rows is not None:
            yield list(zip(rows["uri"].to_pylist(), rows["recording_id"].to_pylist(), strict=True))


def _bury(out: Path, forgotten: Forgotten) -> None:
    write_whole(out / NAME, forgotten.to_json().encode("utf-8"))


def _speaks_of(snapshot: Path, ids: Collection[str], uris: Collection[str]) -> bool:
    files = Holdings.read(snapshot).files
    if any(uri in uris or row.recording_id in ids for uri, row in files.items()):
        return True
    return any(_scrubbed(text, {*ids, *uris}) != text for text in _read_runs(snapshot)["config"].to_pylist())


def _without(corpus: Corpus, snapshot: Path, ids: Collection[str], uris: Collection[str], run_id: str) -> Path:
    """The tables of a snapshot without them, in staging."""
    holdings = Holdings.read(snapshot)
    holdings.drop_files([uri for uri, row in holdings.files.items() if uri in uris or row.recording_id in ids])
    declared = {name: as_written(snapshot, name) for name in _names(snapshot)}
    tables = corpus.begin(run_id)
    assemble(tables, holdings, declared, Own((), None), run_id)
    runs = _read_runs(snapshot)
    at = runs.schema.get_field_index("config")
    configs = [_scrubbed(text, {*ids, *uris}) for text in runs["config"].to_pylist()]
    (tables / "runs").mkdir()
    with open_parquet(tables / "runs" / f"{run_id}.parquet", TABLES["runs"].schema) as writer:
        writer.write_table(runs.set_column(at, runs.schema.field(at), pa.array(configs, pa.string())))
    corpus.fill(tables, declared)
    return tables


def _read_runs(snapshot: Path) -> pa.Table:
    return pq.read_table(snapshot / "runs", partitioning=None, schema=TABLES["runs"].schema)


def _scrubbed(text: str, names: Collection[str]) -> str:
    """The text without these names, however JSON wrote them."""
    for name in sorted(names, key=len, reverse=True):
        for written in {json.dumps(name)[1:-1], name}:
            text = text.replace(written, GONE)
    return text


def _scrub_log(out: Path, ids: Collection[str], uris: Collection[str]) -> None:
    path = out / LOG
    if path.exists():
        text = path.read_text(encoding="utf-8", errors="replace")
        clean = _scrubbed(text, {*ids, *uris})
        if clean != text:
            write_whole(path, clean.encode("utf-8"))


def _names(snapshot: Path) -> list[str]:
    return [name for name in TABLES if (snapshot / name).is_dir()]


def _counts(snapshot: Path) -> dict[str, int]:
    return {
        name: sum(pq.read_metadata(path).num_rows for path in (snapshot / name).glob("*.parquet"))
        for name in _names(snapshot)
        if name != "runs"
    }
