"""The Markdown of the repository, taken apart: blocks of code, links, and the anchors that links may name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[2]
OURS = ("demo", "docs", "benchmarks", "schemas", "transforms", "pipelines", "earwitness", "tests")
"""Folders whose Markdown is ours; others hold what was installed or built."""


@dataclass(frozen=True)
class Block:
    """A fenced block of code.

    Attributes:
        line: where it begins in the page, from 1.
        language: the word behind the fence; empty where there is none.
    """

    page: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}, line {self.line}"


def pages() -> list[Path]:
    """What a user reads: the README and the pages of docs."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def every_page() -> list[Path]:
    """All Markdown of the repository."""
    inner = (path for folder in OURS for path in (ROOT / folder).rglob("*.md"))
    return sorted({*ROOT.glob("*.md"), *(path for path in inner if "out" not in path.parts)})


def blocks(page: Path) -> list[Block]:
    return [
        Block(page, token.map[0] + 1 if token.map else 0, token.info.strip(), token.content)
        for token in _tokens(page)
        if token.type == "fence"
    ]


def links(page: Path) -> list[str]:
    """Where the links and pictures of a page lead, as they are written; addresses of the network left out."""
    found = []
    for token in _every(_tokens(page)):
        target = token.attrGet("href") if token.type == "link_open" else token.attrGet("src")
        if token.type in ("link_open", "image") and not re.match(r"[a-z]+:", str(target)):
            found.append(str(target))
    return found


def anchors(page: Path) -> set[str]:
    """The names of its headings in addresses, as GitHub and MyST make them."""
    tokens = _tokens(page)
    times: Counter[str] = Counter()
    found = set()
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            text = "".join(part.content for part in inline.children or () if part.type in ("text", "code_inline"))
            slug = re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")
            found.add(f"{slug}-{times[slug]}" if times[slug] else slug)
            times[slug] += 1
    return found


def _tokens(page: Path) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(page.read_text("utf-8"))


def _every(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _every(token.children or [])
