"""Groups made at once in a pipeline: a shard's are all given on before its end is heard of elsewhere."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import PipelineOptions

from transforms.gather import Group
from transforms.stages.groups import OfGroups

told: list[Any] = []
"""What the stages behind the branches took, in its order; the pipelines here run in this process."""


@pytest.fixture(autouse=True)
def nothing_told() -> None:
    told.clear()


def tell(one: Any) -> None:
    told.append(one)


class Slow(OfGroups):
    def make(self, group: Group[int]) -> list[tuple[str, int, str]]:
        time.sleep(0.01 * (group.values[0] % 3) if group.values else 0.05)
        if 99 in group.values:
            raise ValueError("a group that raises")
        return [(group.shard, value, threading.current_thread().name) for value in group.values]


def shards(count: int, closed: bool = True) -> Iterator[Any]:
    """What a listening stage gives: the groups of each shard, and then the word that it is over."""
    for shard in map(str, range(count)):
        for i in range(9):
            yield beam.pvalue.TaggedOutput("groups", Group(shard, (i,), False))
        if closed:
            yield beam.pvalue.TaggedOutput("groups", Group(shard, (), True))
        yield beam.pvalue.TaggedOutput("ends", shard)


def run(threads: int, outputs: list[Any]) -> None:
    with beam.Pipeline(options=PipelineOptions(["--runner=FnApiRunner"])) as pipeline:
        heard = pipeline | beam.Create([outputs]) | beam.FlatMap(iter).with_outputs("groups", "ends")
        _ = heard["groups"] | beam.ParDo(Slow(threads)) | "Told" >> beam.Map(tell)
        _ = heard["ends"] | "Ended" >> beam.Map(tell)


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_everything_of_a_shard_is_given_on_in_order_before_its_end(threads: int) -> None:
    run(threads, list(shards(3)))
    expected = [[*((shard, i) for i in range(9)), shard] for shard in "012"]
    assert [one if isinstance(one, str) else one[:2] for one in told] == [one for shard in expected for one in shard]
    by = {one[2] for one in told if not isinstance(one, str)}
    assert len(by) == threads


@pytest.mark.parametrize("threads", [1, 4])
def test_a_group_that_raises_ends_the_bundle(threads: int) -> None:
    outputs = list(shards(1))
    outputs.insert(4, beam.pvalue.TaggedOutput("groups", Group("0", (99,), False)))
    with pytest.raises(Exception, match="a group that raises"):
        run(threads, outputs)
    assert [one[1] for one in told] == list(range(len(told))), "none after it"
    assert "0" not in told


def test_a_shard_that_is_not_closed_is_an_error() -> None:
    with pytest.raises(Exception, match="a bundle ended within a shard"):
        run(4, list(shards(1, closed=False)))
