"""Arousal, dominance and valence of a recording as lines on its time axis."""

from __future__ import annotations

from typing import Any

from pipelines.corpus.asked import Corpus
from pipelines.report.charts import colours_of
from pipelines.report.page import clock
from schemas.dimensions import DIMENSIONS

HEIGHT = 100
"""Of the picture, in its own units, which the page stretches."""


def curves(corpus: Corpus, recording_id: str, duration_ms: int) -> dict[str, Any] | None:
    """A level line for each stretch and dimension: there is no number between two stretches.  None without any.

    The picture reaches from 0 to 1, and further where the numbers do.

    Returns: width and height of the picture; from and to, the numbers at its lower and its upper edge; lines with left,
        right, y (from the upper edge), colour and title; legend of name and colour.
    """
    if "dimensions" not in corpus.files:
        return None
    rows = corpus.sql(
        f"SELECT start_ms, end_ms, channel, {', '.join(DIMENSIONS)} FROM dimensions WHERE recording_id = ? "
        "ORDER BY channel, start_ms",
        [recording_id],
    ).fetchall()
    if not rows:
        return None
    numbers = [number for row in rows for number in row[3:]]
    low, high = min(0.0, *numbers), max(1.0, *numbers)
    colours = colours_of(DIMENSIONS)
    return {
        "width": max(1, duration_ms),
        "height": HEIGHT,
        "from": f"{low:.2f}",
        "to": f"{high:.2f}",
        "lines": [
            {
                "left": start,
                "right": end,
                "y": f"{HEIGHT * (high - number) / (high - low):.2f}",
                "colour": colours[name],
                "title": f"{name} {number:.2f}, {clock(start)} to {clock(end)}"
                + (f", channel {channel}" if channel else ""),
            }
            for start, end, channel, *values in rows
            for name, number in zip(DIMENSIONS, values, strict=True)
        ],
        "legend": list(colours.items()),
    }
