"""How often phrases are said, and how the voice sounds there, by group."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from pipelines.corpus.asked import Corpus
from pipelines.sql import quoted
from pipelines.statistics.intervals import FEWEST, Of, ratio_interval

NO_VALUE = "(none)"


def mention_rates(
    corpus: Corpus,
    mentions: pd.DataFrame,
    phrases: Sequence[str],
    by: Sequence[str] = (),
    months: Collection[str] = (),
) -> pd.DataFrame:
    """Mentions of each phrase in each group of each metadata column.

    >>> mentions = find_mentions(corpus, ["acme"])
    >>> rates = mention_rates(corpus, mentions, ["acme"], by=["region"])

    Args:
        mentions: of :func:`~pipelines.mentions.find.find_mentions`, of these phrases; or of
            :func:`~pipelines.mentions.find.mentions_alone`, where nothing of the emotions is asked.
        by: metadata columns; none for the whole corpus.
        months: those of them that hold dates, to be counted by month (2024-01); recordings without a date are left out.

    Returns: a row for each phrase, column and group.  Columns: phrase, by, group ("(none)" where a recording has no
        value), mentions, fuzzy (of them), recordings_with (a mention), recordings, small (fewer than FEWEST
        recordings), hours (their length), words; per_hour and per_1000_words; for each class of the emotion model
        d_CLASS: the mean over the mentions of its probability there less that in the rest of the recording.  Rates and
        differences have _low and _high beside them, the 95 % interval by a jackknife over recordings
        (:func:`~pipelines.statistics.intervals.ratio_interval`, also for its rule where there is no mention); null
        where fewer than FEWEST recordings stand behind them.

    Raises:
        UsageError: an unknown column.
    """
    corpus.check_own(by)
    columns = [*dict.fromkeys(by)] or [""]
    groups = "".join(f", {_group(name, name in months)} AS {quoted('by ' + name)}" for name in by)
    recordings = corpus.sql(f"""
        WITH said AS (SELECT recording_id, sum(len(words)) AS words FROM transcripts GROUP BY recording_id)
        SELECT recording_id, r.duration_ms / 3.6e6 AS hours, coalesce(s.words, 0)::DOUBLE AS words {groups}
        FROM recordings AS r LEFT JOIN said AS s USING (recording_id) ORDER BY recording_id""").df()
    rows = []
    for phrase in dict.fromkeys(phrases):
        mine = mentions[mentions["phrase"] == phrase]
        each = recordings.set_index("recording_id")
        for name, those in (("mentions", mine), ("fuzzy", mine[mine["distance"] > 0])):
            each[name] = those.groupby("recording_id").size().reindex(each.index, fill_value=0).astype(float)
        having = each.loc[each["mentions"] > 0, "mentions"]
        at_once = having.mean() if len(having) else 1.0
        for column in columns:
            named = each.assign(group=each["by " + column] if column else "")
            for group, those in named.groupby("group", sort=True):
                rows.append(
                    {"phrase": phrase, "by": column, "group": group, **_rates(those, at_once), **_emotions(mine, those)}
                )
    return pd.DataFrame(rows)


def _group(column: str, is_month: bool) -> str:
    """The group of a recording, as SQL."""
    if is_month:
        return f"strftime(TRY_CAST(r.{quoted(column)}::VARCHAR AS DATE), '%Y-%m')"
    return f"coalesce(r.{quoted(column)}::VARCHAR, '{NO_VALUE}')"


def _rates(those: pd.DataFrame, at_once: float) -> dict[str, object]:
    said = those["mentions"].to_numpy()
    row: dict[str, object] = {
        "mentions": int(said.sum()),
        "fuzzy": int(those["fuzzy"].sum()),
        "recordings_with": int((said > 0).sum()),
        "recordings": len(those),
        "small": len(those) < FEWEST,
        "hours": those["hours"].sum(),
        "words": int(those["words"].sum()),
    }
    for name, wholes in (("per_hour", those["hours"]), ("per_1000_words", those["words"] / 1000)):
        row |= _interval(name, said, wholes.to_numpy(), "count", at_once)
    return row


def _emotions(mine: pd.DataFrame, those: pd.DataFrame) -> dict[str, object]:
    row: dict[str, object] = {}
    mine = mine[mine["recording_id"].isin(those.index)]
    for label in labels_of(mine):
        difference = (
            (mine[f"p_{label}"] - mine[f"p_{label}_recording"]).groupby(mine["recording_id"]).agg(["sum", "count"])
        )
        found = _interval(f"d_{label}", difference["sum"].to_numpy(), difference["count"].to_numpy(np.float64), "mean")
        row |= {name: np.clip(value, -1, 1) for name, value in found.items()}  # what probabilities can differ by
    return row


def labels_of(mentions: pd.DataFrame) -> list[str]:
    """The classes of emotion that mentions have probabilities of."""
    return [
        name[2 : -len("_recording")] for name in mentions.columns if name[:2] == "p_" and name.endswith("_recording")
    ]


def _interval(name: str, parts: np.ndarray, wholes: np.ndarray, of: Of, each: float = 1.0) -> dict[str, float]:
    """A ratio of sums with its interval, of the recordings that have a whole."""
    parts, wholes = parts[wholes > 0], wholes[wholes > 0]
    value = parts.sum() / wholes.sum() if len(wholes) else float("nan")
    low, high = ratio_interval(parts, wholes, of, each)
    return {name: value, f"{name}_low": low, f"{name}_high": high}
