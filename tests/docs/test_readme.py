"""The README is short, and what it names is there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from pipelines.checkpoints.chosen import BASE
from tests.docs.markdown import ROOT, blocks, pages

README = (ROOT / "README.md").read_text("utf-8")
MOST_LINES = 120
MOST_BYTES_OF_A_PICTURE = 300_000


def test_it_is_short() -> None:
    assert README.count("\n") <= MOST_LINES


def test_pictures_are_small() -> None:
    pictures = list((ROOT / "docs" / "images").iterdir())
    assert pictures
    for picture in pictures:
        assert picture.stat().st_size < MOST_BYTES_OF_A_PICTURE, picture


def test_the_base_checkpoints_are_those_of_the_page_on_models() -> None:
    text = (ROOT / "docs" / "models.md").read_text("utf-8")
    for checkpoint in BASE.values():
        assert f"[{checkpoint}](https://huggingface.co/{checkpoint})" in text


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text("utf-8")
    for page in pages():
        if page.stem not in ("README", "index"):
            assert re.search(rf"^{page.stem}$", index, re.MULTILINE), page.name


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_every_block_says_what_it_is(page: Path) -> None:
    for block in blocks(page):
        assert block.language, f"{block}: no language behind the fence"


def test_what_is_cited_has_the_version_of_the_package() -> None:
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    packaged = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert (cited["title"], cited["version"]) == ("Earwitness", packaged["version"])
    assert cited["license"] == packaged["license"]
    assert [one["name"] for one in cited["authors"]] == [one["name"] for one in packaged["authors"]]
