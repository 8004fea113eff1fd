"""Arousal, dominance and valence in and around mentions, against the rest of the recording and of the speaker."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from schemas.dimensions import DIMENSIONS

WHERE = {"inside": "", "around": "_around", "recording": "_recording", "speaker": "_speaker"}
"""What :func:`pipelines.mentions.emotions.emotions_sql` gives, and what follows the name in a column of mentions."""


def with_dimensions(rows: pd.DataFrame, found: pd.DataFrame | None) -> pd.DataFrame:
    """Mentions with four columns for each dimension; as they are where the corpus has none.

    Args:
        rows: with a column n.
        found: what :func:`pipelines.mentions.emotions.emotions_sql` gives of ``dimensions``.
    """
    if found is None or found.empty:
        return rows
    wide = found.pivot(index="n", columns="label", values=list(WHERE))
    columns = {
        f"{name}{behind}": wide[what][name].reindex(rows["n"]).to_numpy()
        for name in DIMENSIONS
        for what, behind in WHERE.items()
    }
    return rows.assign(**columns)


def dimensions_in(columns: Iterable[object]) -> list[str]:
    """The dimensions that a table of mentions (``arousal_recording``) or of rates (``d_arousal``) tells of."""
    there = set(columns)
    return [name for name in DIMENSIONS if f"{name}_recording" in there or f"d_{name}" in there]
