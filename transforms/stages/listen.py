"""Shards to windows, segments, clips and talks, and the rows that say what was read."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace

import apache_beam as beam
from apache_beam.metrics import Metrics
from apache_beam.pvalue import DoOutputsTuple, TaggedOutput

from schemas.jobs import STREAMS
from schemas.reasons import Reason
from schemas.records import Clip, Outcome, Problem, Recording, Rows, Segment, Shard, Talk, Window
from schemas.table import Table
from transforms.ahead import read_ahead
from transforms.audio.speech import SpeechDetector
from transforms.decode.audio import open_audio
from transforms.decode.facts import read_facts
from transforms.decode.guard import Decoder
from transforms.gather import Item
from transforms.heard import Heard
from transforms.listen import FactsOf, Listening, Opener, Progress, listen
from transforms.pool import Pool, pool_of
from transforms.progress import Ticker
from transforms.rows.inventory import error_rows, file_rows, recording_row
from transforms.threads import return_freed_memory, use_threads

WINDOWS, SEGMENTS, CLIPS, TALKS = STREAMS
INVENTORY = "inventory"

MOST_LISTENING = 8
"""Threads that find pitch and speech in what was decoded: few, since each holds half a minute of it at every rate."""

EVENTS_AHEAD = 32
"""What listening may be ahead of the branches: a block of the decoder gives one or a few."""


@dataclass(frozen=True)
class Hearing:
    """What the stage needs besides its input.

    Attributes:
        wanted: what is to be heard.
        recordings: the table with the user's own columns; None where its rows are there already.
        threads: that all workers of a process share, see :func:`transforms.pool.pool_of`.
        ticks: where progress is sent.
        until: seconds since 1970 after which no further recording is begun, and none goes on beyond what its bytes
            can hold; None for no end.
    """

    wanted: Listening
    recordings: Table | None
    run_id: str
    threads: int = 1
    ticks: tuple[str, int] | None = None
    until: float | None = None


def hear(
    shard: Shard,
    hearing: Hearing,
    detector: SpeechDetector | None,
    ticker: Ticker,
    opened: Opener = open_audio,
    facts: FactsOf = read_facts,
    pool: Pool | None = None,
) -> Iterator[TaggedOutput]:
    """Everything of a shard, each kind to its branch.

    The row of ``files`` is the last of the shard: where it is written, all its other rows are.
    """
    files = Rows("files", shard.name)
    for failed in shard.failed:
        assert failed.problem is not None
        for file in failed.source.files:
            errors = error_rows([failed.problem], hearing.run_id, uri=file.uri, recording_id=None)
            yield TaggedOutput(INVENTORY, Rows("errors", shard.name, errors))
        restless = failed.problem.reason is Reason.CHANGED_WHILE_READ
        rows = file_rows([failed.source], None, Outcome("failed"), hearing.run_id, restless=restless)
        yield TaggedOutput(INVENTORY, replace(files, batch=rows))
        ticker.add(files=len(failed.source.files), errors=len(failed.source.files))
    for recording, outcome in shard.copies:
        rows = file_rows(recording.sources, recording.recording_id, outcome, hearing.run_id)
        yield TaggedOutput(INVENTORY, replace(files, batch=rows))
        ticker.add(files=len(recording.files))
    for recording in shard.recordings:
        if hearing.until is not None and time.time() > hearing.until:
            # It has no row of ``files``: the next run takes it up.
            Metrics.counter("earwitness", "postponed_files").inc(len(recording.files))
            continue
        yield from _hear_one(recording, shard.name, hearing, detector, ticker, opened, facts, pool)
    for branch in STREAMS:
        yield TaggedOutput(branch, Item(shard.name, None))
    yield TaggedOutput(INVENTORY, replace(files, closes=True))
    ticker.send()


def _hear_one(
    recording: Recording,
    shard: str,
    hearing: Hearing,
    detector: SpeechDetector | None,
    ticker: Ticker,
    opened: Opener,
    facts: FactsOf,
    pool: Pool | None,
) -> Iterator[TaggedOutput]:
    problems: list[Problem] = []
    events = listen(recording, hearing.wanted, detector, opened, hearing.until, facts, pool)
    with closing(events if pool is None else read_ahead(events, EVENTS_AHEAD)) as heard:
        for event in heard:
            match event:
                case Window():
                    yield TaggedOutput(WINDOWS, Item(shard, event))
                case Segment():
                    yield TaggedOutput(SEGMENTS, Item(shard, event))
                case Clip():
                    yield TaggedOutput(CLIPS, Item(shard, event))
                case Talk():
                    yield TaggedOutput(TALKS, Item(shard, event))
                case Progress():
                    ticker.add(seconds=event.seconds)
                case Problem():
                    problems.append(event)
                case Heard():
                    yield from _inventory(recording, event, problems, shard, hearing)
                    ticker.add(files=len(recording.files), errors=len(problems) * len(recording.files))


def _inventory(
    recording: Recording, heard: Heard, problems: list[Problem], shard: str, hearing: Hearing
) -> Iterator[TaggedOutput]:
    recording_id = recording.recording_id if heard.duration_ms else None
    if recording_id is not None and hearing.recordings is not None:
        row = recording_row(hearing.recordings, recording, heard, hearing.run_id)
        yield TaggedOutput(INVENTORY, Rows("recordings", shard, row))
    for source in recording.files if problems else ():  # a copy of a broken file is broken too
        errors = error_rows(problems, hearing.run_id, uri=source.uri, recording_id=recording_id)
        yield TaggedOutput(INVENTORY, Rows("errors", shard, errors))
    restless = any(problem.reason is Reason.CHANGED_WHILE_READ for problem in problems)
    rows = file_rows(
        recording.sources, recording_id, Outcome(heard.status, heard.notes), hearing.run_id, restless=restless
    )
    yield TaggedOutput(INVENTORY, Rows("files", shard, rows))
    Metrics.counter("earwitness", "heard_ms").inc(heard.duration_ms)
    Metrics.counter("earwitness", "kept_ms").inc(round(heard.kept_seconds * 1000))


class Listen(beam.PTransform):
    """Decodes each recording once.  Outputs ``windows``, ``segments``, ``clips``, ``talks`` and
    ``inventory``.

    What comes out holds samples and has to stay in the fused chain.
    """

    def __init__(self, hearing: Hearing) -> None:
        super().__init__()
        self._hearing = hearing

    def expand(self, shards: beam.PCollection[Shard]) -> DoOutputsTuple:
        return shards | beam.ParDo(_Hear(self._hearing)).with_outputs(*STREAMS, INVENTORY)


class _Hear(beam.DoFn):
    def __init__(self, hearing: Hearing) -> None:
        self._hearing = hearing

    def setup(self) -> None:
        return_freed_memory()
        self._detector = SpeechDetector() if self._hearing.wanted.speech else None
        self._ticker = Ticker(self._hearing.ticks)
        self._decoder = Decoder(self._hearing.wanted.asked)

    def process(self, shard: Shard) -> Iterator[TaggedOutput]:
        use_threads(1)
        decoder, pool = self._decoder, pool_of("listening", min(MOST_LISTENING, self._hearing.threads))
        yield from hear(shard, self._hearing, self._detector, self._ticker, decoder.open, decoder.facts, pool)

    def teardown(self) -> None:
        self._decoder.close()
