"""Text that does nothing to a terminal but stand there."""

from __future__ import annotations

import re

UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Controls, and with them the escape sequences that they begin; what ends lines or turns the order of writing; what is
no character."""
_WITHIN_LINES = re.compile(UNPRINTABLE.pattern.replace("\x00-\x1f", "\x00-\x08\x0b-\x1f"))
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def printable(text: str) -> str:
    """On one line, with what is unprintable as its number: ``\\x1b``, ``\\u202e``."""
    return UNPRINTABLE.sub(_number, text)


def printable_lines(text: str) -> str:
    """The same, with the ends of lines and tabs as they are."""
    return _WITHIN_LINES.sub(_number, text)


def _number(found: re.Match[str]) -> str:
    if found[0] in _NAMED:
        return _NAMED[found[0]]
    at = ord(found[0])
    return f"\\x{at:02x}" if at < 0x100 else f"\\u{at:04x}"
