"""Rows of files, recordings and errors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import pyarrow as pa

from schemas.catalog import TABLES
from schemas.records import Outcome, Place, Problem, Recording, Source
from schemas.table import Table
from schemas.tracks import Track
from transforms.decode.facts import Facts
from transforms.decode.format import Format
from transforms.heard import Heard
from transforms.rows.batch import to_batch


def file_rows(
    sources: Iterable[Source], recording_id: str | None, outcome: Outcome, run_id: str, *, restless: bool = False
) -> pa.RecordBatch:
    """Rows of ``files``: every URI that holds one content or a part of it, or one URI that could not be read.

    Args:
        restless: a file changed while it was read: no time of change is noted, so that the next run reads it anew.
    """
    numbered = [(file, i if source.parts else None) for source in sources for i, file in enumerate(source.files, 1)]
    files = [file for file, _ in numbered]
    return to_batch(
        TABLES["files"],
        {
            "uri": [s.uri for s in files],
            "bytes": [s.bytes for s in files],
            # microseconds, whatever the year
            "modified": [None if restless else s.modified_ns // 1000 or None for s in files],
            "recording_id": [recording_id] * len(files),
            "bytes_hash": [s.content or None for s in files],
            "part": [part for _, part in numbered],
            "status": [outcome.status] * len(files),
            "notes": [outcome.notes] * len(files),
            "run_id": [run_id] * len(files),
        },
    )


def recording_row(table: Table, recording: Recording, heard: Heard, run_id: str) -> pa.RecordBatch:
    """The row of ``recordings``, with the user's own columns of the first file that has any."""
    assert heard.format is not None
    own: Mapping[str, Any] = next((s.metadata for s in recording.sources if s.metadata), {})
    declared = set(TABLES["recordings"].schema.names)
    return to_batch(
        table,
        {
            "recording_id": [recording.recording_id],
            "uri": [recording.sources[0].uri],
            "sound_hash": [heard.sound_hash],
            **{name: [value] for name, value in header_columns(heard.format, heard.facts).items()},
            "sample_rate_hz": [heard.format.sample_rate_hz],
            "channels": [heard.format.channels],
            "mix": [heard.mix],
            "track": [None if heard.all_tracks else heard.format.track],
            "duration_ms": [heard.duration_ms],
            "audio_start_ms": [heard.timing.audio_start_ms],
            "gaps": [heard.timing.gaps],
            "without_audio_ms": [heard.timing.without_audio_ms],
            "drift_ms": [heard.timing.drift_ms],
            "loudness_lufs": [heard.loudness_lufs],
            "peak_dbfs": [heard.peak_dbfs],
            "clipped_share": [heard.clipped_share],
            "speech_share": [heard.speech_share],
            "run_id": [run_id],
            **{name: [own.get(name)] for name in table.schema.names if name not in declared},
        },
    )


def header_columns(format: Format, facts: Facts) -> dict[str, Any]:
    """What a row of ``recordings`` says of the file, which may be another one for the same sound."""
    return {
        "container": format.container,
        "codec": format.codec,
        "tracks": [_track(track) for track in format.tracks],
        **asdict(facts),
    }


def _track(track: Track) -> dict[str, Any]:
    return {
        "language": track.language,
        "title": track.title,
        "default": track.is_default,
        "channels": track.channels,
    }


def error_rows(
    problems: Sequence[Problem], run_id: str, *, uri: str, recording_id: str | None, places: Sequence[Place] = ()
) -> pa.RecordBatch:
    """Rows of ``errors``; ``places`` says where, one for each problem, if the problems are of clips."""
    return to_batch(
        TABLES["errors"],
        {
            "uri": [p.uri for p in places] or [uri] * len(problems),
            "recording_id": [p.recording_id for p in places] or [recording_id] * len(problems),
            "stage": [str(p.stage) for p in problems],
            "reason": [p.reason.value for p in problems],
            "message": [_one_line(p.message) for p in problems],
            "channel": [p.channel for p in places] or [None] * len(problems),
            "start_ms": [p.start_ms for p in places] or [p.start_ms for p in problems],
            "end_ms": [p.end_ms for p in places] or [None] * len(problems),
            "run_id": [run_id] * len(problems),
        },
    )


def _one_line(message: str) -> str:
    """Whatever a library said, as text that can be written: names of files may hold what is no UTF-8."""
    return " ".join(message.encode("utf-8", "backslashreplace").decode().split())
