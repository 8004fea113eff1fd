"""The pages become a site without a warning, which loads nothing from a network and can be searched."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.docs.markdown import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytest.importorskip("sphinx", reason="the site is built by Sphinx, of the extra 'docs'")
pytest.importorskip("furo", reason="the site has the theme Furo, of the extra 'docs'")
pytest.importorskip("myst_parser", reason="the site's pages are read by MyST, of the extra 'docs'")

LOADED = re.compile(r"<(?:script|img|iframe|source|audio|video)\b[^>]*\bsrc=\"([^\"]+)|<link\b[^>]*\bhref=\"([^\"]+)")
IN_STYLES = re.compile(r"(?:url\(|@import)\s*['\"]?([^'\")]+)")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as `make docs` builds it."""
    folder = tmp_path_factory.mktemp("site")
    options = ["--fail-on-warning", "--keep-going", "--quiet", "--builder", "html", "--conf-dir", "docs"]
    command = [
        sys.executable,
        "-m",
        "sphinx",
        *options,
        "--doctree-dir",
        str(folder / "doctrees"),
        ".",
        str(folder / "html"),
    ]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    return folder / "html"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("the site is looked at in Chromium, and there is none on the PATH")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield browser
        browser.close()


def test_nothing_is_loaded_from_a_network(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        loaded = [script or link for script, link in LOADED.findall(page.read_text("utf-8"))]
        assert loaded or page == site / "index.html"
        assert not [address for address in loaded if re.match(r"(?:https?:)?//", address)], page.name
    for style in site.rglob("*.css"):
        addresses = IN_STYLES.findall(style.read_text("utf-8"))
        assert not [address for address in addresses if re.match(r"(?:https?:)?//", address)], style.name


@pytest.mark.parametrize("width", [420, 1300])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_the_window_and_ask_for_nothing(site: Path, browser: Browser, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for name in ("index", "running", "tables", "statistics"):
        page.goto((site / "docs" / f"{name}.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    context.close()
    assert asked
    assert not [address for address in asked if not address.startswith(("file:", "data:"))]


def test_the_folder_leads_to_the_first_page_and_can_be_searched(site: Path, browser: Browser) -> None:
    page = browser.new_page()
    page.goto((site / "index.html").as_uri())
    page.wait_for_url("**/docs/index.html")
    page.goto((site / "search.html").as_uri() + "?q=Krippendorff")
    page.wait_for_selector("#search-results li a")
    found = [str(link.get_attribute("href")) for link in page.locator("#search-results li a").all()]
    assert any("agreement" in link for link in found), found
    page.close()
