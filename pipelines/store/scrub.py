"""Names of what was forgotten, out of the texts that a corpus keeps of its runs."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from pathlib import Path

from pipelines.files.atomic import write_whole
from pipelines.files.regular import is_file
from schemas.layout import LOG, SETTINGS

GONE = "(forgotten)"


def scrubbed(text: str, names: Collection[str]) -> str:
    """The text without these names, however JSON wrote them.

    A name is one where it stands by itself: ``/x/a.wav`` is not part of ``/x/a.wav.bak`` or of ``/y/x/a.wav``.
    """
    for name in sorted(names, key=len, reverse=True):
        for written in {json.dumps(name)[1:-1], json.dumps(name, ensure_ascii=False)[1:-1], name}:
            text = re.sub(rf"(?<![\w./\\-]){re.escape(written)}(?![\w/\\-]|\.\w)", GONE, text)
    return text


def scrub_log(out: Path, names: Collection[str]) -> None:
    """Take the names out of ``OUT/runs.jsonl``, and out of what was agreed to in ``OUT/settings.json``."""
    for path in (out / LOG, out / SETTINGS):
        if is_file(path):
            text = path.read_text(encoding="utf-8", errors="replace")
            clean = scrubbed(text, names)
            if clean != text:
                write_whole(path, clean.encode())
