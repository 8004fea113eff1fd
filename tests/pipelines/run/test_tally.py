"""Counters of passes, added up and kept."""

from __future__ import annotations

from pathlib import Path

import apache_beam as beam
from apache_beam.metrics import Metrics

from pipelines.run.tally import LATENCY, Tally


def count(n: int) -> int:
    Metrics.counter("earwitness", "heard_ms").inc(n)
    Metrics.counter("earwitness.emotions", "seen_ms").inc(2 * n)
    Metrics.distribution("earwitness.emotions", LATENCY).update(500_000)
    Metrics.counter("of_others", "heard_ms").inc(1000)
    return n


def counted(*values: int) -> Tally:
    pipeline = beam.Pipeline(runner="FnApiRunner")
    _ = pipeline | beam.Create(list(values)) | beam.Map(count)
    result = pipeline.run()
    result.wait_until_finish()
    return Tally.of(result)


def test_what_beam_counts_is_what_it_says(tmp_path: Path) -> None:
    tally = counted(1, 2)
    assert tally == Tally(
        {"earwitness": {"heard_ms": 3}, "earwitness.emotions": {"seen_ms": 6}}, {"earwitness.emotions": 1_000_000}
    )
    assert (tally.count("heard_ms"), tally.count("seen_ms", "emotions"), tally.model_seconds("emotions")) == (3, 6, 1.0)
    assert (tally.count("postponed_files"), tally.count("seen_ms", "sounds"), tally.model_seconds("sounds")) == (
        0,
        0,
        0,
    )
    tally.write(tmp_path / "tally.json")
    assert Tally.read(tmp_path / "tally.json") == tally


def test_passes_add_up() -> None:
    one = Tally({"earwitness": {"heard_ms": 3}}, {"earwitness.emotions": 5})
    other = Tally({"earwitness": {"heard_ms": 4, "kept_ms": 1}, "earwitness.sounds": {"seen_ms": 1}}, {})
    assert Tally.sum([one, other]) == Tally(
        {"earwitness": {"heard_ms": 7, "kept_ms": 1}, "earwitness.sounds": {"seen_ms": 1}}, {"earwitness.emotions": 5}
    )
    assert Tally.sum([]) == Tally()
