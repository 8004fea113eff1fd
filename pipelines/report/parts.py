"""Sections of the corpus page: charts with a heading and what is to be known of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd
import plotly.graph_objects as go

from pipelines.corpus.appearances import Count
from pipelines.corpus.asked import Corpus
from pipelines.report import charts, profiles
from pipelines.report.groups import date_column
from pipelines.statistics.intervals import ALIKE, NOTE
from pipelines.store.read import Snapshot

ACTED = (
    "A label says which acted emotion a voice sounds most like to the model, not what a person felt. "
    "Compare groups and changes; do not read single rows."
)
WINDOWS = "The likeliest sound of each window of 10 s."
SCALE = (
    "Means over time, on the scale of the model: about 0 to 1, no percentage. They say how a voice sounds to the "
    "model, not what a person felt. Compare groups and changes; do not read single rows."
)
SHARES = f"Points are shares of the time, lines {NOTE} (n). {ALIKE}"
MEANS = f"Points are means over the time, lines {NOTE} (n). {ALIKE}"

PROFILED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "emotions": ("Emotion", (ACTED, SHARES)),
    "dimensions": ("Arousal, dominance, valence", (SCALE, MEANS)),
    "sounds": ("Sound", (WINDOWS, SHARES)),
}
"""Tables that are shown by group and over time: the heading, and what is to be known of the charts."""


@dataclass
class Part:
    """A section of charts: name of the chart and its heading."""

    id: str
    name: str
    texts: Sequence[str] = ()
    charts: list[tuple[str, str]] = field(default_factory=list)


def checkpoints(corpus: Corpus) -> list[str]:
    """Which made the rows of ``dimensions``, as ``name@revision``; in whatever precision."""
    return sorted({model.rpartition("/")[0] for model in Snapshot(corpus.snapshot).models("dimensions")})


def profile_part(corpus: Corpus, figures: dict[str, go.Figure], table: str, by: Sequence[str], count: Count) -> Part:
    """The charts of a table by group, over time and through the recordings; none where the corpus lacks it.

    Args:
        figures: take the charts, by the ids that the part names.
        table: a key of :data:`PROFILED`.
    """
    part = Part(table, *PROFILED[table])
    if table not in corpus.files:
        return part

    if table == "dimensions" and len(several := checkpoints(corpus)) > 1:
        part.texts = (f"Made by several checkpoints, whose scales are not the same: {', '.join(several)}.", *part.texts)

    def add(key: str, heading: str, found: pd.DataFrame, figure: go.Figure | None) -> None:
        if len(found) and figure is not None:
            figures[f"{table}-{key}"] = figure
            part.charts.append((f"{table}-{key}", heading))

    columns: list[str | None] = [*by] or [None]
    for column in columns:
        found = profiles.profile(corpus, table, column, count)
        add(
            f"by-{column}", f"by {column}" if column else "", found, charts.profile_chart(found) if len(found) else None
        )
    if date := date_column(corpus):
        found, unit = profiles.over_time(corpus, table, date, count)
        if found["group"].nunique() > 1:
            add("time", f"over time, by {unit} of {date}", found, charts.time_chart(found, unit, as_dates=True))
    found = profiles.through_recordings(corpus, table, count)
    if len(found):
        title = "per cent of the recording"
        add("through", "from the beginning of a recording to its end (those of a minute or more)", found,
            charts.time_chart(found, title, as_dates=False))  # fmt: skip
    return part
