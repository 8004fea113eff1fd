"""Words out of headers: whatever stands there, as text that can be shown and written."""

from __future__ import annotations

SHORT = 200


def text_of(content: bytes) -> str:
    """Bytes up to the first NUL, as UTF-8 or else as Latin-1, in which all bytes are letters."""
    content = content.partition(b"\0")[0]
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def clean(text: str, most: int = SHORT) -> str | None:
    """A text in one line without what cannot be printed, cut to ``most`` characters; None where nothing is left."""
    seen = "".join(c if c.isprintable() else " " for c in text[: 4 * most])
    return " ".join(seen.split())[:most].rstrip() or None
