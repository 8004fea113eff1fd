"""Makes docs/images/report.png, the picture of a report in the README: ``python -m demo.screenshot [OUT]``."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from pipelines.report.report import write_report

SCREENSHOT = Path(__file__).resolve().parents[1] / "docs" / "images" / "report.png"
WIDTH, HEIGHT = 1160, 1010
"""Of the window, in pixels."""
COLORS = 128
"""Few are needed for charts and text, and they make the file small."""


def take_screenshot(out: Path, to: Path = SCREENSHOT) -> None:
    """The first screen of the report on the corpus in ``out``, as a PNG.

    Raises:
        FileNotFoundError: there is no Chromium on the PATH.
    """
    browser = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
    if browser is None:
        raise FileNotFoundError("the picture is taken in Chromium, and there is none on the PATH")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        report = write_report(out, Path(folder) / "report", by=["region"], phrases=["acme cola"], linked=False)[0]
        chromium = driver.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.goto(report.as_uri())
        for chart in page.locator(".chart").all():
            chart.scroll_into_view_if_needed()
            page.wait_for_function("box => box.dataset.drawn", arg=chart.element_handle())
        page.evaluate("window.scrollTo(0, 0)")
        page.screenshot(path=str(to))
        chromium.close()
    with Image.open(to) as picture:
        picture.convert("RGB").quantize(COLORS).save(to, optimize=True)


if __name__ == "__main__":
    take_screenshot(Path(sys.argv[1] if len(sys.argv) > 1 else "demo/out"))
