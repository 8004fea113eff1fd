"""Writes the pages of a corpus into a folder, each whole or not at all."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from pipelines.expectations import quoted
from pipelines.failure import RunError
from pipelines.report.corpus_page import corpus_page
from pipelines.report.folder import FOLDER
from pipelines.report.recording_page import recording_page
from pipelines.report.tables import Tables, open_tables
from schemas.catalog import nearest
from schemas.config import ConfigError

MOST_GROUPS = 60
"""Of a column that was asked for: more make a chart that nobody reads."""
TOP = re.compile(r"top:([1-9]\d*)")


def write_report(
    out: Path,
    to: Path | None = None,
    *,
    by: Sequence[str] = (),
    phrases: Sequence[str] = (),
    recordings: Sequence[str] = (),
    linked: bool = True,
) -> list[Path]:
    """Write ``report.html`` and a page for each recording that was named; returns the files.

    Args:
        to: the folder, by default ``OUT/report``.
        by: metadata columns; by default those that part the recordings into a few groups.
        phrases: to count over time and groups.
        recordings: ids, file names, or ``top:N`` for the N with the most speech.
        linked: let pages play the recordings from where they lie.

    Raises:
        ConfigError: an unknown column or recording.
        RunError: no corpus, one without recordings, or a folder that cannot be written.
    """
    tables = open_tables(out)
    if not tables.connection.execute("SELECT count(*) FROM recordings").fetchall()[0][0]:
        raise RunError(f"{out}: no recording could be read, so there is nothing to show; see its table `errors`")
    for column in by:
        if column not in tables.own:
            none = f"--by {column}: the corpus has no metadata: run it with --metadata CSV"
            near = f"--by {column}: the metadata has no such column{nearest(column, tables.own)}"
            raise ConfigError(near if tables.own else none)
        n = tables.connection.execute(f"SELECT count(DISTINCT {quoted(column)}) FROM recordings").fetchall()[0][0]
        if n > MOST_GROUPS:
            raise ConfigError(f"--by {column}: {n:,} groups are too many to look at; a page holds {MOST_GROUPS}")
    folder = to or out / FOLDER
    chosen = _chosen(tables, recordings)
    pages = {key: f"{key}.html" for key in chosen}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        written = [
            _write(folder / page, recording_page(tables, key, "report.html", linked)) for key, page in pages.items()
        ]
        title = out.resolve().name
        groups = list(dict.fromkeys(by)) or tables.groups()
        page = corpus_page(tables, title, groups, list(dict.fromkeys(phrases)), pages, linked)
        return [_write(folder / "report.html", page), *written]
    except OSError as error:
        raise RunError(f"{folder}: {error.strerror or error}: name a folder that can be written with --to") from None


def _write(path: Path, page: str) -> Path:
    growing = path.with_name(f".{path.name}")
    growing.write_text(page, "utf-8")
    os.replace(growing, path)
    return path


def _chosen(tables: Tables, words: Sequence[str]) -> list[str]:
    """The recordings that the words name, each once."""
    rows = tables.connection.execute("""
        SELECT recording_id, uri, parse_filename(uri, false, 'forward_slash') FROM recordings
        ORDER BY duration_ms * coalesce(speech_share, 0) DESC, recording_id""").fetchall()
    chosen: dict[str, None] = {}
    for word in words:
        if top := TOP.fullmatch(word):
            found = [row[0] for row in rows[: int(top[1])]]
        else:
            found = [row[0] for row in rows if word in row or os.path.abspath(word) == row[1]]
        if not found:
            near = nearest(word, [row[2] for row in rows[:10_000]])
            hint = near if near.startswith(": did you mean") or len(rows) < 20 else ""  # no list of thousands
            raise ConfigError(f"--recordings {word}: no recording of that id or file name{hint}")
        chosen.update(dict.fromkeys(found))
    return list(chosen)
