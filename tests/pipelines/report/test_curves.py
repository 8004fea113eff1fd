"""Lines of dimensions on the time axis of a recording, by hand."""

from __future__ import annotations

from pathlib import Path

from pipelines.corpus.asked import open_corpus
from pipelines.report.curves import curves
from pipelines.report.report import write_report
from tests.pipelines.report import made
from tests.pipelines.tables import CALL, STREET, dimensions, example, write_corpus

CLIPS = [
    dimensions(CALL, 1, 1000, 4000, 0.5, 0.25, -0.25),
    dimensions(CALL, 1, 4000, 5000, 0.75, 0.5, 1.75),
]


def test_each_number_has_its_height_and_its_time(tmp_path: Path) -> None:
    write_corpus(tmp_path, {**example(), "dimensions": CLIPS})
    with open_corpus(tmp_path) as corpus:
        found = curves(corpus, CALL, 20_000)
        assert curves(corpus, STREET, 20_000) is None
    assert found
    assert (found["width"], found["from"], found["to"]) == (20_000, "-0.25", "1.75")
    lines = found["lines"]
    assert [(line["left"], line["right"]) for line in lines] == [(1000, 4000)] * 3 + [(4000, 5000)] * 3
    assert [float(line["y"]) for line in lines] == [62.5, 75, 100, 50, 62.5, 0]
    assert lines[2]["title"] == "valence -0.25, 0:01 to 0:04, channel 1"
    assert len({line["colour"] for line in lines}) == 3
    assert [name for name, _ in found["legend"]] == ["arousal", "dominance", "valence"]


def test_ordinary_numbers_are_shown_on_the_whole_scale(tmp_path: Path) -> None:
    write_corpus(tmp_path, {**example(), "dimensions": [dimensions(CALL, 1, 1000, 4000, 0.5, 0.25, 0.75)]})
    with open_corpus(tmp_path) as corpus:
        found = curves(corpus, CALL, 20_000)
    assert found
    assert (found["from"], found["to"]) == ("0.00", "1.00")
    assert [float(line["y"]) for line in found["lines"]] == [50, 75, 25]


def test_the_page_has_them_where_there_are_some(tmp_path: Path) -> None:
    made.write_corpus(tmp_path, {"/a.wav": "one two", "/b.wav": "three"})
    place = {"recording_id": made.key_of("/a.wav"), "channel": 0, "start_ms": 1000, "end_ms": 4000, "model": "d@1/fp32"}
    made.write_table(tmp_path, "dimensions", [{**place, "arousal": 0.5, "dominance": 0.25, "valence": -0.25}])
    a, b = (write_report(tmp_path, recordings=[made.key_of(uri)])[1].read_text() for uri in ("/a.wav", "/b.wav"))
    assert a.count('<line class="stretch"') == 3
    assert "<title>valence -0.25, 0:01 to 0:04</title>" in a
    assert 'class="lane curves"' not in b
