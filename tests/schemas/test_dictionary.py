"""The page in the docs is the one that the declarations make, and it leaves nothing out."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from schemas.catalog import TABLES
from schemas.dictionary import dictionary
from schemas.notes import NOTED
from schemas.reasons import MEANING
from schemas.speakers import SPEAKERS
from schemas.table import rules_of

PAGE = Path(__file__).resolve().parents[2] / "docs" / "tables.md"


def section(page: str, name: str) -> str:
    return page.split(f"\n## {name}\n")[1].split("\n## ")[0]


def test_the_page_in_the_docs_is_not_stale() -> None:
    made = subprocess.run(
        [sys.executable, "-m", "schemas.dictionary"], cwd=PAGE.parents[1], capture_output=True, text=True, check=True
    ).stdout
    assert PAGE.read_text() == made, "run: python -m schemas.dictionary > docs/tables.md"


@pytest.mark.parametrize("name", TABLES)
def test_each_table_has_its_row_key_references_and_columns(name: str) -> None:
    table = TABLES[name]
    text = section(dictionary(), name)
    assert f"One row is {table.row}." in text
    assert all(f"`{column}`" in text for column in table.key)
    assert all(f"[{reference.to}](#{reference.to})" in text for reference in table.references)
    assert (f"the job `{table.made_by}`" in text) == (table.made_by is not None)
    rows = {line.split(" | ")[0].strip("| `"): line for line in text.splitlines() if line.startswith("| `")}
    assert [column for column in rows if "." not in column] == table.schema.names
    for column in table.schema:
        assert rules_of(column)["doc"] in rows[column.name]
        assert ("may be null" in rows[column.name]) == column.nullable


def test_types_values_and_units_are_in_words() -> None:
    page = dictionary([TABLES["transcripts"], SPEAKERS.with_vector("embedding", 512), TABLES["errors"]])
    transcripts = section(page, "transcripts")
    assert "| `segment_id` | text |  |" in transcripts
    assert "| `start_ms` | int32 | ms | 0 or more |" in transcripts
    assert "| `words` | list of (word, start_ms, end_ms, confidence, end_is) |" in transcripts
    assert "| `words.confidence` | float32 |  | 0 to 1 |" in transcripts
    assert "| `embedding` | list of 512 float32 |  | norm 1 |" in section(page, "speakers")
    assert "see [reasons of errors](#reasons-of-errors)" in section(page, "errors")


def test_every_link_leads_to_a_section_and_every_row_has_all_cells() -> None:
    page = dictionary()
    titles = {title.replace(" ", "-") for title in re.findall(r"^## (.+)$", page, re.MULTILINE)}
    assert set(re.findall(r"\(#([^)]+)\)", page)) <= titles
    widths = []
    for block in re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE):
        widths.append({len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()})
    assert len(widths) == len(TABLES) + 4
    assert all(len(width) == 1 for width in widths)


def test_every_note_is_explained() -> None:
    notes = section(dictionary(), "notes of files")
    for note, noted in NOTED.items():
        assert f"| `{note.value}` | {noted} |" in notes


def test_every_reason_is_explained() -> None:
    reasons = section(dictionary(), "reasons of errors")
    for reason, meaning in MEANING.items():
        assert f"| `{reason.value}` | {meaning} |" in reasons
