"""A browser for the pages: the Chromium that the system has."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

QUIET = ("--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync")
DRIVER = "GL Driver Message"
"""What Chromium without a graphics card says of itself, not of the page."""


@pytest.fixture(scope="session")
def launched() -> Iterator[Callable[..., Browser]]:
    """Starts a Chromium with these switches."""
    found = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("needs Chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        yield lambda *switches: driver.chromium.launch(executable_path=found, args=[*QUIET, *switches])


@pytest.fixture(scope="session")
def browser(launched: Callable[..., Browser]) -> Iterator[Browser]:
    browser = launched()
    yield browser
    browser.close()


@pytest.fixture
def shown(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page, every chart drawn; at the end of the test it must have complained of nothing.

    Call it with the path, and ``missing=True`` where the page's audio is not there, of which Chromium complains.
    """
    wrong: list[str] = []
    contexts = []

    def show(path: Path, place: str = "", *, missing: bool = False, width: int = 1200, scheme: str = "light") -> Page:
        contexts.append(browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: (wrong.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on(
            "console",
            lambda said: (
                None
                if DRIVER in said.text or (missing and "ERR_FILE_NOT_FOUND" in said.text)
                else wrong.append(f"{said.type}: {said.text}")
            ),
        )
        page.goto(path.as_uri() + place)
        for chart in page.locator(".chart").all():
            chart.scroll_into_view_if_needed()
            page.wait_for_function("box => box.dataset.drawn", arg=chart.element_handle())
        return page

    yield show
    for context in contexts:
        context.close()
    assert wrong == []
