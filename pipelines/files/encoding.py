"""Which characters the bytes of a text file stand for, where nobody says."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from schemas.errors import UsageError
from schemas.shown import shown

NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
    "cp1252": "Windows-1252",
    "mac_roman": "MacRoman",
}
"""What people call them; the keys are Python's words."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LOOKED_AT = 1 << 16
_LETTERS = frozenset("äöüßÄÖÜéèêëÉàâáãåÀÁÅæÆœŒçÇîïíìÍôóòõøÓØûùúÚñÑÿ")
"""Letters of western Europe beyond ASCII.  Read in the wrong encoding, few of them become one of these."""
_USUAL = re.compile(r"“[^“”]+”|„[^„“”]+[“”]|«[^«»]+»|»[^«»]+«|‘[^‘’]+’|\w’\w| [–—] |\w…|\d\s?[€£°²³µ½]|[€£§©]\s?\d")
"""Signs where writers put them."""
_STRANGE = re.compile(
    r"(?<=[^\W\d_])[^\w\s'’.,;:!?()/&+\-–—\"“”„«»\x00-\x7f]+(?=[^\W\d_])"
    r"|(?<=[a-z])[À-ÖØ-Þ]"
    r"|(?<![^\W\d_])[ÂÃÄÅÊËÌÍÎÏÑÒÔÕÖÙÚÛÜâãäåêëìîïñõöûü](?![^\W\d_])"
)
"""A symbol or one capital in the midst of a word, a letter alone that is no word: what another encoding makes of it."""


@dataclass(frozen=True)
class Decoded:
    """A text, and the encoding that it was read in.

    Attributes:
        encoding: as Python calls it.
        guessed: whether nothing in the file says so for certain.
    """

    text: str
    encoding: str
    guessed: bool = False

    @property
    def name(self) -> str:
        """The encoding as people call it."""
        return NAMES.get(self.encoding, self.encoding)


def decode(content: bytes, where: str, encoding: str | None = None) -> Decoded:
    """The text of a file: as asked for, as its byte order mark says, as UTF-16 or UTF-8 where it can be, or as the
    Windows or the old Mac encoding of western Europe, whichever makes the likelier words.

    Args:
        where: the file, in front of messages.
        encoding: what a person says it is; None to find out.

    Raises:
        UsageError: an unknown encoding, bytes that stand for nothing in it, or text with zero bytes.
    """
    if encoding is not None:
        decoded = Decoded(_as_asked(content, where, encoding), codecs.lookup(encoding).name)
    else:
        decoded = _found(content)
    if "\0" in decoded.text:
        line = line_of(decoded.text, decoded.text.index("\0"))
        raise UsageError(f"{where}, line {line}: a zero byte, which is no text: save it as UTF-8")
    return decoded


def line_of(text: str, at: int) -> int:
    """The number of the line of a character, from 1."""
    before = text[:at]
    return 1 + max(before.count("\n"), before.count("\r"))


def _as_asked(content: bytes, where: str, encoding: str) -> str:
    try:
        known = codecs.lookup(encoding)
        if not known._is_text_encoding:
            raise LookupError(encoding)
    except LookupError:
        raise UsageError(f"{shown(encoding)} is no encoding: utf-8, cp1252, mac_roman, utf-16, cp1251...") from None
    mark = {"utf-8": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
    try:
        return content.removeprefix(mark.get(known.name, b"")).decode(known.name)
    except UnicodeError as error:
        at = error.start if isinstance(error, UnicodeDecodeError) else 0
        line = 1 + max(content[:at].count(b"\n"), content[:at].count(b"\r"))
        raise UsageError(f"{where}, line {line} is not {encoding} text (byte {at}): name another encoding") from None


def _found(content: bytes) -> Decoded:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return Decoded(content.decode(encoding, "replace"), encoding)
    if (wide := _without_mark(content)) is not None:
        return Decoded(content.decode(wide, "replace"), wide)
    try:
        return Decoded(content.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        pass
    read = {encoding: content.decode(encoding, "replace") for encoding in ("cp1252", "mac_roman")}
    best = max(read, key=lambda encoding: _likelihood(read[encoding][: 1 << 22], encoding, content))
    return Decoded(read[best], best, guessed=True)


def _without_mark(content: bytes) -> str | None:
    """UTF-16 without a mark: of the ASCII in it, every other byte is zero."""
    some = content[:_LOOKED_AT]
    if len(content) % 2 or len(some) < 4:
        return None
    even, odd = (some[first::2].count(0) / (len(some) / 2) for first in (0, 1))
    if odd > 0.3 and even < 0.05:
        return "utf-16-le"
    if even > 0.3 and odd < 0.05:
        return "utf-16-be"
    return None


def _likelihood(text: str, encoding: str, content: bytes) -> float:
    letters = sum(character in _LETTERS for character in text)
    strange = len(_STRANGE.findall(text)) + text.count("\ufffd")
    old_mac = encoding == "mac_roman" and b"\r" in content and b"\n" not in content
    return letters + 2 * len(_USUAL.findall(text)) - 3 * strange + (2 if old_mac else 0)
