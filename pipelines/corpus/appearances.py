"""In which files recordings lie, into which groups these part them, and which of them is there now.

One content may lie in several files, each with own columns: a spot that was aired three times on two stations.  The
parts of a take that was joined are one appearance.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple, cast

from pipelines.corpus.asked import Corpus
from pipelines.files.present import first_there
from pipelines.sql import literal, quoted
from schemas.catalog import nearest
from schemas.errors import UsageError

Count = Literal["recordings", "files"]
"""What is counted: each content once, in whatever groups its files lie; or each file that holds it, in its group."""
COUNTS: tuple[Count, ...] = ("recordings", "files")
NO_VALUE = "(none)"


class Several(NamedTuple):
    """How many recordings there are, how many files hold them, and how many recordings lie in several files."""

    recordings: int
    files: int
    in_several: int


def count_of(word: str) -> Count:
    """What ``--count`` names.

    Raises:
        UsageError: nothing that is counted.
    """
    if word not in COUNTS:
        raise UsageError(f"--count {word}{nearest(word, COUNTS)}")
    return cast(Count, word)


def view_of(corpus: Corpus) -> str:
    """The name of rows with recording_id, uri, the recording's columns and the user's: one for each appearance."""
    return "appearances" if "appearances" in corpus.columns else "recordings"  # which has no files in it


def groups_sql(corpus: Corpus, group: str, count: Count, without: str | None = NO_VALUE) -> str:
    """A SELECT of recording_id, group, files (how many of the recording's are in it) and times (it counts there).

    Where recordings are counted, files without a group say nothing of a recording that has others.

    Args:
        group: SQL of a text over the columns of ``a``, a row of :func:`view_of`.
        without: the group of what has none; None leaves it out.
    """
    instead = "NULL" if without is None else literal(without)
    if count == "files":
        group, times, kept = f"coalesce({group}, {instead})", "count(*)", ""
    else:
        times = "1"
        kept = """QUALIFY "group" IS NOT NULL OR NOT bool_or("group" IS NOT NULL) OVER (PARTITION BY recording_id)"""
    return f"""
        SELECT recording_id, coalesce("group", {instead}) AS "group", files, times FROM (
            SELECT recording_id, "group", count(*) AS files, {times} AS times
            FROM (SELECT a.recording_id, {group} AS "group" FROM {view_of(corpus)} AS a)
            GROUP BY recording_id, "group" {kept}
        ) WHERE {without is not None} OR "group" IS NOT NULL"""


def in_several_groups(corpus: Corpus, column: str) -> int:
    """How many recordings have files in several groups of a metadata column."""
    lying = groups_sql(corpus, f"a.{quoted(column)}::VARCHAR", "recordings")
    question = f"SELECT count(*) FROM (SELECT 1 FROM ({lying}) GROUP BY recording_id HAVING count(*) > 1)"
    return int(corpus.sql(question).fetchall()[0][0])


def several(corpus: Corpus) -> Several:
    """How recordings lie in files."""
    question = f"""
        SELECT count(*), coalesce(sum(n), 0), count(*) FILTER (n > 1)
        FROM (SELECT count(*) AS n FROM {view_of(corpus)} GROUP BY recording_id)"""
    return Several(*map(int, corpus.sql(question).fetchall()[0]))


def links(corpus: Corpus, uris: Mapping[str, str]) -> dict[str, str]:
    """Of each recording the file to open: its ``uri``; where it lies in several, the first that is there now.

    Where none is there, its ``uri``: an archive that is away now may be back when somebody opens it.

    Args:
        uris: of ``recordings``, by recording_id.
    """
    return {**uris, **{key: uri for key, uri in _there_now(corpus) if key in uris}}


def _there_now(corpus: Corpus) -> Iterator[tuple[str, str]]:
    """Of the recordings that lie in several files, the first by name that can be read and has the size that it had."""
    if "files" not in corpus.files:
        return
    rows = corpus.sql("""
        SELECT recording_id, list(uri ORDER BY uri), list(bytes ORDER BY uri) FROM appearances
        GROUP BY recording_id HAVING count(*) > 1""").fetchall()
    for key, uris, sizes in rows:
        if (uri := first_there(zip(uris, sizes, strict=True))) is not None:
            yield key, uri
