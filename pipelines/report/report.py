"""Writes the pages of a corpus into a folder, each whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipelines.corpus.appearances import Count, view_of
from pipelines.corpus.asked import Corpus, open_corpus
from pipelines.corpus.chosen import chosen
from pipelines.corpus.target import check_targets
from pipelines.errors import CommandError, why
from pipelines.files.atomic import write_whole
from pipelines.report.corpus_page import corpus_page
from pipelines.report.groups import grouping_columns
from pipelines.report.recording_page import recording_page
from pipelines.sql import quoted
from pipelines.store.report_folder import PAGE
from schemas.errors import UsageError
from schemas.layout import REPORT

MOST_GROUPS = 60
"""Of a column that was asked for: more make a chart that nobody reads."""


def write_report(
    out: Path,
    to: Path | None = None,
    *,
    by: Sequence[str] = (),
    phrases: Sequence[str] = (),
    recordings: Sequence[str] = (),
    linked: bool = True,
    count: Count = "recordings",
) -> list[Path]:
    """Write ``report.html`` and a page for each recording that was named; returns the files.

    Args:
        to: the folder, by default ``OUT/report``.
        by: metadata columns; by default those that part the recordings into a few groups.
        phrases: to count over time and groups.
        recordings: as :func:`pipelines.corpus.chosen.chosen` takes them.
        linked: let pages play the recordings from where they lie.
        count: of a content that several files hold: it, in each group in which they lie, or each of these files.

    Raises:
        UsageError: an unknown column or recording, a folder of the corpus that is not for pages.
        CommandError: no corpus, one without recordings, or a folder that cannot be written.
    """
    folder = to or out / REPORT
    with open_corpus(out) as corpus:
        if not corpus.sql("SELECT count(*) FROM recordings").fetchall()[0][0]:
            nothing = "no recording could be read, so there is nothing to show"
            raise CommandError(f"{out}: {nothing}; see its table `errors`")
        _check_groups(corpus, by)
        pages = {key: f"{key}.html" for key in chosen(corpus, recordings, "--recordings")}
        check_targets(corpus, [folder / page for page in (PAGE, *pages.values())], pages=True)
        groups = list(dict.fromkeys(by)) or grouping_columns(corpus)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            written = [_write(folder / page, recording_page(corpus, key, PAGE, linked)) for key, page in pages.items()]
            page = corpus_page(corpus, out.resolve().name, groups, list(dict.fromkeys(phrases)), pages, linked, count)
            return [_write(folder / PAGE, page), *written]
        except OSError as error:
            told = f"{folder}: {why(error)}: name a folder that can be written with --to"
            raise CommandError(told) from None


def _check_groups(corpus: Corpus, columns: Sequence[str]) -> None:
    corpus.check_own(columns)
    for column in columns:
        n = corpus.sql(f"SELECT count(DISTINCT {quoted(column)}) FROM {view_of(corpus)}").fetchall()[0][0]
        if n > MOST_GROUPS:
            raise UsageError(f"--by {column}: {n:,} groups are too many to look at; a page holds {MOST_GROUPS}")


def _write(path: Path, page: str) -> Path:
    write_whole(path, page.encode("utf-8"))
    return path
