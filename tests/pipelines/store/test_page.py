"""The page of a snapshot: its head is YAML, its tables are whole, and the lines to open them fit what is there."""

from __future__ import annotations

import re

import pytest
import yaml

from pipelines.store.licences import Model
from pipelines.store.page import page
from schemas.catalog import TABLES


def page_of(**rows: int) -> str:
    models = [Model("emotions", "org/er@01/fp32", 7, "cc-by-nc-4.0 | more")]
    return page({name: TABLES[name] for name in rows}, rows, models, "1.0", "2026-01-02T03:04:05Z", "RUN")


def test_its_head_names_every_table() -> None:
    head = yaml.safe_load(page_of(**dict.fromkeys(TABLES, 1)).split("---\n")[1])
    assert head["configs"] == [{"config_name": name, "data_files": f"{name}/*.parquet"} for name in TABLES]
    assert (head["pretty_name"], head["license"]) == ("Tables of an Earwitness corpus", "unknown")


def test_it_says_when_and_by_what_it_was_made() -> None:
    assert "Snapshot RUN, made on 2026-01-02 at 03:04 UTC, by Earwitness 1.0." in page_of(files=1)


def test_every_row_of_its_grids_has_all_cells() -> None:
    grids = re.findall(r"(?:^\|.*\|\n)+", page_of(files=1_234, recordings=2, errors=0), re.MULTILINE)
    assert len(grids) == 2
    for grid in grids:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in grid.splitlines()}) == 1
    assert "| `files` | a URI that a run was given | 1,234 | `uri` | `recordings` by `recording_id` |" in grids[0]
    assert "| `errors` | something that failed: none to many a file | 0 | none; rows may repeat |  |" in grids[0]
    assert r"cc-by-nc-4.0 \| more; not for commercial use" in grids[1]


def test_it_says_what_the_models_of_the_demo_are() -> None:
    assert "some hundred words of synthetic voices" not in page_of(emotions=7)
    ours = [Model("emotions", "emotions@01/fp32", 7, "apache-2.0", of_demo=True)]
    text = page({"emotions": TABLES["emotions"]}, {"emotions": 7}, ours, "1.0", "", "RUN")
    assert "what they say of other recordings means nothing" in text


@pytest.mark.parametrize(
    ("rows", "opened", "joined"),
    [
        ({"files": 2, "recordings": 2, "transcripts": 3, "sounds": 4}, "transcripts", True),
        ({"files": 2, "recordings": 2, "transcripts": 0, "sounds": 4}, "sounds", True),
        ({"files": 2, "recordings": 0, "runs": 1}, "files", True),
        ({"recordings": 2}, "recordings", False),
        ({"runs": 1}, "runs", False),
        ({"errors": 0}, "errors", False),
    ],
)
def test_what_it_opens_is_there(rows: dict[str, int], opened: str, joined: bool) -> None:
    text = page_of(**rows)
    assert f"FROM '{opened}/*.parquet'" in text
    assert f'pd.read_parquet("{opened}")' in text
    assert ("JOIN 'recordings/*.parquet'" in text) is joined
