"""Shards to branches: every item where it belongs, every file accounted for."""

from __future__ import annotations

from pathlib import Path

import pytest
from apache_beam.pvalue import TaggedOutput

from schemas.catalog import TABLES
from schemas.config import SpeechConfig
from schemas.reasons import Reason, Stage
from schemas.records import Clip, Known, Problem, Recording, Rows, Segment, Shard, Source, Window
from tests.transforms.listening import DEMO
from tests.transforms.listening import hear as hear_alone
from transforms.audio.speech import SpeechDetector
from transforms.gather import Item
from transforms.listen import Listening
from transforms.progress import Ticker
from transforms.stages.listen import CLIPS, INVENTORY, SEGMENTS, WINDOWS, Hearing, hear

WANTED = Listening((16_000,), SpeechConfig())
HEARING = Hearing(WANTED, TABLES["recordings"], "run")
KINDS = {WINDOWS: Window, SEGMENTS: Segment, CLIPS: Clip}

GOOD, CUT = DEMO / "interviews" / "support_call.flac", DEMO / "broken" / "breaks_off.flac"
GARBAGE = DEMO / "broken" / "garbage.wav"


def source(path: Path, name: str | None = None) -> Source:
    return Source(name or path.as_uri(), str(path), 1, 10**18)


def recording(path: Path, id: str, *copies: str) -> Recording:
    return Recording(id * 32, (source(path), *(source(path, copy) for copy in copies)), 0.0)


SHARD = Shard(
    "shard-3",
    (recording(GOOD, "a", "file:///copy.flac"), recording(GARBAGE, "b", "file:///copy.wav"), recording(CUT, "c")),
    (Known(source(DEMO / "gone.wav"), None, 0.0, Problem(Stage.IDENTIFY, Reason.NOT_FOUND, "gone")),),
)


@pytest.fixture(scope="module")
def detector() -> SpeechDetector:
    return SpeechDetector()


@pytest.fixture(scope="module")
def outputs(detector: SpeechDetector) -> list[TaggedOutput]:
    return list(hear(SHARD, HEARING, detector, Ticker(None)))


def inventory(outputs: list[TaggedOutput], table: str) -> list[dict]:
    rows: list[Rows] = [o.value for o in outputs if o.tag == INVENTORY]
    return [row for r in rows if r.table == table and r.batch is not None for row in r.batch.to_pylist()]


@pytest.mark.parametrize("branch", KINDS)
def test_each_kind_goes_to_its_branch(branch: str, outputs: list[TaggedOutput], detector: SpeechDetector) -> None:
    items: list[Item] = [o.value for o in outputs if o.tag == branch]
    assert {item.shard for item in items} == {"shard-3"}
    assert [item.value is None for item in items] == [False] * (len(items) - 1) + [True], "ends once, last"
    assert all(isinstance(item.value, KINDS[branch]) for item in items[:-1])
    alone = [
        (e.place.start_ms, e.place.end_ms)
        for path in (GOOD, GARBAGE, CUT)
        for e in getattr(hear_alone(path, WANTED, detector), branch)
    ]
    assert [(item.value.place.start_ms, item.value.place.end_ms) for item in items[:-1]] == alone


def test_every_uri_is_a_row_of_files(outputs: list[TaggedOutput]) -> None:
    assert {(r["uri"], r["status"], r["recording_id"]) for r in inventory(outputs, "files")} == {
        ((DEMO / "gone.wav").as_uri(), "failed", None),
        (GOOD.as_uri(), "complete", "a" * 32),
        ("file:///copy.flac", "complete", "a" * 32),
        (GARBAGE.as_uri(), "failed", None),
        ("file:///copy.wav", "failed", None),
        (CUT.as_uri(), "partial", "c" * 32),
    }
    assert len(inventory(outputs, "files")) == 6
    assert {r["run_id"] for r in inventory(outputs, "files")} == {"run"}


def test_what_was_heard_is_a_row_of_recordings(outputs: list[TaggedOutput]) -> None:
    rows = inventory(outputs, "recordings")
    assert [(r["recording_id"], r["uri"]) for r in rows] == [("a" * 32, GOOD.as_uri()), ("c" * 32, CUT.as_uri())]
    assert all(r["duration_ms"] > 0 for r in rows)


def test_every_uri_that_is_not_complete_has_its_errors(outputs: list[TaggedOutput]) -> None:
    rows = inventory(outputs, "errors")
    statuses = {r["uri"]: r["status"] for r in inventory(outputs, "files")}
    assert {r["uri"] for r in rows} == {uri for uri, status in statuses.items() if status != "complete"}
    by_uri = {r["uri"]: (r["stage"], r["reason"], r["recording_id"]) for r in rows}
    assert by_uri[(DEMO / "gone.wav").as_uri()] == ("identify", "not_found", None)
    assert by_uri[GARBAGE.as_uri()] == ("decode", "undecodable", None)
    assert by_uri[CUT.as_uri()][2] == "c" * 32


def test_the_inventory_closes_last(outputs: list[TaggedOutput]) -> None:
    """Where the shard's files table is, everything else of the shard has been given on."""
    assert outputs[-1].tag == INVENTORY
    assert outputs[-1].value == Rows("files", "shard-3", None, closes=True)
    assert not any(o.value.closes for o in outputs[:-1] if o.tag == INVENTORY)


def test_a_shard_of_failures_closes_every_branch() -> None:
    hearing = Hearing(Listening((16_000,), None), TABLES["recordings"], "run")
    outputs = list(hear(Shard("s", (), SHARD.failed), hearing, None, Ticker(None)))
    assert [o.value for o in outputs if o.tag in KINDS] == [Item("s", None)] * 3
    assert [r["status"] for r in inventory(outputs, "files")] == ["failed"]
    assert outputs[-1].value.closes
