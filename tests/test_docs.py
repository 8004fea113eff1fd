"""The README names what there is, and what it names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from pipelines.checkpoints import BASE
from pipelines.cli import parser
from schemas.catalog import TABLES
from schemas.config import from_mapping

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()


def test_every_option_is_named() -> None:
    run = parser()._subparsers._group_actions[0].choices["run"]  # type: ignore[union-attr,index,call-overload]
    options = {o for action in run._actions for o in action.option_strings if o.startswith("--")} - {"--help"}
    assert len(options) > 8
    for option in options:
        assert f"`{option}" in README, option


def test_every_table_is_named() -> None:
    for table in TABLES:
        assert re.search(rf"\b{table}\b", README), table


def test_the_base_checkpoints_are_those_of_the_readme() -> None:
    for checkpoint in BASE.values():
        assert checkpoint in README


def test_the_configuration_of_the_readme_is_valid() -> None:
    block = re.search(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert block
    config = from_mapping(yaml.safe_load(block[1]))
    assert config.metadata.types == {"year": "int", "recorded": "date"}


@pytest.mark.parametrize("target", sorted(set(re.findall(r"^make (\w+)", README, re.MULTILINE))))
def test_make_targets_exist(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE), target


@pytest.mark.parametrize("link", re.findall(r"\]\((?!http)([^)#]+)", README))
def test_links_lead_somewhere(link: str) -> None:
    assert (ROOT / link).exists(), link


def test_files_that_are_named_exist() -> None:
    named = set(re.findall(r"`((?:schemas|transforms|pipelines|tests|demo)/[\w/.]*)`", README))
    assert len(named) > 6
    for path in named:
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize("command", ["report", "mentions"])
def test_every_option_of_a_command_is_named(command: str) -> None:
    words = parser()._subparsers._group_actions[0].choices[command]  # type: ignore[union-attr,index,call-overload]
    options = {o for action in words._actions for o in action.option_strings if o.startswith("--")} - {"--help"}
    assert len(options) > 4
    for option in options:
        assert f"`{option}" in README, option
