"""``report.html``: the whole corpus on a page."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from pipelines.console.numbers import counted
from pipelines.corpus.appearances import Count, links, view_of
from pipelines.corpus.asked import Corpus
from pipelines.mentions.find import mentions_alone
from pipelines.mentions.notes import counting
from pipelines.mentions.rates import mention_rates
from pipelines.report import charts
from pipelines.report.glance import glance
from pipelines.report.groups import counts_by, date_column, values_sql
from pipelines.report.page import clock, for_script, href, render
from pipelines.report.parts import PROFILED, Part, profile_part
from pipelines.report.playable import caveats
from pipelines.report.search import searched
from pipelines.report.sound_map import AT_MOST, sound_map
from pipelines.sql import quoted
from pipelines.statistics.distinctive import CHANCE, LEAST_RECORDINGS, RELABELLINGS, distinctive
from pipelines.statistics.intervals import ALIKE, FEWEST, NOTE

MOST_RECORDINGS = 1_000
"""Rows of a page: more would make it slow to open."""


def corpus_page(
    corpus: Corpus,
    title: str,
    by: Sequence[str],
    phrases: Sequence[str],
    pages: Mapping[str, str],
    linked: bool,
    count: Count = "recordings",
) -> str:
    """The HTML.

    Args:
        by: metadata columns to group by.
        phrases: whose mentions are counted over time.
        pages: recording_id to its page, relative to this one.
        linked: let the page play the recordings from where they lie.
        count: of a content that several files hold: it, in each group in which they lie, or each of these files.
    """
    figures: dict[str, go.Figure] = {}
    parts = [
        part
        for part in (
            *(profile_part(corpus, figures, table, by, count) for table in PROFILED),
            _mentions(corpus, figures, by, phrases, count),
            _words(corpus, figures, by),
            _map(corpus, figures),
        )
        if part.charts
    ]
    search = searched(corpus)
    sections = [
        ("glance", "At a glance"),
        *([("search", "Search")] if search else []),
        *((part.id, part.name) for part in parts),
        ("recordings", "Recordings"),
        ("audit", "Audit"),
    ]
    return render(
        "corpus.html.j2",
        "corpus.js",
        title=title,
        glance=glance(corpus),
        counting=counting(corpus, by, count),
        sections=sections,
        parts=parts,
        search=search,
        recordings=_recordings(corpus, pages, count),
        charts=for_script(json.dumps({name: json.loads(figure.to_json()) for name, figure in figures.items()})),
        places=_places(corpus, pages, linked),
        plotly=get_plotlyjs(),
    )


def _mentions(
    corpus: Corpus, figures: dict[str, go.Figure], by: Sequence[str], phrases: Sequence[str], count: Count
) -> Part:
    text = (
        f"How often in 10,000 words, with {NOTE}. {ALIKE} "
        "The command earwitness mentions lists them all, with what surrounds them."
    )
    part = Part("mentions", "Mentions", (text,))
    if "transcripts" not in corpus.files or not phrases:
        return part
    date = date_column(corpus)
    mentions = mentions_alone(corpus, phrases)
    if n := int(mentions["doubtful"].sum()):
        part.texts = (text, f"Of {counted(len(mentions), 'mention')} {n:,} stand in transcripts that may be made up.")
    for column, unit in [*((name, name) for name in by), *([(date, "time")] if date else [])]:
        months = [date] if date and column == date else []
        rates = mention_rates(corpus, mentions, phrases, [column], months, count)
        found = rates[rates["words"] > 0] if len(rates) else rates
        if len(found):
            figures[f"mentions-{unit}"] = charts.mentions_chart(found, column, as_dates=column == date)
            part.charts.append((f"mentions-{unit}", f"by {column}"))
    return part


def _words(corpus: Corpus, figures: dict[str, go.Figure], by: Sequence[str]) -> Part:
    text = (
        f"Words that a group says more than the others do, in {LEAST_RECORDINGS} or more of its recordings. Shown are "
        f"those further apart than any word is in {100 * (1 - CHANCE):.0f} % of {RELABELLINGS} chance divisions of the "
        f"recordings into such groups; groups of fewer than {FEWEST} have none. As the recogniser wrote them."
    )
    part = Part("words", "Distinctive words", (text,))
    for column in by if "transcripts" in corpus.files else ():
        found = distinctive(counts_by(corpus, column))
        if len(found):
            figures[f"words-{column}"] = charts.words_chart(found)
            part.charts.append((f"words-{column}", f"by {column}"))
    return part


def _map(corpus: Corpus, figures: dict[str, go.Figure]) -> Part:
    texts = (
        f"Each point is a window of 10 s (a sample of {AT_MOST:,} where there are more). Neighbours sound alike to "
        "CLAP; distances between clusters mean nothing (t-SNE). A click plays the window.",
    )
    part = Part("sound-map", "Map of sounds", texts)
    if "embeddings" in corpus.files:
        places = sound_map(corpus)
        if len(places):
            figures["map"] = charts.map_chart(places)
            part.charts.append(("map", ""))
    return part


def _recordings(corpus: Corpus, pages: Mapping[str, str], count: Count) -> dict[str, Any]:
    """A row for each recording, with the values of all its files; or for each file."""
    if count == "files":
        own = "".join(f", CAST({quoted(name)} AS VARCHAR)" for name in corpus.own)
        select = f"recording_id, uri, duration_ms, 1, count(*) OVER () {own} FROM {view_of(corpus)}"
    else:
        own = "".join(f", {values_sql(name)}" for name in corpus.own)
        select = (
            f"recording_id, min(uri) AS uri, any_value(duration_ms), count(*), count(*) OVER () {own} "
            f"FROM {view_of(corpus)} GROUP BY recording_id"
        )
    found = corpus.sql(f"SELECT {select} ORDER BY uri LIMIT {MOST_RECORDINGS}").fetchall()
    several = any(files > 1 for _, _, _, files, *_ in found)
    rows = [
        {
            "file": uri.rsplit("/", 1)[-1],
            "length": clock(ms),
            "page": pages.get(key, ""),
            "own": [*([files] if several else []), *("" if value is None else value for value in values)],
        }
        for key, uri, ms, files, _, *values in found
    ]
    left = found[0][4] - len(found) if found else 0
    return {"columns": ["file", "length", *(["files"] if several else []), *corpus.own], "rows": rows, "left": left}


def _places(corpus: Corpus, pages: Mapping[str, str], linked: bool) -> dict[str, dict[str, str]]:
    told = caveats(corpus)
    uris = dict(corpus.sql("SELECT recording_id, uri FROM recordings").fetchall())
    return {
        key: {
            "file": uri.rsplit("/", 1)[-1],
            "audio": href(uri) if linked else "",
            "caveat": told[key],
            "page": pages.get(key, ""),
        }
        for key, uri in links(corpus, uris).items()
    }
