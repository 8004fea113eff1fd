"""Each command and each of its options is described, and in the page of its task."""

from __future__ import annotations

import argparse
import re
from dataclasses import fields
from pathlib import Path

import pytest

from pipelines.cli import parser
from schemas.config import Config, SpeechConfig
from tests.docs.markdown import ROOT, pages

PAGE = {
    "run": "running",
    "status": "running",
    "tables": "asking",
    "query": "asking",
    "mentions": "mentions",
    "search": "sounds",
    "tag": "sounds",
    "speakers": "speakers",
    "sample": "agreement",
    "agree": "agreement",
    "methods": "report",
    "models": "models",
    "report": "report",
    "export": "export",
    "forget": "privacy",
}
"""The page of docs that describes a command."""


def commands() -> dict[str, argparse.ArgumentParser]:
    for action in parser()._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    raise AssertionError("no commands")


def test_every_command_has_a_page() -> None:
    assert set(PAGE) == set(commands())


@pytest.mark.parametrize("command", sorted(PAGE))
def test_every_option_of_a_command_is_described(command: str) -> None:
    text = (ROOT / "docs" / f"{PAGE[command]}.md").read_text("utf-8")
    assert f"earwitness {command} " in text
    table = "\n".join(line for line in text.splitlines() if line.startswith("|"))
    options = {o for action in commands()[command]._actions for o in action.option_strings if o.startswith("--")}
    for option in options - {"--help"}:
        assert re.search(rf"\| `{option}[ `]", table), f"{option} has no row in docs/{PAGE[command]}.md"


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_options_that_are_described_exist(page: Path) -> None:
    """A row of an option that no command knows is a row that was forgotten."""
    known = {o for command in commands().values() for action in command._actions for o in action.option_strings}
    for line in page.read_text("utf-8").splitlines():
        row = re.match(r"\| `(--[\w-]+)", line)
        assert not row or row[1] in known, row


def test_every_key_of_a_configuration_file_is_described() -> None:
    text = (ROOT / "docs" / "running.md").read_text("utf-8")
    for field in fields(Config):
        option = f"--{field.name.replace('_', '-')}"
        assert f"`{option}" in text or f"`{field.name}`" in text or f"\n{field.name}:" in text, field.name
    for field in fields(SpeechConfig):
        assert f"`speech.{field.name}`" in text, field.name
