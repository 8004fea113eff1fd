"""Charts of the corpus page.  Colours that the page's light or dark theme owns are set in the browser."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from pipelines.report.page import clock
from pipelines.statistics.intervals import FEWEST

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8F7EE6", "#B0413E", "#5B8C2A", "#999999")
"""Okabe and Ito (2008) for the first six, told apart by most colour-blind readers, and four more."""
LEGEND = {"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0}
"""Above the chart, as many lines as it takes."""
ROW_PX, TOP_PX, MARGINS = 22, 60, {"l": 10, "r": 10, "t": 40, "b": 40}


def colours_of(labels: Sequence[str]) -> dict[str, str]:
    """A colour for each label, the same in every chart of a table."""
    return {label: COLOURS[i % len(COLOURS)] for i, label in enumerate(labels)}


def profile_chart(found: pd.DataFrame) -> go.Figure:
    """Groups below each other, labels as points with their intervals, a panel for each label.

    Args:
        found: shares or means, see :func:`pipelines.report.profiles.profile`.
    """
    of, form, axis = _kind(found)
    labels = list(dict.fromkeys(found["label"]))
    groups = list(dict.fromkeys(found["group"]))
    counts = found.drop_duplicates("group").set_index("group")["recordings"]
    names = [f"{escaped(group)} (n={counts[group]})" for group in groups]
    columns = min(4, len(labels))
    rows = -(-len(labels) // columns)
    colours = colours_of(labels)
    figure = make_subplots(
        rows, columns, subplot_titles=[escaped(label) for label in labels], shared_yaxes=True, shared_xaxes="all",
        vertical_spacing=min(0.12, 0.3 / rows), horizontal_spacing=0.03,
    )  # fmt: skip
    for i, label in enumerate(labels):
        mine = found[found["label"] == label].set_index("group").reindex(groups)
        figure.add_scatter(
            x=mine[of], y=names, mode="markers", cliponaxis=False, showlegend=False,
            marker={"color": colours[label], "size": 9},
            error_x={"type": "data", "symmetric": False, "array": (mine["high"] - mine[of]).fillna(0),
                     "arrayminus": (mine[of] - mine["low"]).fillna(0), "thickness": 1.5, "width": 3},
            customdata=[_span(low, high, form) for low, high in zip(mine["low"], mine["high"], strict=True)],
            hovertemplate="%{y}<br>" + escaped(label) + " %{x:" + form + "}<br>%{customdata}<extra></extra>",
            row=i // columns + 1, col=i % columns + 1,
        )  # fmt: skip
    figure.update_xaxes(**axis, nticks=4, tickangle=0)
    figure.update_yaxes(autorange="reversed", automargin=True, ticklabelstandoff=8)
    return _laid_out(figure, rows * (ROW_PX * len(groups) + TOP_PX) + 30)


def _span(low: float, high: float, form: str) -> str:
    return f"fewer than {FEWEST} recordings: no interval" if np.isnan(low) else f"{low:{form}} to {high:{form}}"


def _kind(found: pd.DataFrame) -> tuple[str, str, dict[str, str]]:
    """The column that holds the figures, their format, and their axis: a share begins at 0, a mean lies anywhere."""
    if "share" in found:
        return "share", ".1%", {"tickformat": ".0%", "rangemode": "tozero"}
    return "mean", ".2f", {"tickformat": ".2f"}


def time_chart(found: pd.DataFrame, x_title: str, *, as_dates: bool) -> go.Figure:
    """A line for each label with its intervals, which few recordings do not have.

    Args:
        found: shares or means, as of :func:`profile_chart`.
    """
    of, form, axis = _kind(found)
    labels = list(dict.fromkeys(found["label"]))
    colours = colours_of(labels)
    figure = go.Figure()
    for label in labels:
        mine = found[found["label"] == label].sort_values("group")
        high, low = (mine["high"] - mine[of]).fillna(0), (mine[of] - mine["low"]).fillna(0)
        figure.add_scatter(
            x=mine["group"], y=mine[of], name=escaped(label), mode="lines+markers", line={"color": colours[label]},
            error_y={"type": "data", "symmetric": False, "array": high, "arrayminus": low, "thickness": 1, "width": 3},
            customdata=mine["recordings"],
            hovertemplate="%{x}: %{y:" + form + "}, %{customdata} recordings<extra>" + escaped(label) + "</extra>",
        )  # fmt: skip
    figure.update_yaxes(**axis, automargin=True)
    if as_dates:
        figure.update_xaxes(type="category", categoryorder="array", categoryarray=sorted(set(found["group"])))
    figure.update_xaxes(title=escaped(x_title), automargin=True)
    figure.update_layout(legend=LEGEND)
    return _laid_out(figure, 360)


def map_chart(places: pd.DataFrame) -> go.Figure:
    """Windows as points, coloured by the commonest sounds; a click plays the window where the page can."""
    common = [label for label in places["label"].value_counts().index if label][: len(COLOURS) - 1]
    shown = places["label"].where(places["label"].isin(common), "other" if common else "window")
    colours = colours_of(common) | {"other": "#999999", "window": COLOURS[0]}
    figure = go.Figure()
    for label in dict.fromkeys([*common, *shown]):
        mine = places[shown == label]
        told = [
            f"{file} {clock(start)}" + (f"<br>{_wrapped(text)}" if text else "")
            for file, start, text in zip(mine["file"].map(escaped), mine["start_ms"], mine["text"], strict=True)
        ]
        figure.add_scattergl(
            x=mine["x"], y=mine["y"], name=escaped(label), mode="markers", text=told,
            marker={"color": colours[label], "size": 7, "opacity": 0.75},
            customdata=mine[["recording_id", "start_ms"]].to_numpy(),
            hovertemplate="%{text}<extra>%{fullData.name}</extra>",
        )  # fmt: skip
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False, scaleanchor="x")
    figure.update_layout(legend=LEGEND)
    return _laid_out(figure, 560)


def words_chart(words: pd.DataFrame) -> go.Figure:
    """The distinctive words of each group as bars: how far it says them more, in standard errors."""
    groups = list(dict.fromkeys(words["group"]))
    columns = min(3, len(groups))
    rows = -(-len(groups) // columns)
    longest = int(words.groupby("group").size().max())
    figure = make_subplots(rows, columns, subplot_titles=[escaped(group) for group in groups], horizontal_spacing=0.12)
    for i, group in enumerate(groups):
        mine = words[words["group"] == group]
        figure.add_bar(
            x=mine["t"], y=mine["word"].map(escaped), orientation="h", marker={"color": COLOURS[0]}, showlegend=False,
            customdata=mine[["said", "recordings", "of"]].to_numpy(),
            hovertemplate="%{y}: said %{customdata[0]} times, in %{customdata[1]} of %{customdata[2]} recordings"
            "<br>%{x:.1f} standard errors above the others<extra></extra>",
            row=i // columns + 1, col=i % columns + 1,
        )  # fmt: skip
    figure.update_yaxes(autorange="reversed", automargin=True, type="category")
    figure.update_xaxes(title="standard errors", nticks=4)
    return _laid_out(figure, rows * (ROW_PX * longest + 90) + 30)


def mentions_chart(counts: pd.DataFrame, x_title: str, *, as_dates: bool) -> go.Figure:
    """Mentions in 10,000 words with intervals, a colour for each phrase; joined by lines only where time runs.

    Args:
        counts: see :func:`pipelines.mentions.rates.mention_rates`.
    """
    figure = go.Figure()
    for (phrase, mine), colour in zip(counts.groupby("phrase", sort=False), COLOURS * 10, strict=False):
        figure.add_scatter(
            x=mine["group"].map(escaped), y=mine["per_1000_words"] * 10, name=escaped(str(phrase)),
            mode="lines+markers" if as_dates else "markers",
            line={"color": colour}, marker={"size": 9},
            error_y={"type": "data", "symmetric": False, "array": _above(mine["per_1000_words_high"], mine),
                     "arrayminus": -_above(mine["per_1000_words_low"], mine), "thickness": 1, "width": 3},
            customdata=mine["recordings"], hovertemplate="%{x}: %{y:.1f}, %{customdata} recordings<extra></extra>",
        )  # fmt: skip
    figure.update_yaxes(title="in 10,000 words", rangemode="tozero", automargin=True)
    order = {"categoryorder": "array", "categoryarray": [escaped(group) for group in sorted(set(counts["group"]))]}
    figure.update_xaxes(title=escaped(x_title), automargin=True, type="category", **order)
    figure.update_layout(showlegend=True, legend=LEGEND)
    return _laid_out(figure, 320)


def _above(bound: pd.Series, mine: pd.DataFrame) -> pd.Series:
    """How far a bound lies above the rate, in 10,000 words; 0 where there is none."""
    return ((bound - mine["per_1000_words"]) * 10).fillna(0)


def escaped(text: str) -> str:
    """For Plotly, which takes tags in texts for markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _laid_out(figure: go.Figure, height: int) -> go.Figure:
    return figure.update_layout(
        template="none", height=height, margin=MARGINS, paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)",
        font={"family": "system-ui, sans-serif", "size": 12}, hoverlabel={"align": "left"},
    )  # fmt: skip


def _wrapped(text: str, at: int = 60, lines: int = 4) -> str:
    words, found = text.split(), [""]
    for word in words:
        if len(found[-1]) + len(word) > at:
            found.append("")
        found[-1] += f"{word} "
    return "<br>".join(escaped(line.strip()) for line in found[:lines]) + (" ..." if len(found) > lines else "")
