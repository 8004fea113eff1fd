"""The configuration: every key by YAML, and one line for whatever is wrong with it."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from schemas.config import Config, SpeechConfig, from_mapping, to_mapping
from schemas.errors import UsageError
from schemas.jobs import JOBS
from schemas.metadata import METADATA_TYPES, MetadataConfig
from schemas.vocabulary import Vocabulary

EVERYTHING = """
recordings: [interviews, "radio/*.mp3"]
out: corpus
models: demo
model: {emotions: some/model@v1, sounds: none}
tables: [transcripts, sounds]
metadata:
  path: interviews.csv
  types: {year: int, recorded: date}
  encoding: cp1252
  separator: semicolon
  sheet: Spots
  key: name
types: {count: int}
path_columns: '{station}/{year}'
language_column: lang
channels: each
language: de
vocabulary: {file: names.txt, words: [Acme Cola, Northwind]}
device: cuda:0,2
workers: 4
precision: bf16
engine: openvino
speech: {threshold: 0.6, min_speech_ms: 100, min_silence_ms: 500, pad_ms: 32, max_seconds: 20}
emotion_seconds: 3
top_tags: 5
batch_seconds: 30
shard_seconds: 600
keep: 5
force: [sounds]
retry_errors: true
strict: true
prune: true
stop_after: 8h
max_error_share: 0.1
max_hours: 24
tracks: eng
mix: 1+3
raw: [alaw:8000]
location: true
join_parts: true
"""

words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
speech = st.integers(2, 30).flatmap(
    lambda seconds: st.integers(32, 10_000).flatmap(
        lambda silence: st.builds(
            SpeechConfig,
            threshold=st.floats(0.15, 1),
            min_speech_ms=st.integers(0, seconds * 500 if seconds < 20 else 10_000),
            min_silence_ms=st.just(silence),
            pad_ms=st.integers(0, min(silence // 2, seconds * 250)),
            max_seconds=st.just(float(seconds)),
        )
    )
)
configs = st.builds(
    Config,
    recordings=st.lists(words).map(tuple),
    out=words,
    models=st.sampled_from(["base", "demo"]),
    model=st.dictionaries(st.sampled_from(list(JOBS)), words),
    tables=st.none() | st.lists(words).map(tuple),
    metadata=st.builds(
        MetadataConfig, path=st.none() | words, types=st.dictionaries(words, st.sampled_from(METADATA_TYPES))
    ),
    types=st.dictionaries(words, st.sampled_from(METADATA_TYPES)),
    path_columns=st.none() | words,
    language_column=st.none() | words,
    channels=st.sampled_from(["mix", "each"]),
    language=st.none() | st.sampled_from(["en", "de", "yue"]),
    vocabulary=st.builds(
        Vocabulary, file=st.none() | words, words=st.lists(st.text("abc", min_size=1, max_size=5)).map(tuple)
    ),
    device=st.sampled_from(["auto", "cpu", "cuda", "cuda:0,2"]),
    precision=st.sampled_from(["auto", "fp32", "bf16"]),
    engine=st.sampled_from(["auto", "torch", "openvino"]),
    speech=speech,
    emotion_seconds=st.floats(1, 30),
    top_tags=st.integers(1, 1000),
    batch_seconds=st.none() | st.floats(1, 3600),
    shard_seconds=st.floats(1, 36_000),
    beam=st.lists(words).map(tuple),
    keep=st.integers(1, 1000),
    force=st.lists(words).map(tuple),
    retry_errors=st.booleans(),
    strict=st.booleans(),
    prune=st.booleans(),
    stop_after=st.sampled_from([None, "8h", "90m", "1.5s"]),
    max_error_share=st.none() | st.floats(0, 1),
    max_hours=st.floats(0.001, 100_000),
    mix=st.sampled_from(["auto", "mean", "2", "1+3"]),
    tracks=st.sampled_from(["default", "all", "2", "eng"]),
    raw=st.lists(st.sampled_from(["alaw:8000", ".raw=s16le:16000:2", ".vox=vox:6000"]), unique=True).map(tuple),
    location=st.booleans(),
    join_parts=st.booleans(),
) | st.builds(Config, workers=st.integers(1, 1024))  # which options for Beam exclude


def test_every_key_can_be_set_by_yaml() -> None:
    values = yaml.safe_load(EVERYTHING)
    config = from_mapping(values)
    of_beam = {"beam": ["--direct_num_workers=2"]}  # workers exclude them
    assert from_mapping(of_beam).beam == ("--direct_num_workers=2",)
    assert {*values, *of_beam} == {field.name for field in dataclasses.fields(Config)}
    assert set(values["speech"]) == {field.name for field in dataclasses.fields(SpeechConfig)}
    assert set(values["metadata"]) == {field.name for field in dataclasses.fields(MetadataConfig)}
    default = Config()
    for field in dataclasses.fields(Config):
        changed = getattr(config, field.name) != getattr(default, field.name)
        assert changed or field.name in of_beam, field.name
    for field in dataclasses.fields(SpeechConfig):
        assert getattr(config.speech, field.name) != getattr(default.speech, field.name), field.name
    assert config.emotion_seconds == 3.0
    assert isinstance(config.emotion_seconds, float)


def test_nothing_is_a_whole_configuration() -> None:
    assert from_mapping({}) == Config()


def test_one_word_is_a_list_of_one() -> None:
    assert from_mapping({"recordings": "interviews"}).recordings == ("interviews",)


@given(configs)
def test_a_configuration_survives_json(config: Config) -> None:
    assert from_mapping(json.loads(json.dumps(to_mapping(config)))) == config


@given(configs)
def test_a_configuration_survives_yaml(config: Config) -> None:
    assert from_mapping(yaml.safe_load(yaml.safe_dump(to_mapping(config)))) == config


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"recording": []}, "unknown key 'recording': did you mean 'recordings'?"),
        ({"lanugage": "en"}, "unknown key 'lanugage': did you mean 'language'?"),
        ({"speech": {"treshold": 0.5}}, "unknown key 'speech.treshold': did you mean 'threshold'?"),
        ({"metadata": {"file": "a.csv"}}, "unknown key 'metadata.file'"),
        ({"xyzzy": 1}, "unknown key 'xyzzy': choose from recordings, out,"),
        ({1: 2}, "unknown key '1'"),
        ({"model": {"emotion": "none"}}, "model: unknown job 'emotion': did you mean 'emotions'?"),
        (
            {"metadata": {"types": {"age": "integer"}}},
            "types.age: unknown type 'integer': did you mean 'int'?",
        ),
        ({"models": "bse"}, "models: 'bse' is not known: did you mean 'base'?"),
        ({"channels": "both"}, "channels: 'both' is not known: choose from mix, each"),
        ({"device": "gpu"}, "device: 'gpu' is none of auto, cpu, cuda (every GPU) and cuda:0,2"),
        ({"workers": 0}, "workers: 0 is not between 1 and 1024"),
        ({"workers": 2, "beam": ["--direct_num_workers=2"]}, "--workers and options for Beam behind --"),
        ({"precision": "fp16"}, "precision: 'fp16' is not known: did you mean '"),
        ({"channels": ["mix"]}, "channels: a list of 1 is not known"),
        ({"out": 3}, "out: expected str, got 3"),
        ({"language": False}, "language: expected str, got false"),  # YAML reads `no` so
        ({"top_tags": 1.5}, "top_tags: expected int, got 1.5"),
        ({"top_tags": True}, "top_tags: expected int, got true"),
        ({"batch_seconds": "60"}, "batch_seconds: expected float, got '60'"),
        ({"batch_seconds": True}, "batch_seconds: expected float, got true"),
        ({"recordings": 3}, "recordings: expected a list, got 3"),
        ({"recordings": ["a", 3]}, "recordings: expected str, got 3"),
        ({"tables": {"a": 1}}, "tables: expected a list"),
        ({"model": "none"}, "model: expected keys and values, got 'none'"),
        ({"model": {"sounds": None}}, "model.sounds: expected str, got null"),
        ({"speech": [0.5]}, "speech: expected keys and values, got a list of 1"),
        ({"speech": {"pad_ms": 32.5}}, "speech.pad_ms: expected int, got 32.5"),
        ({"top_tags": 0}, "top_tags: 0 is not between 1 and 1000"),
        ({"emotion_seconds": 0.5}, "emotion_seconds: 0.5 is not between 1 and 30"),
        ({"emotion_seconds": 31}, "emotion_seconds: 31.0 is not between 1 and 30"),
        ({"emotion_seconds": float("nan")}, "emotion_seconds: NaN is not between"),
        ({"batch_seconds": float("inf")}, "batch_seconds: Infinity is not between"),
        ({"shard_seconds": -1}, "shard_seconds: -1.0 is not between"),
        ({"speech": {"threshold": 1.5}}, "speech.threshold: 1.5 is not between 0.15 and 1"),
        ({"speech": {"max_seconds": 31}}, "speech.max_seconds: 31.0 is not between 1 and 30"),
        ({"speech": {"pad_ms": 161}}, "speech.pad_ms: 161 is not between 0 and 160"),
        ({"speech": {"min_silence_ms": 0}}, "speech.min_silence_ms: 0 is not between"),
        ([], "the configuration: expected keys and values, got a list of 0"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(values: Any, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        from_mapping(values)
    assert str(caught.value).startswith(told)
    assert "\n" not in str(caught.value)
