"""Which language is meant: one code for each, however a person, a checkpoint or a file writes it.

The code is the one of BCP 47 as CLDR keeps it: of two letters where the language has such a one (``en``, ``de``), else
of three (``haw``, ``yue``).
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Any

from babel import Locale
from babel.core import UnknownLocaleError, get_global

from schemas.errors import UsageError
from schemas.shown import LIMIT, shown

_TAG = re.compile(r"([a-z]{2,3})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?(?:-[a-z0-9]{5,8})*")
_NO_LANGUAGE = frozenset({"und", "mul", "zxx", "root", "art", "mis"})
_SAME = {"nb": "no", "zlm": "ms"}
"""What recognisers do not tell apart: Bokmål is what they call Norwegian, and Malay is spoken Malay."""
_ALSO = {
    **{"bengali": "bn", "castilian": "es", "farsi": "fa", "flemish": "nl", "haitian": "ht", "kurmanji": "ku"},
    **{"mandarin": "zh", "mandarin chinese": "zh", "moldavian": "ro", "moldovan": "ro", "myanmar": "my"},
    **{"letzeburgesch": "lb", "nynorsk": "nn", "oriya": "or", "panjabi": "pa", "pushto": "ps", "sinhalese": "si"},
    **{"tagalog": "fil", "valencian": "ca"},
}
"""Names that CLDR has otherwise; Whisper's among them."""
_OWN_NAMES = (
    *("ar", "bg", "bn", "ca", "cs", "cy", "da", "de", "el", "es", "et", "eu", "fa", "fi", "fr", "gl", "he", "hi", "hr"),
    *("hu", "hy", "id", "is", "it", "ja", "ka", "ko", "lt", "lv", "mk", "ms", "nl", "nn", "no", "pl", "pt", "ro", "ru"),
    *("sk", "sl", "sq", "sr", "sv", "sw", "ta", "th", "tr", "uk", "ur", "vi", "zh"),
)
"""Languages that are also known by the name that they have for themselves: people write it into their sheets."""


def code_of(text: str) -> str | None:
    """The code of a language, written as a code (``en``, ``eng``, ``EN-us``) or by its name; None where it is none.

    >>> code_of("deu"), code_of("German"), code_of("Deutsch"), code_of("pt_BR"), code_of("klingonish")
    ('de', 'de', 'de', 'pt', None)
    """
    word = _folded(text)
    tag = _TAG.fullmatch(word.replace("_", "-"))
    return (_of_tag(tag[1]) if tag else None) or _names().get(word) or _own_names().get(word)


def name_of(code: str) -> str:
    """Its name in English; the code itself where CLDR has none."""
    return str(_english().get(code, code))


def read_language(text: str, what: str) -> str:
    """The code of a language that a person wrote.

    Args:
        what: where, for the message: ``--language``.

    Raises:
        UsageError: it is no known language; the message names the nearest one.
    """
    code = code_of(text)
    if code is None:
        raise UsageError(f"{what} {shown(text)}: no known language{_near(_folded(text)[:LIMIT])}")
    return code


def _of_tag(part: str) -> str | None:
    """The code of what stands first in a tag."""
    code = get_global("language_aliases").get(part, part).partition("_")[0]
    code = _SAME.get(code, code)
    is_known = code in _english() or (len(code) == 3 and code in get_global("likely_subtags"))
    return code if is_known and code not in _NO_LANGUAGE else None


def _near(word: str) -> str:
    """What was meant: the language of a country, or the nearest name."""
    spoken = get_global("likely_subtags").get(f"und_{word.upper()}", "") if len(word) == 2 else ""
    code = _of_tag(spoken.partition("_")[0]) if spoken else None
    if code is None:
        close = difflib.get_close_matches(word, _names(), n=1, cutoff=0.7)
        code = _names()[close[0]] if close else None
    if code is None:
        return ": give a code such as en, de or zh, or the name in English"
    return f": did you mean {code} ({name_of(code)})?"


@cache
def _english() -> Mapping[str, Any]:
    return Locale("en").languages


@cache
def _names() -> Mapping[str, str]:
    """The code of each English name."""
    return {**{_folded(name): code for code, name in _english().items() if _of_tag(code) == code}, **_ALSO}


@cache
def _own_names() -> Mapping[str, str]:
    """The code of some languages by the name that each has for itself."""
    found = {}
    for code in _OWN_NAMES:
        try:
            name = Locale(code).languages.get(code, "")
        except UnknownLocaleError:  # an installation of Babel that was cut down
            continue
        found[_folded(name)] = code
    return found


def _folded(text: str) -> str:
    """Without case, accents and blanks at the ends."""
    plain = unicodedata.normalize("NFKD", text.strip().casefold())
    return " ".join("".join(sign for sign in plain if not unicodedata.combining(sign)).split())
