"""How far speaker labels agree with a metadata column that names who speaks; it had no part in them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import duckdb

from pipelines.console.numbers import counted
from pipelines.corpus.asked import open_corpus
from pipelines.store.folder import published
from pipelines.store.read import Snapshot

USUAL = "speaker"


class Check(NamedTuple):
    """How far speaker labels agree with a metadata column that names who speaks.

    Attributes:
        recordings: how many have both a value in the column and a speaker.
        people: distinct values of the column among them.
        voices: distinct pseudonyms among them.
        rand: adjusted Rand index (Hubert and Arabie 1985): 0 is chance, 1 the same groups.
        purity: share of the recordings whose value is the commonest one of their pseudonym.
    """

    column: str
    recordings: int
    people: int
    voices: int
    rand: float
    purity: float

    @property
    def compared(self) -> str:
        """What was held against what, in words."""
        return (
            f"{counted(self.recordings, 'recording')}, {counted(self.people, 'value')}; "
            f"of each the voice heard longest, {counted(self.voices, 'voice')}"
        )


def check_column(out: Path, column: str | None) -> None:
    """Refuse a column to compare with that is no metadata column.

    Raises:
        UsageError: no metadata column has that name.
        CommandError: there is no corpus.
    """
    with open_corpus(out) as corpus:
        corpus.check_own([] if column is None else [column], "--check")


def check(out: Path, column: str | None) -> Check | None:
    """Compare the voice heard longest in each recording with the column; None where there is too little of it.

    Args:
        column: None for ``speaker``, where the metadata has it.
    """
    from sklearn.metrics import adjusted_rand_score
    from sklearn.metrics.cluster import contingency_matrix

    snapshot = published(out)
    column = column or USUAL
    with open_corpus(out) as corpus:
        own = corpus.own
    if column not in own:
        return None
    labels, recordings = (Snapshot(snapshot).rows(name) for name in ("speaker_labels", "recordings"))
    recordings = recordings.select(["recording_id", column]).rename_columns(["recording_id", "person"])
    with duckdb.connect(config={"temp_directory": ""}) as duck:  # by itself it spills to where one stands
        duck.register("labels", labels)
        duck.register("recordings", recordings)
        pairs = duck.execute(
            """
            SELECT recordings.person::VARCHAR, arg_max(corpus_speaker, (ms, corpus_speaker))
            FROM (
                SELECT recording_id, corpus_speaker, sum(end_ms - start_ms) AS ms
                FROM labels WHERE corpus_speaker IS NOT NULL GROUP BY ALL
            ) JOIN recordings USING (recording_id)
            WHERE recordings.person IS NOT NULL GROUP BY recording_id, recordings.person
            """
        ).fetchall()
    if len(pairs) < 2:
        return None
    people, voices = zip(*pairs, strict=True)
    purity = contingency_matrix(people, voices).max(axis=0).sum() / len(pairs)
    rand = adjusted_rand_score(people, voices)
    return Check(column, len(pairs), len(set(people)), len(set(voices)), float(rand), float(purity))
