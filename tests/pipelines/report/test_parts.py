"""Dimensions by group on the corpus page, by hand."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest

from pipelines.corpus.asked import open_corpus
from pipelines.report.parts import profile_part
from pipelines.report.profiles import profile, through_recordings
from tests.pipelines.report.made import key_of, write_corpus, write_table

URIS = [f"/{i}.wav" for i in range(7)]
REGIONS = {"region": {uri: "north" if i < 6 else "south" for i, uri in enumerate(URIS)}}


def clip(uri: str, start: int, end: int, values: tuple[float, float, float], model: str = "d@1/fp32") -> dict[str, Any]:
    arousal, dominance, valence = values
    place = {"recording_id": key_of(uri), "start_ms": start, "end_ms": end, "model": model}
    return {**place, "arousal": arousal, "dominance": dominance, "valence": valence}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Recording i has i / 10 for 3 s of the first tenth, and for 1 s of the last one more by 1, also below 0."""
    write_corpus(tmp_path, dict.fromkeys(URIS, "word"), REGIONS)
    rows = []
    for i, uri in enumerate(URIS):
        rows.append(clip(uri, 1000, 4000, (i / 10, 0.5, -i / 10)))
        rows.append(clip(uri, 55_000, 56_000, (i / 10 + 1, 0.5, -i / 10)))
    write_table(tmp_path, "dimensions", rows)
    return tmp_path


def test_means_of_groups_weigh_by_time(out: Path) -> None:
    with open_corpus(out) as corpus:
        found = profile(corpus, "dimensions", "region").set_index(["group", "label"])
        through = through_recordings(corpus, "dimensions").set_index(["group", "label"])["mean"]
    north = found.loc[("north", "arousal")]
    assert (north["mean"], north["recordings"]) == (pytest.approx(0.25 + 1 / 4), 6)
    assert north["low"] < north["mean"] < north["high"]
    assert found.loc[("north", "valence"), "mean"] == pytest.approx(-0.25)
    south = found.loc[("south", "arousal")]
    assert south["mean"] == pytest.approx(0.6 + 1 / 4)
    assert math.isnan(south["low"])  # one recording
    assert through[5, "arousal"] == pytest.approx(0.3)
    assert through[95, "arousal"] == pytest.approx(1.3)


def test_charts_of_means_are_no_percentages(out: Path) -> None:
    figures: dict[str, go.Figure] = {}
    with open_corpus(out) as corpus:
        part = profile_part(corpus, figures, "dimensions", ["region"], "recordings")
        emotions = profile_part(corpus, figures, "emotions", ["region"], "recordings")
    assert (part.id, [id for id, _ in part.charts]) == (
        "dimensions",
        ["dimensions-by-region", "dimensions-through"],
    )
    assert "no percentage" in part.texts[0]
    by_region = figures["dimensions-by-region"]
    assert by_region.layout.xaxis.tickformat == ".2f"
    assert "%{x:.2f}" in by_region.data[0].hovertemplate
    assert list(by_region.data[2].x) == pytest.approx([-0.25, -0.6])
    assert figures["dimensions-through"].layout.yaxis.rangemode is None
    assert figures["emotions-by-region"].layout.xaxis.tickformat == ".0%"
    assert "acted" in emotions.texts[0]


def test_several_checkpoints_are_told(out: Path) -> None:
    (out / "current" / "dimensions" / "one.parquet").unlink()
    (out / "current" / "dimensions").rmdir()
    rows = [clip(uri, 0, 1000, (0.5, 0.5, 0.5), f"d@{i % 2}/fp32") for i, uri in enumerate(URIS)]
    rows.append(clip(URIS[0], 2000, 3000, (0.5, 0.5, 0.5), "d@0/bf16"))  # the same in other numbers
    write_table(out, "dimensions", rows)
    with open_corpus(out) as corpus:
        part = profile_part(corpus, {}, "dimensions", [], "recordings")
    assert part.texts[0] == "Made by several checkpoints, whose scales are not the same: d@0, d@1."


def test_a_corpus_without_them_has_no_such_part(tmp_path: Path) -> None:
    write_corpus(tmp_path, {"/a.wav": "one"})
    with open_corpus(tmp_path) as corpus:
        assert not profile_part(corpus, {}, "dimensions", [], "recordings").charts
