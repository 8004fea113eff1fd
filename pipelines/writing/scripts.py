"""Scripts that put no blanks between words: Chinese, Japanese, Thai, Lao, Burmese, Khmer and their like."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import regex
from icu4py.breakers import LineBreaker, WordBreaker

EAST_ASIAN = r"[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Bopomofo}]"
"""Letters and punctuation; Korean puts blanks."""
UNSPACED = rf"[[{EAST_ASIAN}\p{{Line_Break=Complex_Context}}]&&[\p{{L}}\p{{M}}\p{{N}}]]"
"""A class of all their letters; those of South East Asia are Unicode's class of line breaking SA."""
UNIT = rf"[{UNSPACED}\p{{Emoji_Presentation}}]"
"""What begins a sign that stands for itself."""
CLUSTER = r"\X(?:(?<=\u0e4d[\u0e48-\u0e4b]?)\u0e32|(?<=\u0ecd[\u0ec8-\u0ecb]?)\u0eb2)?"
"""An extended grapheme cluster; sara am, which is one vowel, also where it is written as its two parts."""

UNSPACED_SQL = (
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tai_Le}\p{New_Tai_Lue}"
    r"\p{Tai_Tham}\p{Tai_Viet}]"
)
"""The same for RE2, which knows scripts alone."""

_UNSPACED = regex.compile(UNSPACED, regex.V1)
_WIDE = regex.compile(
    rf"[{EAST_ASIAN}\p{{East_Asian_Width=Wide}}\p{{East_Asian_Width=Fullwidth}}&&[^\p{{Hangul}}]]", regex.V1
)
_CLUSTER = regex.compile(CLUSTER, regex.V1)
_UNIT = regex.compile(UNIT, regex.V1)
_TOKEN = regex.compile(rf"(?={UNIT}){CLUSTER}|(?:(?!\s|{UNIT})\X)+", regex.V1)
_MARK = regex.compile(r"\p{M}")
_SAID = regex.compile(r"[\p{L}\p{N}]")


def is_unspaced(text: str) -> bool:
    """Whether some letter of it is of a script without blanks."""
    return _UNSPACED.search(text) is not None


def is_unit(text: str) -> bool:
    """Whether it begins with a sign that stands for itself: such a letter, or an emoji."""
    return _UNIT.match(text) is not None


def clusters(text: str) -> list[str]:
    """What a reader takes for one letter each: no vowel sign, no second half of a conjunct stands alone."""
    return _CLUSTER.findall(text)


def tokens(text: str) -> Iterator[tuple[int, int]]:
    """Where each cluster of a script without blanks stands, and each run of anything else between blanks."""
    return (match.span() for match in _TOKEN.finditer(text))


def words(text: str) -> list[tuple[int, int]]:
    """Where each word stands, by the dictionaries of ICU; what holds no letter or digit is none."""
    return [(a, b) for a, b in pairwise(_boundaries(text, WordBreaker)) if _SAID.search(text, a, b)]


def breaks(text: str) -> list[int]:
    """Where a line may end, from 0 to the end of the text: between words, and as Unicode has it of punctuation."""
    lines = {*_boundaries(text, LineBreaker)}
    return [at for at in _boundaries(text, WordBreaker) if at in lines]


def _boundaries(text: str, breaker: type[WordBreaker] | type[LineBreaker]) -> list[int]:
    if not text:
        return [0]
    found = [0, *(end for _, end in breaker(text, "en").segments())]
    if max(text) > "\uffff":  # ICU counts in UTF-16
        places = {0: 0}
        at = 0
        for number, letter in enumerate(text, 1):
            at += 2 if letter > "\uffff" else 1
            places[at] = number
        found = [places[at] for at in found if at in places]
    return found


def between(left: str, right: str) -> str:
    """The blank between two texts; nothing where neither script has one, or where it would tear a letter."""
    if not left or not right or _MARK.match(right):
        return ""
    if _WIDE.match(left[-1]) and _WIDE.match(right):
        return ""
    return "" if is_unspaced(left[-1]) and is_unspaced(right[0]) else " "


def is_east_asian(left: str, right: str) -> bool:
    """Whether two letters are both of Chinese or Japanese, or of their punctuation: there no blank is ever put."""
    return _WIDE.match(left) is not None and _WIDE.match(right) is not None
