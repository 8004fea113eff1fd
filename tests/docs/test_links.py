"""Every link within the repository leads to a file and a heading that are there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.markdown import ROOT, anchors, every_page, links


@pytest.mark.parametrize("page", every_page(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{link}: no such file"
        assert target.is_relative_to(ROOT), f"{link}: outside of the repository"
        if anchor:
            assert anchor in anchors(target), f"{link}: no such heading"


def test_links_and_anchors_are_found(tmp_path: Path) -> None:
    """The others hold nothing if no link is found."""
    page = tmp_path / "page.md"
    page.write_text(
        "# A `b`: c, d\n\n# Twice\n\n# Twice\n\n[x](y.md#z) ![p](q.png) [n](https://a.b)\n\n| [t](u.md) |\n|---|\n"
    )
    assert links(page) == ["y.md#z", "q.png", "u.md"]
    assert anchors(page) == {"a-b-c-d", "twice", "twice-1"}
    assert sum(len(links(page)) for page in every_page()) > 50
