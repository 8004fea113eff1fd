"""Wherever a person reads what the demo's models wrote, they are told what it is worth."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest

from pipelines.checkpoints.demo import INSTEAD, WHAT_IT_IS
from pipelines.cli import PUBLISHED, main
from schemas.layout import PAGE

Captured = pytest.CaptureFixture[str]
SENTENCE = WHAT_IT_IS[0].upper() + WHAT_IT_IS[1:]
MADE = "(transcripts, emotions, sounds, embeddings, speakers)"


@pytest.mark.parametrize(
    ("command", "said"), [("status", f"{WHAT_IT_IS}: {INSTEAD}\n"), ("methods", f"\n\n{SENTENCE} {MADE}.\n\n")]
)
def test_commands_say_so(demo_corpus: Path, command: str, said: str, capfd: Captured) -> None:
    assert main([command, str(demo_corpus)]) == PUBLISHED
    assert said in capfd.readouterr().out


def test_pages_say_so(demo_corpus: Path, tmp_path: Path) -> None:
    assert f"\n\n{SENTENCE}.\n\n" in (demo_corpus / "current" / PAGE).read_text("utf-8")
    assert main(["report", str(demo_corpus), "--to", str(tmp_path / "pages"), "--recordings", "top:1"]) == PUBLISHED
    pages = list((tmp_path / "pages").iterdir())
    assert len(pages) == 2
    for page in pages:
        assert f">{SENTENCE} {MADE}: {INSTEAD}.</p>" in unescape(page.read_text("utf-8")), page.name
