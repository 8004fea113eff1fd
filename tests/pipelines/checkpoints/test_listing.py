"""The list of sets and checkpoints, with all that is known and nothing that is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.checkpoints.chosen import OF_SETS
from pipelines.checkpoints.demo import IN_DEMO
from pipelines.checkpoints.listing import ALL, legend, rows_of
from schemas.cards import CARDS
from schemas.errors import UsageError
from schemas.jobs import JOBS
from schemas.sets import SET_NAMES


@pytest.mark.parametrize("name", [None, ALL, *SET_NAMES])
def test_all_rows_have_the_same_columns_and_those_that_a_table_shows(name: str | None) -> None:
    rows, shown = rows_of(name)
    for row in rows:
        assert list(row) == list(rows[0])
        assert set(shown) <= row.keys()


def test_each_set_stands_with_its_recogniser() -> None:
    rows, _ = rows_of(None)
    assert [row["set"] for row in rows] == list(SET_NAMES)
    assert [row["checkpoint"] for row in rows[:-1]] == [one["transcripts"] for one in OF_SETS.values()]
    verbatim = next(row for row in rows if row["set"] == "verbatim")
    assert verbatim["terms"] == "cc-by-nc-4.0 (no commerce)"
    assert verbatim["gated"] == "yes"
    assert rows[-1]["word_error_percent"] is None


@pytest.mark.parametrize("name", OF_SETS)
def test_a_set_says_the_checkpoint_of_every_job(name: str) -> None:
    rows, _ = rows_of(name)
    assert [row["job"] for row in rows] == list(JOBS)
    for row in rows:
        asked = row["job"] not in OF_SETS[name]
        assert row["chosen"] == ("if asked for" if asked else "yes")
        assert row["checkpoint"] == (JOBS[row["job"]].base if asked else OF_SETS[name][row["job"]])


def test_the_demo_is_listed_by_its_folders() -> None:
    rows, _ = rows_of("demo")
    assert [row["checkpoint"] for row in rows] == [f"demo/models/{job}" for job in IN_DEMO]
    assert {row["cached"] for row in rows} == {"yes"}
    assert next(row for row in rows if row["job"] == "transcripts")["memory_mb"] == 14


def test_all_are_all_and_the_legend_names_the_figures_of_makers() -> None:
    rows, _ = rows_of(ALL)
    assert [row["checkpoint"] for row in rows] == list(CARDS)
    assert "granite-speech-5.0-470m-turboctc as its makers say" in legend(rows)[0]
    assert "makers say" not in legend(rows_of(None)[0])[0]


def test_an_unknown_set_is_refused_with_those_that_are() -> None:
    with pytest.raises(UsageError, match=r"^models fats: did you mean 'fast'\?$"):
        rows_of("fats")


def test_what_the_cache_of_the_hub_holds_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    snapshot = tmp_path / "models--openai--whisper-base.en" / "snapshots" / "0123"
    snapshot.mkdir(parents=True)

    def cached() -> str:
        return str(next(row["cached"] for row in rows_of("fast")[0] if row["job"] == "transcripts"))

    assert cached() == "no"
    (snapshot / "config.json").touch()  # all that a look at it fetches
    assert cached() == "no"
    (snapshot / "model.safetensors").touch()
    assert cached() == "yes"
