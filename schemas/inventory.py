"""The tables that say what was given, what it is, what failed and which run did it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyarrow as pa

from schemas.columns import OF_RECORDING, RECORDING, RUN, label, list_of, milliseconds, share
from schemas.mixes import PATTERN
from schemas.reasons import Reason, Stage
from schemas.recorder import FACTS
from schemas.table import Table, column

STATUSES = ("complete", "partial", "no_audio", "failed")
UTC = pa.timestamp("us", tz="UTC")

FILES = Table(
    name="files",
    row="a URI that a run was given",
    key=("uri",),
    stage=Stage.DISCOVER,
    references=(OF_RECORDING,),
    schema=pa.schema(
        [
            column("uri", pa.string(), "path or address of the file"),
            column("bytes", pa.int64(), "size of the file", unit="bytes", low=0),
            column(
                "modified",
                UTC,
                "when the file was last changed; null where it is not known, or changed while it was read",
                nullable=True,
            ),
            RECORDING.with_nullable(True),
            column(
                "bytes_hash",
                pa.string(),
                "hash of its bytes: SHA-256, first 128 bits; null where they were not read",
                regex=r"[0-9a-f]{32}$",
                nullable=True,
            ),
            column(
                "part",
                pa.int16(),
                "which part of the recording it is, where --join-parts made one of several files; else null",
                low=1,
                nullable=True,
            ),
            label(
                "status",
                "complete: every sample was read; partial: part of it was (see errors); "
                "no_audio: nothing to hear in it; failed: it could not be read",
                oneof=STATUSES,
            ),
            column(
                "notes",
                list_of(pa.string()),
                "what is to be known of it that is no failure: codes of the closed list below; null in rows of earlier "
                "versions",
                nullable=True,
            ),
            RUN,
        ]
    ),
)

OWN_COLUMN: Mapping[str, str] = {
    "files": "your own, of the row of the metadata that names this file",
    "recordings": "your own, from the metadata, where all files of the recording that have a value have the same; "
    "null where they differ: `files` and `appearances` have each",
}
"""What is told of the user's own columns, by the tables that have them."""

TRACK = pa.struct(
    [
        column("language", pa.string(), "as the file writes it", nullable=True),
        column("title", pa.string(), "what it is called", nullable=True),
        column("default", pa.bool_(), "whether players take it by themselves"),
        column("channels", pa.int16(), "its channels, as the header says", low=1, nullable=True),
    ]
)

STORES_FLOATS = ("pcm_f16", "pcm_f24", "pcm_f32", "pcm_f64", "wavpack")
"""Codecs whose samples may lie at any height: programs that mix and analyse store them unscaled."""

HIGHEST_PEAK_DBFS = 20.0
"""Of any other codec.  Lossy ones give back a few decibels more than was coded; a decoder that reads with another
stream's code books was measured to give 47."""

RECORDINGS = Table(
    name="recordings",
    row="one content, however many files hold it; the user's own metadata columns stand behind these",
    key=("recording_id",),
    stage=Stage.DECODE,
    shaped_by=("location",),
    schema=pa.schema(
        [
            RECORDING,
            column("uri", pa.string(), "the file that was decoded: the first by name that holds the content"),
            column(
                "sound_hash",
                pa.string(),
                "hash of its decoded samples, of all channels and tracks that were heard, with their rate and where no "
                "audio is: 8 hex digits of how the sound begins, 32 of the whole; null in rows of earlier versions "
                "until a run fills it in",
                regex=r"[0-9a-f]{40}$",
                nullable=True,
            ),
            label("container", "container format, as the decoder names it"),
            label("codec", "codec or sample format, as the decoder names it"),
            column("sample_rate_hz", pa.int32(), "sampling rate of the file", unit="Hz", low=1),
            column("channels", pa.int16(), "channels of what was decoded, of all tracks together", low=1),
            label(
                "mix",
                "how its channels became one: mono, mean, without LFE, W (of ambisonics), channel 2, channels 1+3, "
                "channel 2 turned (the mean with that polarity inverted), apart (--channels each); several where it "
                "changed, and of each track where several were heard; null in rows of earlier versions",
                regex=PATTERN,
                nullable=True,
            ),
            column(
                "tracks",
                list_of(TRACK),
                "the audio tracks of the file; empty where its format knows but one",
                nullable=True,
            ),
            column("track", pa.int16(), "the track that was heard, from 1; null: all", low=1, nullable=True),
            milliseconds("duration_ms", "length on a player's clock with gaps, of the longest track"),
            milliseconds(
                "audio_start_ms",
                "where the audio (of the first track) begins on that clock, silence before it",
                nullable=True,
            ),
            column("gaps", pa.int32(), "stretches within it for which the file holds no audio", low=0, nullable=True),
            milliseconds(
                "without_audio_ms",
                "how much of the duration holds no audio: gaps, and what is before the start",
                nullable=True,
            ),
            milliseconds(
                "drift_ms",
                "by how much the clock ran ahead of the samples beside gaps: silence put in (negative: left out)",
                low=None,
                nullable=True,
            ),
            column(
                "loudness_lufs",
                pa.float32(),
                "integrated loudness after ITU-R BS.1770-4, of the loudest track; null where nothing passes its gate",
                unit="LUFS",
                low=-70,  # the absolute gate
                high=240,  # of samples at the decoder's LOUDEST, on every channel
                nullable=True,
            ),
            column(
                "peak_dbfs",
                pa.float32(),
                "greatest absolute sample; null for digital silence; above 20 only where the codec stores floats",
                unit="dBFS",
                low=-900,  # of the least float32
                high=193,  # of the decoder's LOUDEST
                nullable=True,
            ),
            share(
                "clipped_share",
                "share of the samples in flat tops at the highest level that each side of a channel has; where a "
                "filter or a lossy coder bent them, an estimate, and 0 where few were clipped",
            ),
            share("speech_share", "share of the duration that lies in segments of speech", nullable=True),
            *FACTS,
            RUN,
        ]
    ),
)


def errors(stages: Iterable[str]) -> Table:
    """The table ``errors``, which names stages of all the others."""
    return Table(
        name="errors",
        row="something that failed: none to many a file",
        key=(),
        schema=pa.schema(
            [
                column("uri", pa.string(), "the file that it happened to"),
                RECORDING.with_nullable(True),
                label("stage", "where it failed", oneof=list(stages)),
                label("reason", "why: a code of the closed list", oneof=[r.value for r in Reason]),
                column("message", pa.string(), "the same for a person, in one line"),
                column("channel", pa.int16(), "the channel, where one was read", low=0, nullable=True),
                milliseconds("start_ms", "where in the recording, if it is known", nullable=True),
                milliseconds("end_ms", "to where, if it is known", nullable=True),
                RUN,
            ]
        ),
    )


COUNT = pa.struct([column("name", pa.string(), "what was counted"), column("value", pa.int64(), "how many", low=0)])
SECONDS_BY_STAGE = pa.struct(
    [column("name", pa.string(), "the stage"), column("seconds", pa.float64(), "its time", unit="s", low=0)]
)
VERSION = pa.struct([column("name", pa.string(), "of what"), column("version", pa.string(), "which version")])

RUNS = Table(
    name="runs",
    row="a run",
    key=("run_id",),
    schema=pa.schema(
        [
            column("run_id", pa.string(), "UTC time of the start and four random hex digits"),
            column("started", UTC, "when it started"),
            column("finished", UTC, "when its tables were written"),
            column("config", pa.string(), "the whole configuration as JSON"),
            column(
                "models",
                list_of(VERSION),
                "the checkpoint of each job: name@revision/precision, with -ENGINE where another than torch ran it",
            ),
            column("versions", list_of(VERSION), "versions of Python and of the packages that shape rows"),
            column(
                "counts",
                list_of(COUNT),
                "rows of each table after the run, files by status, errors by reason; inputs by what the run did about "
                "them (taken, failed of these, skipped, resumed, pruned, waiting); of each job seen_ms, the audio in "
                "its batches, and padding_ms, how much of that was padding or repetition; of workers processes, "
                "threads (of each) and peak_bytes, the most memory that one of them had",
            ),
            column("audio_seconds_in", pa.float64(), "length of what was decoded", unit="s", low=0),
            column(
                "audio_seconds_out",
                pa.float64(),
                "length of what lies in windows: all channels that were kept",
                unit="s",
                low=0,
            ),
            column("wall_seconds", pa.float64(), "from the start to the end of the last stage", unit="s", low=0),
            column(
                "model_seconds",
                list_of(SECONDS_BY_STAGE),
                "time inside each model, summed over workers",
                unit="s",
            ),
        ]
    ),
)
