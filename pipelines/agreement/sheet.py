"""A coding sheet that people have filled in, next to what the corpus says of its segments."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.agreement.coders import MACHINE, check_apart
from pipelines.agreement.sample import MACHINES
from pipelines.console.numbers import counted
from pipelines.corpus.asked import Corpus, open_corpus
from pipelines.corpus.segments import labels_of, segments_of
from pipelines.errors import CommandError
from pipelines.files.sheet import read_sheet as read_cells
from schemas.errors import UsageError
from schemas.shown import shown

NOTHING = "-"
"""What a person writes where nothing is said; an empty cell was not coded."""


@dataclass(frozen=True)
class Coded:
    """A segment.

    Attributes:
        transcript: the machine's, without case and punctuation; None where it made none.
        transcripts: of each coder who gave one, likewise; empty where nothing is said.
        emotions: the label of each coder who gave one.
        labels: the same, with the machine's under ``machine``.
    """

    recording_id: str
    heard_group: str
    transcript: str | None
    transcripts: Mapping[str, str]
    emotions: Mapping[str, str]
    labels: Mapping[str, str]

    def has(self, who: Iterable[str]) -> bool:
        """Whether all of them gave a label."""
        return all(one in self.labels for one in who)


@dataclass(frozen=True)
class Sheet:
    """A sheet that was read.

    Attributes:
        coded: the rows whose segments the corpus holds.
        doubts: why its figures should not stand for the corpus, a line each.
    """

    coded: list[Coded]
    doubts: list[str]


def read_sheet(out: Path, path: Path) -> Sheet:
    """What people filled in, held against what the corpus says now.

    Raises:
        CommandError: no corpus; no segment of the sheet is in it; nothing is filled in.
        UsageError: the sheet cannot be read, lacks columns, names a segment or a column twice, or coders who are
            not told from each other or from the machine.
    """
    rows = _rows(path)
    columns = [name for name in rows[0] if name not in MACHINES and re.fullmatch(r".+_(transcript|emotion)", name)]
    if not columns:
        raise UsageError(f"{path}: no column CODER_transcript or CODER_emotion")
    check_apart(list(dict.fromkeys(name.rpartition("_")[0] for name in columns)), str(path))
    with open_corpus(out) as corpus:
        heard = {one.segment_id: one for one in segments_of(corpus, ids=[row["segment_id"] for row in rows])}
        if not heard:
            raise CommandError(f"{path}: none of its segments is in {out}: is it the sheet of another corpus?")
        known = labels_of(corpus)
        doubts = _of_another(corpus, [row["segment_id"] for row in rows if row["segment_id"] not in heard], len(rows))
    coded = []
    for row in rows:
        machine = heard.get(row["segment_id"])
        if machine is None:  # forgotten since, or cut otherwise
            continue
        filled = {name: row[name].strip() for name in columns if (row[name] or "").strip()}
        emotions = {n.removesuffix("_emotion"): v.casefold() for n, v in filled.items() if n.endswith("_emotion")}
        labels = {**emotions, **({MACHINE: machine.emotion.casefold()} if machine.emotion else {})}
        transcripts = {
            n.removesuffix("_transcript"): spoken("" if v == NOTHING else v)
            for n, v in filled.items()
            if n.endswith("_transcript")
        }
        said = None if machine.transcript is None else spoken(machine.transcript)
        coded.append(Coded(machine.recording_id, row.get("group") or "", said, transcripts, emotions, labels))
    if not any(one.transcripts or one.emotions for one in coded):
        raise CommandError(f"{path}: nothing is filled in: fill the columns {', '.join(columns)}")
    return Sheet(coded, [*doubts, *foreign_labels(known, coded)])


def _of_another(corpus: Corpus, missing: Sequence[str], n: int) -> list[str]:
    """Why the sheet is not that of this corpus as it is; segments of recordings that were forgotten are no reason."""
    recut = corpus.sql(
        "SELECT count(*) FROM (SELECT unnest(?::VARCHAR[]) AS id) m "
        "WHERE EXISTS (FROM recordings r WHERE starts_with(m.id, r.recording_id))",
        [list(missing)],
    ).fetchall()[0][0]
    if recut:
        return [
            f"{counted(recut, 'segment')} of the sheet's {n:,} are no segments any more, though their recordings are "
            "there: it was drawn from another snapshot"
        ]
    if 2 * len(missing) > n:
        return [f"{len(missing):,} of the sheet's {counted(n, 'segment')} are of recordings that are not in the corpus"]
    return []


def foreign_labels(known: Sequence[str], coded: Iterable[Coded]) -> list[str]:
    """A line for each coder with labels that no emotion model of the corpus has: no answer agrees with them.

    Args:
        known: the labels of the models; where there are none, all are foreign.
    """
    own = {label.casefold() for label in known}
    counts: dict[str, Counter[str]] = {}
    for one in coded:
        for coder, label in one.emotions.items():
            if label not in own:
                counts.setdefault(coder, Counter())[label] += 1
    theirs = f"its own are {', '.join(known)}" if known else "the corpus holds no emotions"
    return [
        f"{coder}_emotion has labels that the machine does not: "
        f"{', '.join(f'{label!r} ({n:,})' for label, n in sorted(found.items()))}; {theirs}"
        for coder, found in sorted(counts.items())
    ]


def spoken(text: str) -> str:
    """A text as word error rates count it: without case and punctuation, apostrophes kept."""
    return " ".join(re.sub(r"[^\w\s']", " ", text.casefold().replace("’", "'")).split())


def _rows(path: Path) -> list[dict[str, str]]:
    read = read_cells(path, lambda header: "segment_id" in header)
    if not read.rows or "segment_id" not in read.header:
        raise UsageError(f"{path}: expected a sheet of `earwitness sample`, with a column segment_id and rows")
    rows, seen = [], set[str]()
    for line, cells in read.rows:
        row = dict(zip(read.header, cells, strict=True))
        if row["segment_id"] in seen:
            raise UsageError(f"{path}, line {line}: the segment {shown(row['segment_id'])} stands there twice")
        seen.add(row["segment_id"])
        rows.append(row)
    return rows
