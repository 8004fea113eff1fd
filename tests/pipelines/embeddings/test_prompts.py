"""Prompts as people write them, and what is none, told in a line."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.embeddings.prompts import read_prompts
from schemas.errors import UsageError


@pytest.mark.parametrize(
    ("text", "prompts"),
    [
        ("- rain\n- a dog", {"rain": ("rain",), "a dog": ("a dog",)}),
        ("wet: rain", {"wet": ("rain",)}),
        ("prompts: [rain]", {"rain": ("rain",)}),
        ("{templates: 'hear {}', prompts: {wet: rain}}", {"wet": ("hear rain",)}),
    ],
)
def test_prompts_are_read(tmp_path: Path, text: str, prompts: dict[str, tuple[str, ...]]) -> None:
    (tmp_path / "p.yaml").write_text(text)
    assert read_prompts(tmp_path / "p.yaml") == prompts


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "expected a list of prompts"),
        ("rain", "expected a list of prompts"),
        ("[]", "expected a list of prompts"),
        ("- rain\n- rain", "'rain' stands there twice"),
        ("- no", "expected text, got false: put it in quotes"),
        ("wet: [rain]", "expected text, got"),
        ("- ''", "is empty"),
        ("{prompts: [rain], template: x}", "'template' beside prompts"),
        ("{prompts: [rain], templates: [x]}", "the template 'x' has no {} for the prompt"),
        ("{prompts: [rain], templates: []}", "templates is empty"),
        ("[", "is no YAML"),
        ("- " + "x" * 10_000, "… has 10,000 characters"),
        ("- [" + "x, " * 10_000 + "x]", "expected text, got a list of 10,001"),
        ('- "a\\0"', "'a\\x00' holds a character that is no text"),
        ('- "\\uD800"', "holds a character that is no text"),
        ("- 1" + "0" * 6000, "a number or a date that is none"),
        ("wet: rain\nwet: rain", "line 2: 'wet' stands there twice"),
    ],
)
def test_prompts_that_are_none(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "p.yaml").write_text(text)
    with pytest.raises(UsageError) as caught:
        read_prompts(tmp_path / "p.yaml")
    assert told in str(caught.value)
    assert str(tmp_path / "p.yaml") in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < len(str(tmp_path)) + 300
