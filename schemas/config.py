"""The configuration of a run: strict, with every default in one place.

A file (YAML, read by the caller with a safe loader) and the command line both end here.  An
unknown key, a wrong type or a value out of range is a :class:`UsageError` of one line.
"""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from schemas.catalog import nearest
from schemas.devices import AUTO, check_device
from schemas.duration import seconds_of
from schemas.errors import UsageError
from schemas.jobs import JOBS
from schemas.metadata import MetadataConfig, check_types
from schemas.mixes import check_mix
from schemas.raw import read_raw
from schemas.sets import SetName
from schemas.shown import LIMIT, shown
from schemas.tracks import DEFAULT, check_tracks
from schemas.vocabulary import Vocabulary

MAX_HOURS = 200.0
"""A week without a break is 168."""


@dataclass(frozen=True)
class SpeechConfig:
    """How speech is cut into segments.  Times are rounded to VAD frames of 32 ms.

    Attributes:
        threshold: speech begins at this probability; it ends 0.15 below it.
        min_speech_ms: the shortest speech that counts, a short word; at most half of max_seconds.
        min_silence_ms: a pause at least this long ends a segment.
        pad_ms: kept on both sides of a segment; at most half of min_silence_ms and a quarter of max_seconds.
        max_seconds: longer speech is cut at a pause of 128 ms, where there is one, and at ten times as long anyhow.
    """

    threshold: float = 0.5
    min_speech_ms: int = 160
    min_silence_ms: int = 320
    pad_ms: int = 64
    max_seconds: float = 30.0

    def __post_init__(self) -> None:
        _between("speech.threshold", self.threshold, 0.15, 1)
        _between("speech.max_seconds", self.max_seconds, 1, 30)
        _between("speech.min_speech_ms", self.min_speech_ms, 0, min(10_000, self.max_seconds * 500))
        _between("speech.min_silence_ms", self.min_silence_ms, 32, 10_000)
        _between("speech.pad_ms", self.pad_ms, 0, min(self.min_silence_ms / 2, self.max_seconds * 250))


@dataclass(frozen=True)
class Config:
    """What a run does.

    Attributes:
        recordings: files, folders and globs.
        out: the folder of the corpus.
        models: a named set of checkpoints; see :mod:`schemas.sets`.
        model: the checkpoint of a job, over the set's; ``none`` leaves the job out.
        tables: only these and what they need; None for all that the models allow.
        types: the type of each of the user's columns that is not text: one of METADATA_TYPES.
        path_columns: columns out of the path of each file, as ``{station}/{year}/{show}``; None for none.
        channels: ``mix`` makes one of the channels, ``each`` keeps them apart.
        mix: how channels become one: ``auto``, ``mean`` or the numbers of some; see :mod:`schemas.mixes`.
        language: code of what is spoken, as :mod:`transforms.languages` writes it; None lets a model detect it where
            it can.
        vocabulary: words and names that transcripts are to prefer.
        language_column: a column of the user's that says the language of each file, over ``language``; None for none.
        device, precision, engine: where the models run, in which numbers and by what; ``auto`` is the fastest on
            this machine that keeps the results.  ``cuda`` is every GPU, ``cuda:0,2`` those of these numbers.
        workers: processes that hear side by side; 1 is this process with its threads, None what suits the machine.
        emotion_seconds: longest stretch that one emotion or speaker vector is given for, in seconds.
        batch_seconds: the most audio that a model is given at once; None: 60 s on a CPU, half of a GPU's free memory.
        shard_seconds: audio whose rows share one file while a run works, in seconds.
        beam: options for Beam, as on its command line.
        keep: snapshots that are kept, the published one among them.
        force: tables that are made anew whatever the corpus holds.
        retry_errors: take up again whatever has a row of ``errors``.
        prune: drop the rows of files that are gone.
        stop_after: hours, minutes or seconds (8h, 90m, 30s) after which no further file is taken up; what was begun
            is finished and published, but for files that go on beyond what their bytes can hold.
        strict: one row that breaks a rule of the audit keeps everything from being published; otherwise the rows of its
            recording are taken out.
        max_hours: what is heard of one recording at most; the rest is left out and told in a row of ``errors``.
        tracks: which audio track of a file is heard: ``default``, ``first``, ``all``, a number or a language; see
            :mod:`schemas.tracks`.
        raw: how files without a header are written, as ``alaw:8000``, ``s16le:16000:2`` or ``.raw=s16le:16000``; see
            :mod:`schemas.raw`.
        join_parts: make one recording of the files that a recorder split one take into.
        location: keep where a recording was made, if its header says so: personal data.
        max_error_share: of the files taken up in a run, how many may fail before it publishes nothing; None for any.
    """

    recordings: tuple[str, ...] = ()
    out: str = ""
    models: SetName = "base"
    model: Mapping[str, str] = field(default_factory=dict)
    tables: tuple[str, ...] | None = None
    metadata: MetadataConfig = field(default_factory=MetadataConfig)
    types: Mapping[str, str] = field(default_factory=dict)
    path_columns: str | None = None
    channels: Literal["mix", "each"] = "mix"
    mix: str = AUTO
    language: str | None = None
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    language_column: str | None = None
    device: str = AUTO
    workers: int | None = None
    precision: Literal["auto", "fp32", "bf16", "int8"] = "auto"
    engine: Literal["auto", "torch", "openvino", "ctranslate2"] = "auto"
    speech: SpeechConfig = field(default_factory=SpeechConfig)
    emotion_seconds: float = 5.0
    top_tags: int = 10
    batch_seconds: float | None = None
    shard_seconds: float = 900.0
    beam: tuple[str, ...] = ()
    keep: int = 3
    force: tuple[str, ...] = ()
    retry_errors: bool = False
    prune: bool = False
    stop_after: str | None = None
    strict: bool = False
    max_error_share: float | None = None
    max_hours: float = MAX_HOURS
    tracks: str = DEFAULT
    raw: tuple[str, ...] = ()
    location: bool = False
    join_parts: bool = False

    def __post_init__(self) -> None:
        for job in self.model:
            if job not in JOBS:
                raise UsageError(f"model: unknown job {shown(job)}{nearest(_word(job), JOBS)}")
        check_types(self.metadata.types)
        check_types(self.types)
        _between("emotion_seconds", self.emotion_seconds, 1, 30)
        _between("top_tags", self.top_tags, 1, 1000)
        _between("shard_seconds", self.shard_seconds, 1, 36_000)
        _between("keep", self.keep, 1, 1000)
        _between("max_hours", self.max_hours, 0.001, 100_000)
        for name, low, high in (("batch_seconds", 1, 3600), ("max_error_share", 0, 1), ("workers", 1, 1024)):
            if (value := getattr(self, name)) is not None:
                _between(name, value, low, high)
        read_raw(self.raw)
        for name, check in {"mix": check_mix, "tracks": check_tracks, "device": check_device}.items():
            object.__setattr__(self, name, check(getattr(self, name)))
        if self.workers is not None and self.beam:
            raise UsageError("--workers and options for Beam behind --: name the one or the other")
        if self.stop_after is not None:
            seconds_of(self.stop_after)


def from_mapping(values: Mapping[str, Any]) -> Config:
    """The configuration that a mapping, as YAML gives it, describes.

    Raises:
        UsageError: an unknown key (the message names the nearest known one), a wrong type, a
            value out of range.
    """
    return _build(Config, values, "")


def to_mapping(config: Config) -> dict[str, Any]:
    """The configuration as plain dicts, lists and scalars, for ``runs.config``."""
    return _plain(config)


def _build(kind: type, values: Mapping[str, Any], where: str) -> Any:
    if not isinstance(values, Mapping):
        raise UsageError(f"{where.rstrip('.') or 'the configuration'}: expected keys and values, got {shown(values)}")
    hints = typing.get_type_hints(kind)
    for key in values:
        if key not in hints:
            raise UsageError(f"unknown key {shown(where + _word(key))}{nearest(_word(key), hints)}")
    return kind(**{key: _convert(hints[key], value, f"{where}{key}") for key, value in values.items()})


def _convert(hint: Any, value: Any, where: str) -> Any:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        if value is None:
            return None
        return _convert(next(a for a in args if a is not type(None)), value, where)
    if origin is Literal:
        if value not in args:
            raise UsageError(f"{where}: {shown(value)} is not known{nearest(_word(value), [str(a) for a in args])}")
        return value
    if origin is tuple:
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list | tuple):
            raise UsageError(f"{where}: expected a list, got {shown(value)}")
        return tuple(_convert(args[0], item, where) for item in items)
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(value, Mapping):
            raise UsageError(f"{where}: expected keys and values, got {shown(value)}")
        return {str(k): _convert(args[1], v, f"{where}.{_word(k)}") for k, v in value.items()}
    if dataclasses.is_dataclass(hint):
        return _build(typing.cast(type, hint), value, where + ".")
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value) if abs(value) < 1 << 64 else math.copysign(math.inf, value)
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        raise UsageError(f"{where}: expected {hint.__name__}, got {shown(value)}")
    return value


def _word(key: object) -> str:
    """A key or a value as a word of a message."""
    return key[:LIMIT] if isinstance(key, str) else shown(key)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    return value


def _between(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise UsageError(f"{name}: {shown(value)} is not between {low:g} and {high:g}")
