"""Speaker labels: pseudonyms for the voices of a recording and of a corpus, out of the stored vectors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa

from pipelines.audit.audit import audit
from pipelines.audit.check import Audit
from pipelines.files.parquet import read_batches, read_metadata, read_schema
from pipelines.speakers.clusters import (
    ASSIGNED,
    NOBODY,
    Speakers,
    Stretches,
    corpus_speakers,
    neighbours_and_strangers,
    parting,
    speakers_of,
)
from pipelines.speakers.threshold import Threshold, threshold_of
from pipelines.store.derived import publish_derived
from pipelines.store.read import Snapshot, unit_rows
from schemas.catalog import TABLES
from schemas.errors import UsageError
from schemas.layout import PARQUET
from transforms.shards import GROUP_ROWS, open_table

BATCH_ROWS = 16_384
EVIDENCE = ("voice", "voice and channel")
"""Of the mix, and of channels that were kept apart."""
WITHOUT = ("embedding",)
"""Columns of ``speakers`` that the labels do not need."""


@dataclass
class Labelled:
    """What was found.

    Attributes:
        recordings: speakers of each recording that holds speech, by its id.
        voices: how many speakers the corpus has.
        several: how many of them were found in more than one recording.
        ms, ms_without: of all stretches, and of those without a label.
        split: recordings of which two speakers, told apart within it, are one over the corpus.
        crossing: recordings of which two channels share a speaker over the corpus.
    """

    threshold: Threshold
    recordings: dict[str, int] = field(default_factory=dict)
    voices: int = 0
    several: int = 0
    ms: int = 0
    ms_without: int = 0
    split: int = 0
    crossing: int = 0


def label_speakers(out: Path, threshold: float | None = None, *, ask: Callable[..., Audit] = audit) -> Labelled:
    """Cluster the vectors of all recordings, and publish ``speaker_labels`` in place of earlier ones.

    Args:
        ask: audits, as :func:`pipelines.audit.audit.audit` does.

    Raises:
        BusyError: a run is at work.
        CommandError: no corpus, no vectors of voices or those of several checkpoints; OUT cannot be written; the audit
            failed.
        UsageError: a threshold that is no cosine, or none for a checkpoint of which nobody has said one.
    """

    def write(snapshot: Path, folder: Path, run_id: str) -> Labelled:
        made = Snapshot(snapshot).checkpoint_of("speakers")
        chosen = threshold_of(made, threshold)
        if chosen is None:
            raise UsageError(f"no threshold is known for vectors of {made}: name one with --threshold{_hint(snapshot)}")
        return _write(snapshot, folder, run_id, chosen)

    return publish_derived(out, "speaker_labels", write, ask=ask)


def _write(snapshot: Path, folder: Path, run_id: str, threshold: Threshold) -> Labelled:
    """Cluster, and write the rows: a file for each of ``speakers`` and in its order."""
    labelled = Labelled(threshold)
    paths = [path for path in Snapshot(snapshot).files("speakers") if read_metadata(path).num_rows]
    found: list[Speakers] = []
    channels: list[np.ndarray] = []
    for key, rows in (one for path in paths for one in recordings_of(path)):
        stretches = stretches_of(rows)
        speakers = speakers_of(stretches, threshold.cosine)
        found.append(speakers)
        first = [np.flatnonzero(speakers.speaker == one)[0] for one in range(len(speakers.ms))]
        channels.append(stretches.channel[np.array(first, np.int64)])
        ms = stretches.end_ms.astype(np.int64) - stretches.start_ms
        labelled.recordings[key] = len(speakers.ms)
        labelled.ms += int(ms.sum())
        labelled.ms_without += int(ms[speakers.speaker == NOBODY].sum())
    voices = _over_recordings(found, threshold.cosine)
    _count(labelled, voices, channels)
    width = max(3, len(str(labelled.voices)))
    names = pa.array([f"P{number:0{width}}" for number in range(1, labelled.voices + 1)], pa.string())
    of_recordings = zip(found, voices, strict=True)
    for number, path in enumerate(paths):
        parts = (
            _rows(rows, *next(of_recordings), names, threshold.cosine) for _, rows in recordings_of(path, vectors=False)
        )
        _write_file(folder / f"{run_id}-{number:04d}{PARQUET}", parts)
    return labelled


def _over_recordings(found: list[Speakers], threshold: float) -> list[np.ndarray]:
    """Of each recording, the number that each of its speakers has over the corpus."""
    counts = [len(speakers.ms) for speakers in found]
    if not sum(counts):
        return [np.empty(0, np.int64) for _ in found]
    means = np.concatenate([speakers.means for speakers in found if len(speakers.ms)])
    ms = np.concatenate([speakers.ms for speakers in found])
    return np.split(corpus_speakers(means, ms, threshold), np.cumsum(counts)[:-1])


def _count(labelled: Labelled, voices: list[np.ndarray], channels: list[np.ndarray]) -> None:
    """Count what the voices over the corpus are; ``channels`` are those of each recording's speakers."""
    heard = Counter(voice for one in voices for voice in set(one.tolist()))
    labelled.voices = len(heard)
    labelled.several = sum(n > 1 for n in heard.values())
    for one, channel in zip(voices, channels, strict=True):
        pairs = [(a, b) for a in range(len(one)) for b in range(a) if one[a] == one[b]]
        labelled.split += any(channel[a] == channel[b] for a, b in pairs)
        labelled.crossing += any(channel[a] != channel[b] for a, b in pairs)


def _write_file(path: Path, parts: Iterator[pa.Table]) -> None:
    """The parts, joined to row groups: one by one each would cost more than its rows."""
    held: list[pa.Table] = []
    n = 0
    with open_table(path, TABLES["speaker_labels"]) as writer:
        for part in chain(parts, [None]):
            if part is not None:
                held.append(part)
                n += part.num_rows
            if held and (part is None or n >= GROUP_ROWS):
                writer.write_table(pa.concat_tables(held).combine_chunks(), row_group_size=n)
                held, n = [], 0


def recordings_of(path: Path, *, vectors: bool = True) -> Iterator[tuple[str, pa.Table]]:
    """The rows of each recording in a file of ``speakers``, which is sorted by recording."""
    held: list[pa.Table] = []
    last = None
    columns = [name for name in read_schema(path).names if vectors or name not in WITHOUT]
    for batch in read_batches(path, BATCH_ROWS, columns):
        keys = np.array(batch.column("recording_id").cast(pa.string()).to_pylist(), object)
        starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]])) if len(keys) else ()
        for start, end in zip(starts, [*starts[1:], len(keys)], strict=True):
            if keys[start] != last and held:
                yield str(last), pa.concat_tables(held)
                held = []
            last = keys[start]
            held.append(pa.Table.from_batches([batch.slice(start, end - start)]))
    if held:
        yield str(last), pa.concat_tables(held)


def stretches_of(rows: pa.Table) -> Stretches:
    """The stretches of a recording out of its rows of ``speakers``."""
    vectors = np.concatenate([unit_rows(chunk) for chunk in rows["embedding"].chunks])
    channel, start_ms, end_ms = (rows[name].to_numpy() for name in ("channel", "start_ms", "end_ms"))
    return Stretches(channel, start_ms, end_ms, vectors)


def _rows(rows: pa.Table, speakers: Speakers, voices: np.ndarray, names: pa.Array, threshold: float) -> pa.Table:
    """The rows of ``speaker_labels`` for a recording's rows of ``speakers``."""
    known = speakers.speaker != NOBODY
    of = np.where(known, speakers.speaker, 0)
    every = np.ones_like(known)
    local = pa.array([f"S{number}" for number in range(1, len(speakers.ms) + 1)], pa.string())
    over = voices[of] if len(voices) else of
    made = {name: rows[name] for name in rows.schema.names}
    made["recording_speaker"] = _coded(of, known, local)
    made["corpus_speaker"] = _coded(over, known, names)
    made["assigned"] = _coded(speakers.assigned, every, pa.array(ASSIGNED))
    made["similarity"] = pa.array(speakers.similarity, pa.float32(), from_pandas=True)
    made["margin"] = pa.array(speakers.margin, pa.float32(), from_pandas=True)
    apart = rows["channel"].to_numpy() > 0
    made["evidence"] = _coded(apart, every, pa.array(EVIDENCE))
    made["threshold"] = pa.array(np.full(rows.num_rows, threshold, np.float32))
    schema = TABLES["speaker_labels"].schema
    return pa.Table.from_arrays([made[name] for name in schema.names], schema=schema)


def _coded(at: np.ndarray, known: np.ndarray, values: pa.Array) -> pa.Array:
    """The values at these places, null where none is known."""
    return values.take(pa.array(at, pa.int64(), mask=~known))


def _hint(snapshot: Path) -> str:
    """What the corpus's own vectors say of it, in words."""
    found = neighbours_and_strangers(
        (stretches_of(rows), np.array(rows["segment_id"].to_pylist(), object))
        for path in Snapshot(snapshot).files("speakers")
        for _, rows in recordings_of(path)
    )
    if found is None:
        return ""
    alike, strange = found
    return (
        f" (here the cosine of stretches that follow each other in a segment is {np.median(alike):.2f} in the median, "
        f"that of stretches of two recordings {np.median(strange):.2f}; {parting(alike, strange):.2f} parts them best)"
    )
