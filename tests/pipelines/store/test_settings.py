"""What a corpus keeps of how it was made, and what a run goes on with."""

from __future__ import annotations

import dataclasses
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.checkpoints.chosen import BASE, chosen
from pipelines.checkpoints.demo import DEMO_FOLDER, IN_DEMO
from pipelines.store.consent import Consent
from pipelines.store.recipes import recipes_of
from pipelines.store.setting_words import NOT_REMEMBERED
from pipelines.store.settings import REMEMBERED, Settings, read_settings
from schemas.catalog import TABLES
from schemas.config import Config, from_mapping, to_mapping
from schemas.errors import UsageError
from schemas.jobs import JOBS
from schemas.metadata import MetadataConfig
from schemas.vocabulary import Vocabulary
from tests.pipelines.tables import example, write_corpus

OTHERS: dict[str, Any] = {
    "recordings": ("b",),
    "out": "elsewhere",
    "models": "demo",
    "model": {"emotions": "x/y"},
    "tables": ("windows",),
    "metadata": MetadataConfig("m.csv"),
    "channels": "each",
    "language": "en",
    "device": "cpu",
    "workers": 2,
    "precision": "fp32",
    "engine": "torch",
    "speech": from_mapping({"speech": {"threshold": 0.4}}).speech,
    "emotion_seconds": 3.0,
    "top_tags": 3,
    "batch_seconds": 9.0,
    "shard_seconds": 9.0,
    "beam": ("--x",),
    "keep": 9,
    "force": ("windows",),
    "retry_errors": True,
    "prune": True,
    "stop_after": "8h",
    "strict": True,
    "max_error_share": 0.5,
    "max_hours": 1.0,
    "tracks": "2",
    "mix": "mean",
    "raw": ("alaw:8000",),
    "location": True,
    "join_parts": True,
    "types": {"year": "int"},
    "path_columns": "{station}/{year}",
    "language_column": "lang",
    "vocabulary": Vocabulary("names.txt", ("Acme Cola", "Northwind")),
}
"""A value of each field that is not the default."""


def settings(**named: Any) -> Settings:
    return Settings.of(from_mapping(named))


def going_on(before: Settings, **named: Any) -> Config:
    return from_mapping(before.under(named))


def test_every_field_is_remembered_or_it_is_said_why_not() -> None:
    fields = {field.name for field in dataclasses.fields(Config)}
    assert set(REMEMBERED) | set(NOT_REMEMBERED) == fields == set(OTHERS)
    assert not set(REMEMBERED) & set(NOT_REMEMBERED)
    assert set(settings().values) == set(REMEMBERED)


@pytest.mark.parametrize("name", OTHERS)
def test_what_shapes_rows_is_remembered(name: str) -> None:
    """Whatever changes a recipe, a checkpoint or the tables of a run comes back; nothing else does."""
    other = dataclasses.replace(Config(), **{name: OTHERS[name]})

    def shapes(config: Config) -> Any:
        return (
            recipes_of(config, TABLES, chosen(config)),
            chosen(config),
            config.tables,
            config.max_hours,
            config.raw,
            config.join_parts,
            config.types,
            config.path_columns,
            config.language_column,
        )

    assert (shapes(other) != shapes(Config())) == (name in REMEMBERED)
    assert shapes(going_on(Settings.of(other))) == shapes(other if name in REMEMBERED else Config())


def test_a_run_that_names_nothing_keeps_everything() -> None:
    before = settings(channels="each", language="en", model={"transcripts": "a/b"}, speech={"threshold": 0.4})
    config = going_on(before, recordings=["talks"], out="x")
    assert (config.channels, config.language, config.recordings) == ("each", "en", ("talks",))
    assert config.speech.threshold == 0.4
    assert chosen(config) == {**BASE, "transcripts": "a/b"}
    assert Settings.of(config, before).values == before.values


def test_what_a_run_names_is_other_and_the_rest_stays() -> None:
    before = settings(channels="each", model={"transcripts": "a/b"}, speech={"threshold": 0.4})
    config = going_on(before, model={"emotions": "none"}, speech={"pad_ms": 32}, language=None)
    assert config.channels == "each"
    assert (config.speech.threshold, config.speech.pad_ms) == (0.4, 32)
    assert chosen(config)["transcripts"] == "a/b"
    assert "emotions" not in chosen(config)
    assert before.differences(Settings.of(config, before)) == [
        "speech.pad_ms 64 -> 32",
        f"emotions {BASE['emotions']} -> none",
    ]


def test_another_set_is_another_checkpoint_for_every_job_and_the_same_one_is_none() -> None:
    before = settings(model={"transcripts": "a/b"})
    assert chosen(going_on(before, models="demo")) == {job: str(DEMO_FOLDER / job) for job in IN_DEMO}
    assert chosen(going_on(before, models="base"))["transcripts"] == "a/b"


def test_a_new_default_changes_nothing_of_a_corpus_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    before = settings()
    old = dict(BASE)
    monkeypatch.setitem(BASE, "emotions", "better/newer")
    monkeypatch.setitem(BASE, "speakers", "voices/too")
    assert chosen(Config())["emotions"] == "better/newer"
    for named in ({}, {"models": "base"}):
        assert chosen(going_on(before, **named)) == old
    assert before.as_it_was({}) == f"emotions {old['emotions']}, speakers none"


def test_folders_are_remembered_wherever_the_next_run_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path)
    before = settings(model={"emotions": "mine", "sounds": "org/mine"})
    assert before.values["model"]["emotions"] == str(tmp_path / "mine")
    assert before.values["model"]["sounds"] == "org/mine"
    assert before.differences(settings(model={"emotions": "./mine", "sounds": "org/mine"})) == []


def test_checkpoints_of_the_demo_are_found_where_they_lie_now() -> None:
    before = settings(models="demo", model={"sounds": "/mine/sounds"})
    moved = {job: f"/gone/demo/models/{job}" for job in IN_DEMO} | {"sounds": "/mine/sounds"}
    before = Settings({**before.values, "model": moved})
    assert chosen(going_on(before)) == {job: str(DEMO_FOLDER / job) for job in IN_DEMO} | {"sounds": "/mine/sounds"}


def test_a_corpus_keeps_every_table_that_it_was_asked_for() -> None:
    before = settings(tables=["windows"])
    assert going_on(before).tables == ("windows",)
    config = going_on(before, tables=["prosody"])
    assert config.tables == ("prosody",)  # that run makes no other
    after = Settings.of(config, before)
    assert after.values["tables"] == ["windows", "prosody"]
    assert before.differences(after) == ["tables windows -> windows,prosody"]
    whole = settings()
    assert Settings.of(going_on(whole, tables=["prosody"]), whole).values["tables"] is None
    assert Settings.of(going_on(before, tables=None), before).values["tables"] is None


def test_the_order_in_which_tables_are_named_is_no_other_setting() -> None:
    first = Settings.of(Config(tables=("prosody", "windows")))
    assert first.differences(Settings.of(Config(tables=("windows", "prosody")), first)) == []


def test_what_a_run_goes_on_with_is_said_where_it_is_not_the_default() -> None:
    assert settings().as_it_was({}) == ""
    before = settings(
        channels="each",
        language="en",
        models="demo",
        model={"transcripts": "A"},
        speech={"pad_ms": 32},
        tables=["windows"],
    )
    whole = "channels each, language en, tables windows, speech.pad_ms 32, models demo, transcripts A"
    assert before.as_it_was({}) == whole
    assert before.as_it_was({"channels": "mix", "language": None, "speech": {"pad_ms": 64}, "tables": None}) == (
        "models demo, transcripts A"
    )
    assert before.as_it_was({"model": {"transcripts": "B"}}) == whole.removesuffix(", transcripts A")
    assert before.as_it_was({"models": "demo"}) == whole.replace("models demo, ", "")
    assert "transcripts" not in before.as_it_was({"models": "base"})


def test_they_come_back_as_they_were_written(tmp_path: Path) -> None:
    made = {"windows": {"recipe": "1", "version": 1, "channels": "each"}}
    before = dataclasses.replace(
        settings(channels="each", emotion_seconds=3, tables=["windows"]),
        made=made,
        agreed=(Consent({"windows": "1"}, ("/talks",)),),
    )
    before.write(tmp_path)
    assert read_settings(tmp_path) == before


def whole() -> dict[str, Any]:
    return {"version": 1, "settings": dict(settings().values), "made": {}}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"{",
        b"[]",
        b"[" * 100_000,
        b"9" * 6000,
        json.dumps({**whole(), "version": 2}).encode(),
        json.dumps({**whole(), "version": "9" * 10_000}).encode(),
        json.dumps({**whole(), "settings": []}).encode(),
        json.dumps({**whole(), "made": {"windows": {}}}).encode(),
        json.dumps({**whole(), "made": []}).encode(),
        json.dumps({**whole(), "made": {"windows": {"recipe": "1", "earlier": [{}]}}}).encode(),
        json.dumps({**whole(), "agreed": {"windows": "1"}}).encode(),
        json.dumps({**whole(), "agreed": [{"recipes": {}, "of": "/"}]}).encode(),
        json.dumps({**whole(), "settings": {**settings().values, "channels": "left"}}).encode(),
        json.dumps({**whole(), "settings": {**settings().values, "colour": "red"}}).encode(),
        json.dumps({**whole(), "settings": {"channels": "mix"}}).encode(),
        json.dumps({"settings": {}}).encode(),
    ],
    ids=(
        *("empty", "no text", "broken off", "a list", "deep", "a long number", "newer", "a long version"),
        *(
            "no settings",
            "no recipe",
            "made of a list",
            "an earlier one without a recipe",
            "agreed to by table",
            "agreed of a text",
            "a wrong value",
            "an unknown key",
            "a missing key",
            "no version",
        ),
    ),
)
def test_what_is_damaged_is_told_in_a_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "settings.json").write_bytes(content)
    with pytest.raises(UsageError) as caught:
        read_settings(tmp_path)
    told = str(caught.value)
    assert told.startswith(f"{tmp_path}/settings.json")
    assert "put it right, or remove it" in told
    assert "\n" not in told
    assert len(told) < 500


def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "settings.json")
    with pytest.raises(UsageError, match="is no file of ours"):
        read_settings(tmp_path)


def run_row(n: int, **config: Any) -> dict[str, Any]:
    return {
        "run_id": f"20260101T000000Z-{'ffff' if n == 1 else '0000'}",  # ids of one second sort at random
        "started": datetime(2026, 1, n, tzinfo=UTC),
        "finished": datetime(2026, 1, n, tzinfo=UTC),
        "config": json.dumps(to_mapping(from_mapping(config))),
        **{name: [] for name in ("models", "versions", "counts", "model_seconds")},
        **dict.fromkeys(("audio_seconds_in", "audio_seconds_out", "wall_seconds"), 1.0),
    }


def test_a_corpus_of_an_earlier_version_has_them_in_its_last_run(tmp_path: Path) -> None:
    assert read_settings(tmp_path) is None
    rows = [
        run_row(1, tables=["sounds"], channels="mix", keep=7),
        run_row(2, tables=["windows"], channels="each", model={"emotions": "none"}, keep=7),
    ]
    write_corpus(tmp_path, {**example(), "runs": rows})
    found = read_settings(tmp_path)
    assert found is not None
    assert found.values["channels"] == "each"
    assert found.values["model"] == {**dict.fromkeys(JOBS, "none"), **BASE, "emotions": "none"}
    assert found.values["tables"] == ["windows", "sounds"]
    assert found.made == {}
    assert not (tmp_path / "settings.json").exists()


def test_of_the_checkpoints_those_are_shown_that_the_tables_need() -> None:
    assert [line.split()[0] for line in settings(tables=["windows"]).lines()] == ["settings:"]
    assert [line.split()[0] for line in settings(tables=["windows", "sounds"]).lines()] == ["settings:", "sounds"]
    assert [line.split()[0] for line in settings().lines()[1:]] == list(JOBS)


def test_a_language_that_is_left_to_the_model_is_called_auto() -> None:
    assert settings(language="en").differences(settings()) == ["language en -> auto"]
    assert ", language auto, " in settings().lines()[0]
