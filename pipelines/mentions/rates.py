"""How often phrases are said, and how the voice sounds there, by group."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from pipelines.corpus.appearances import Count, groups_sql
from pipelines.corpus.asked import Corpus
from pipelines.corpus.doubtful import KEPT, Doubtful
from pipelines.mentions.dimensions import dimensions_in
from pipelines.mentions.unspaced import UNSPACED, unspaced_words
from pipelines.sql import quoted
from pipelines.statistics.intervals import FEWEST, Of, ratio_interval


def mention_rates(
    corpus: Corpus,
    mentions: pd.DataFrame,
    phrases: Sequence[str],
    by: Sequence[str] = (),
    months: Collection[str] = (),
    count: Count = "recordings",
    doubtful: Doubtful = "in",
) -> pd.DataFrame:
    """Mentions of each phrase in each group of each metadata column.

    >>> mentions = find_mentions(corpus, ["acme"])
    >>> rates = mention_rates(corpus, mentions, ["acme"], by=["region"])

    Args:
        mentions: of :func:`~pipelines.mentions.find.find_mentions`, of these phrases, once for each recording; or of
            :func:`~pipelines.mentions.find.mentions_alone`, where nothing of the emotions is asked.
        by: metadata columns; none for the whole corpus.
        months: those of them that hold dates, to be counted by month (2024-01); what has no date is left out.
        count: ``recordings``: what is said in one content counts once in each group in which files of it lie;
            ``files``: it counts, as the content's hours and words, once for each of the files, in that file's group.
        doubtful: as the mentions were asked for: words of transcripts that were left out are not counted either.

    Returns: a row for each phrase, column and group.  Columns: phrase, by, group ("(none)" without a value), counted
        (``count``), mentions, fuzzy (of them), recordings_with (a mention), recordings, files_with, files (that hold
        these recordings, in this group), small (fewer than FEWEST recordings), hours (their length), words (of scripts
        without blanks those of :func:`~pipelines.mentions.unspaced.words_of`); per_hour and per_1000_words; for each
        class of the emotion model d_CLASS, and d_arousal, d_dominance, d_valence: the mean over the mentions of its
        probability, or of the number, there less that in the rest of the recording.  Rates and differences have _low
        and _high beside them, the 95 % interval by a jackknife over recordings
        (:func:`~pipelines.statistics.intervals.ratio_interval`, also for its rule where there is no mention); null
        where fewer than FEWEST recordings stand behind them.

    Raises:
        UsageError: an unknown column.
    """
    corpus.check_own(by)
    lengths = corpus.sql(
        f"""
        WITH kept AS (FROM transcripts WHERE {KEPT[doubtful]}),
        said AS (
            SELECT recording_id, sum(words) AS words FROM (
                SELECT recording_id, len(words) AS words FROM kept WHERE NOT {UNSPACED}
                UNION ALL SELECT recording_id, said FROM unspaced
            ) GROUP BY recording_id)
        SELECT recording_id, r.duration_ms / 3.6e6 AS hours, coalesce(s.words, 0)::DOUBLE AS words
        FROM recordings AS r LEFT JOIN said AS s USING (recording_id) ORDER BY recording_id""",
        beside={"unspaced": unspaced_words(corpus, doubtful)},
    ).df()
    lengths = lengths.set_index("recording_id")
    columns = [*dict.fromkeys(by)] or [""]
    lying = {name: corpus.sql(_groups(corpus, name, name in months, count)).df() for name in columns}
    rows = []
    for phrase in dict.fromkeys(phrases):
        mine = mentions[mentions["phrase"] == phrase]
        each = lengths.copy()
        for name, those in (("mentions", mine), ("fuzzy", mine[mine["distance"] > 0])):
            each[name] = those.groupby("recording_id").size().reindex(each.index, fill_value=0).astype(float)
        for column in columns:
            named = lying[column].merge(each, left_on="recording_id", right_index=True)
            for name in ("hours", "words", "mentions", "fuzzy"):
                named[name] *= named["times"]
            having = named.loc[named["mentions"] > 0, "mentions"]
            at_once = having.mean() if len(having) else 1.0
            for group, those in named.groupby("group", sort=True):
                told = {"phrase": phrase, "by": column, "group": group, "counted": count}
                rows.append({**told, **_rates(those, at_once), **_emotions(mine, those)})
    return pd.DataFrame(rows)


def _groups(corpus: Corpus, column: str, is_month: bool, count: Count) -> str:
    """Which recordings lie in which groups, as SQL."""
    if not column:
        return groups_sql(corpus, "''", count)
    if is_month:
        return groups_sql(corpus, f"strftime(TRY_CAST(a.{quoted(column)}::VARCHAR AS DATE), '%Y-%m')", count, None)
    return groups_sql(corpus, f"nfc_normalize(a.{quoted(column)}::VARCHAR)", count)


def _rates(those: pd.DataFrame, at_once: float) -> dict[str, object]:
    said = those["mentions"].to_numpy()
    row: dict[str, object] = {
        "mentions": int(said.sum()),
        "fuzzy": int(those["fuzzy"].sum()),
        "recordings_with": int((said > 0).sum()),
        "recordings": len(those),
        "files_with": int(those.loc[those["mentions"] > 0, "files"].sum()),
        "files": int(those["files"].sum()),
        "small": len(those) < FEWEST,
        "hours": those["hours"].sum(),
        "words": int(those["words"].sum()),
    }
    times = those["times"].to_numpy(np.float64)
    for name, wholes in (("per_hour", those["hours"]), ("per_1000_words", those["words"] / 1000)):
        row |= _interval(name, said, wholes.to_numpy(), "count", at_once, times)
    return row


def _emotions(mine: pd.DataFrame, those: pd.DataFrame) -> dict[str, object]:
    row: dict[str, object] = {}
    times = those.set_index("recording_id")["times"]
    mine = mine[mine["recording_id"].isin(times.index)]
    classes = labels_of(mine)
    for label in (*classes, *dimensions_in(mine.columns)):
        there = f"p_{label}" if label in classes else label
        difference = (mine[there] - mine[f"{there}_recording"]).groupby(mine["recording_id"]).agg(["sum", "count"])
        parts, wholes = (
            difference[name].to_numpy(np.float64) * times[difference.index].to_numpy() for name in ("sum", "count")
        )
        found = _interval(f"d_{label}", parts, wholes, "mean")
        if label in classes:
            found = {name: np.clip(value, -1, 1) for name, value in found.items()}  # what probabilities can differ by
        row |= found
    return row


def labels_of(mentions: pd.DataFrame) -> list[str]:
    """The classes of emotion that mentions have probabilities of."""
    return [
        name[2 : -len("_recording")] for name in mentions.columns if name[:2] == "p_" and name.endswith("_recording")
    ]


def _interval(
    name: str, parts: np.ndarray, wholes: np.ndarray, of: Of, each: float = 1.0, times: np.ndarray | None = None
) -> dict[str, float]:
    """A ratio of sums with its interval, of the recordings that have a whole."""
    there = wholes > 0
    parts, wholes, times = parts[there], wholes[there], None if times is None else times[there]
    value = parts.sum() / wholes.sum() if len(wholes) else float("nan")
    low, high = ratio_interval(parts, wholes, of, each, times)
    return {name: value, f"{name}_low": low, f"{name}_high": high}
