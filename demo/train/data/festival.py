"""Festival as a program: a script of its Scheme goes in, what it prints comes out."""

from __future__ import annotations

import re
import subprocess


def run(script: str) -> str:
    """What a script prints.

    Raises FileNotFoundError where there is no festival, and subprocess.CalledProcessError where it fails.
    """
    return subprocess.run(["festival", "--pipe"], input=script, check=True, capture_output=True, text=True).stdout


def voices() -> list[str]:
    """The names of the voices that are installed, as festival lists them; none where there is no festival."""
    try:
        return re.findall(r"\w+", run("(print (voice.list))"))
    except FileNotFoundError:
        return []


def quoted(text: str) -> str:
    """A string of Scheme."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
