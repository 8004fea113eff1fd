"""The user's prompts: names, and the texts that stand for each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.errors import why
from pipelines.files.plain_yaml import plain_yaml
from schemas.errors import UsageError
from schemas.shown import shown as shown_value

LONGEST = 2_000
"""Models hear the first hundred words or fewer."""


def read_prompts(path: Path) -> dict[str, tuple[str, ...]]:
    """The texts of each prompt by its name, in the order of the file.

    The file is YAML: a list of prompts, which are then their own names; or names with their prompts; or
    ``prompts`` (either) and ``templates``, a list of texts in which ``{}`` stands for the prompt.

    Raises:
        UsageError: the file cannot be read, or is something else.
    """
    try:
        given = plain_yaml(path)
    except OSError as error:
        raise UsageError(f"{path}: {why(error)}") from None
    except ValueError as error:
        raise UsageError(f"{path} is no YAML of prompts: {error}") from None
    templates = ["{}"]
    if isinstance(given, dict) and "prompts" in given:
        if unknown := given.keys() - {"prompts", "templates"}:
            raise UsageError(f"{path}: {min(map(shown_value, unknown))} beside prompts: only templates may stand there")
        templates = _templates(path, given.get("templates", templates))
        given = given["prompts"]
    if isinstance(given, list):
        named = [(prompt, prompt) for prompt in given]
    elif isinstance(given, dict):
        named = list(given.items())
    else:
        named = []
    if not named:
        raise UsageError(f"{path}: expected a list of prompts, or names with their prompts")
    prompts: dict[str, tuple[str, ...]] = {}
    for name, prompt in named:
        for word in (name, prompt):
            _check_text(path, word)
        if name in prompts:
            raise UsageError(f"{path}: {shown_value(name)} stands there twice")
        prompts[name] = tuple(template.replace("{}", prompt) for template in templates)
    return prompts


def shown(prompts: Mapping[str, tuple[str, ...]]) -> list[str]:
    """What the column ``prompt`` says, in the order of the prompts."""
    return [" | ".join(texts) for texts in prompts.values()]


def _templates(path: Path, given: Any) -> list[str]:
    templates = given if isinstance(given, list) else [given]
    if not templates:
        raise UsageError(f"{path}: templates is empty: leave it out")
    for template in templates:
        _check_text(path, template)
        if "{}" not in template:
            raise UsageError(f"{path}: the template {shown_value(template)} has no {{}} for the prompt")
    return templates


def _check_text(path: Path, word: Any) -> None:
    if not isinstance(word, str):
        raise UsageError(f"{path}: expected text, got {shown_value(word)}: put it in quotes if it is one")
    if not word.strip():
        raise UsageError(f"{path}: a prompt or a name is empty")
    if len(word) > LONGEST:
        raise UsageError(f"{path}: {shown_value(word)} has {len(word):,} characters; a prompt is a few words")
    if "\0" in word or any("\ud800" <= character <= "\udfff" for character in word):
        raise UsageError(f"{path}: {shown_value(word)} holds a character that is no text")
