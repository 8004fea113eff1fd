"""Templates into one self-contained HTML file: styles, scripts and data inside, no network."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://")
PAGES = Path(__file__).with_name("pages")


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("pipelines.report", "pages"),
        autoescape=True,  # texts come from recordings, file names and metadata
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, script: str, **values: Any) -> str:
    """The page ``template`` with its ``script`` and the player; values are escaped save those that it marks safe."""
    style, player, code = ((PAGES / name).read_text("utf-8") for name in ("style.css", "player.js", script))
    return _environment().get_template(template).render(style=style, script=player + code, **values)


def clock(ms: int) -> str:
    """``m:ss`` of milliseconds."""
    return f"{ms // 60000}:{ms // 1000 % 60:02}"


def href(uri: str) -> str:
    """A link to where the audio lies: an address as it is, a path as a file URL."""
    return uri if ADDRESS.match(uri) else Path(os.path.abspath(uri)).as_uri()


def for_script(json_text: str) -> str:
    """JSON that cannot end the script element that it stands in."""
    return json_text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
