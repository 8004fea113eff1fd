"""The corpus at a glance: how much there is, what became of the files, and what the audit checked."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.console.numbers import hours_in_words
from pipelines.corpus.asked import Corpus
from pipelines.corpus.doubtful import doubted
from pipelines.files.damage import DamagedError
from pipelines.files.json_file import read_json
from pipelines.report.languages import named, spoken_in
from pipelines.report.limits import demo_line
from pipelines.store.read import Snapshot
from schemas.catalog import TABLES
from schemas.doubts import MEANT
from schemas.jobs import JOBS
from schemas.layout import AUDIT
from schemas.reasons import MEANING

_MEANT = {doubt.value: meant for doubt, meant in MEANT.items()}
_OF_CHECK = {"table", "expectation", "success", "unexpected_count"}


@dataclass(frozen=True)
class Glance:
    """The figures at the top of the report.

    Attributes:
        numbers: what it is, and the number as it is shown.
        languages: name with code, and hours of speech.
        doubts: code, what it means, how many transcripts it is said of.
        statuses: of files, and how many.
        errors: reason, what it means, files, up to three of their names.
        audit: table, checks, how many failed, what failed.
        models: job and the checkpoints that made its rows.
        left_out: jobs without a table.
        demo: what its words and labels mean, where the demo's models made some.
    """

    numbers: Sequence[tuple[str, str]]
    languages: Sequence[tuple[str, float]]
    doubts: Sequence[tuple[str, str, int]]
    statuses: Sequence[tuple[str, int]]
    errors: Sequence[tuple[str, str, int, str]]
    audit: Sequence[tuple[str, int, int, str]]
    models: Sequence[tuple[str, str]]
    left_out: Sequence[str]
    updated: str
    demo: str


def glance(corpus: Corpus) -> Glance:
    """Read it from the published tables."""
    ask = corpus.sql
    recordings, hours, speech, loudness = ask("""
        SELECT count(*), coalesce(sum(duration_ms), 0) / 3.6e6,
               sum(duration_ms * speech_share) / nullif(sum(duration_ms) FILTER (speech_share IS NOT NULL), 0),
               median(loudness_lufs) FROM recordings""").fetchall()[0]
    files, failed = ask("SELECT count(*), count(*) FILTER (status = 'failed') FROM files").fetchall()[0]
    numbers = [("recordings", f"{recordings:,}"), ("of audio", hours_in_words(hours)), ("files", f"{files:,}")]
    if speech is not None:
        numbers.append(("speech", f"{100 * speech:.0f} %"))
    if "transcripts" in corpus.files:
        said = ask("SELECT coalesce(sum(len(words)), 0) FROM transcripts").fetchall()[0][0]
        numbers.append(("words", f"{said:,}"))
    made_up = doubted(corpus)
    if made_up is not None and made_up.doubtful:
        numbers.append(("of transcripts doubtful", f"{100 * made_up.doubtful / made_up.rows:.1f} %"))
    if loudness is not None:
        numbers.append(("median loudness", f"{loudness:.1f} LUFS"))
    numbers.append(("files that failed", f"{failed:,}"))
    spoken = spoken_in(Snapshot(corpus.snapshot))
    return Glance(
        numbers,
        named(spoken) if spoken is not None else [],
        [(code, _MEANT.get(code, ""), n) for code, n in made_up.reasons.items()] if made_up is not None else [],
        ask("SELECT status, count(*) AS n FROM files GROUP BY ALL ORDER BY n DESC").fetchall(),
        _errors(corpus),
        _audit(corpus),
        [(job, _models(corpus, job)) for job in JOBS if job in corpus.files],
        [job for job in JOBS if job not in corpus.files],
        _updated(corpus),
        demo_line(corpus),
    )


def _errors(corpus: Corpus) -> list[tuple[str, str, int, str]]:
    rows = corpus.sql("""
        SELECT reason, count(DISTINCT uri) AS n,
               list_slice(list_sort(list(DISTINCT parse_filename(uri, false, 'forward_slash'))), 1, 3)
        FROM errors GROUP BY reason ORDER BY n DESC, reason""").fetchall()
    return [
        (reason, MEANING.get(reason, ""), n, ", ".join(names) + (" ..." if n > 3 else "")) for reason, n, names in rows
    ]


def _audit(corpus: Corpus) -> list[tuple[str, int, int, str]]:
    path = corpus.snapshot / AUDIT
    if not os.path.lexists(path):
        return []
    checks = read_json(path).get("checks")
    if not isinstance(checks, list) or not all(isinstance(one, dict) and set(one) >= _OF_CHECK for one in checks):
        raise DamagedError(path, "is damaged (it holds no checks)")
    found = []
    for name in dict.fromkeys(check["table"] for check in checks):
        mine = [check for check in checks if check["table"] == name]
        wrong = [check for check in mine if not check["success"]]
        told = "; ".join(f"{check['expectation']} ({check['unexpected_count']} rows)" for check in wrong)
        found.append((name, len(mine), len(wrong), told))
    return sorted(found, key=lambda row: list(TABLES).index(row[0]) if row[0] in TABLES else len(TABLES))


def _models(corpus: Corpus, job: str) -> str:
    rows = corpus.sql(f"SELECT DISTINCT model FROM {job} ORDER BY model").fetchall()
    return ", ".join(row[0] for row in rows)


def _updated(corpus: Corpus) -> str:
    row = corpus.sql("SELECT max(finished) FROM runs").fetchall()[0][0]
    return "" if row is None else f"{row:%Y-%m-%d %H:%M} UTC"
