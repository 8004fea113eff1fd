"""A phrase that is looked for: its letters, and which texts can hold it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc
import regex

from pipelines.writing.scripts import CLUSTER, UNIT, is_unit
from schemas.errors import UsageError

LETTERS_AN_EDIT = 4
"""A fuzzy mention may have one edit for every four letters: "acme" one, "acme cola" two."""

_ACCENTS = re.compile(
    "[\u0300-\u036f"  # Latin, Greek, Cyrillic
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"  # the points of Hebrew
    "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"  # the vowels of Arabic, its kashida
    "\ufe00-\ufe0f\U000e0100-\U000e01ef]+"  # which shape of a sign
)
"""Marks that may be left out; in other scripts marks are vowels, which stay."""
_UNSEEN = re.compile("[\u00ad\u200c-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
"""Joiners, soft hyphens and signs of direction."""
_SYMBOLS = regex.compile(r"(?V1)[\p{S}--\p{Emoji_Presentation}]")
_MADE_OF_LETTERS = "".join(
    chr(n)
    for block in (range(0x2100, 0x2150), range(0x2460, 0x2500), range(0x3200, 0x3400), range(0x1F100, 0x1F200))
    for n in block
    if unicodedata.category(chr(n))[0] == "S"
)
"""Symbols that normal form KC would make letters of: of "Acme™" acmetm."""
_KEPT = regex.compile(r"(?V1)[\p{L}\p{M}\p{N}\p{Emoji_Presentation}\p{Emoji_Modifier}]")
_SARA_AM = re.compile("\u0e4d([\u0e48-\u0e4b]?)\u0e32|([\u0e48-\u0e4b])\u0e4d\u0e32")
_LAO_AM = re.compile("\u0ecd([\u0ec8-\u0ecb]?)\u0eb2|([\u0ec8-\u0ecb])\u0ecd\u0eb2")
"""A vowel of Thai and of Lao that normal form KC takes apart."""
_WORD = regex.compile(rf"(?={UNIT}){CLUSTER}|(?:(?!\s|{UNIT})\X)+", regex.V1)
_INSIDE = re.compile(r"(?<=\w)['’ʼ`´](?=\w)|(?<=\b\w)\.(?=\w\b)")
_POSSESSIVE = re.compile(r"(?<=\w)['’ʼ`´]s(?=\W*$)", re.IGNORECASE)


@dataclass(frozen=True)
class Phrase:
    """A phrase that is looked for.

    Attributes:
        asked: as the user wrote it.
        words: folded, at least one; of scripts without blanks each letter (grapheme cluster) is one.
        edits: the greatest distance of a mention; 0 for exact ones alone.
    """

    asked: str
    words: tuple[str, ...]
    edits: int = 0

    @property
    def text(self) -> str:
        return in_a_row(self.words)


def phrase_of(asked: str, *, fuzzy: bool = False, distance: int | None = None) -> Phrase:
    """The phrase in what the user wrote.

    Args:
        distance: the greatest one; None for one edit for every four letters.

    Raises:
        UsageError: nothing is left of it without punctuation; a distance below 0 or above half its letters, with which
            any word would do.
    """
    words = tuple(folded_words(asked))
    if not words:
        raise UsageError(f"the phrase {asked!r} holds no letter or digit")
    letters = sum(map(len, words))
    if not fuzzy:
        return Phrase(asked, words)
    if distance is None:
        return Phrase(asked, words, letters // LETTERS_AN_EDIT)
    if not 0 <= distance <= letters // 2:
        raise UsageError(f"--distance {distance}: {asked!r} has {letters} letters: expected 0 to {letters // 2}")
    return Phrase(asked, words, distance)


def fold(text: str) -> str:
    """Without case, diacritics, punctuation and width: letters, digits, emoji, and single blanks between words.

    Apostrophes inside a word and the full stops of initials vanish ("o'neill" is "oneill", "U.S.A." is "usa"); other
    punctuation parts words ("acme-cola" is "acme cola").  Normal form KC, full case folding ("ß" is "ss"), and the
    Turkish i without a dot is one with it.
    """
    if text.isascii():
        lowered = text.lower()
        if lowered.isalnum():
            return lowered  # as most words
    else:
        lowered = unicodedata.normalize("NFKC", _SYMBOLS.sub(" ", _UNSEEN.sub("", text))).casefold()
        lowered = _ACCENTS.sub("", unicodedata.normalize("NFD", lowered)).replace("ı", "i")
        lowered = _one_vowel(unicodedata.normalize("NFC", lowered))
    joined = _INSIDE.sub("", lowered)
    return " ".join("".join(c if _KEPT.match(c) else " " for c in joined).split())


def _one_vowel(text: str) -> str:
    text = _SARA_AM.sub(lambda m: f"{m[1] or m[2] or ''}\u0e33", text)
    return _LAO_AM.sub(lambda m: f"{m[1] or m[2] or ''}\u0eb3", text)


def folded_words(text: str) -> list[str]:
    """The words of a folded text; of scripts without blanks each letter (grapheme cluster), and each emoji."""
    folded = fold(text)
    return folded.split() if folded.isascii() else _WORD.findall(folded)


def in_a_row(words: Sequence[str]) -> str:
    """Folded words as one text, with blanks where their scripts put them."""
    row = "".join(words[:1])
    for one, other in pairwise(words):
        row += other if is_unit(one) or is_unit(other) else f" {other}"
    return row


def without_possessive(word: str) -> str:
    """``Acme's`` as ``Acme``: whoever says the one names the other."""
    return _POSSESSIVE.sub("", word)


def pattern(phrase: Phrase) -> str:
    """A regular expression (RE2) for ``nfc_normalize`` of :func:`letters` of texts: what holds a mention matches.

    Other texts may match, too: it only spares looking closely at most of them.  What may lie within ``edits`` edits is
    cut into ``edits // 2 + 1`` parts, of which one has no more than one edit (Navarro 2001, "A Guided Tour to
    Approximate String Matching", section 8).
    """
    words = [_without_marks(word) for word in phrase.words]
    letters = "".join(words)
    if not letters:
        return ""
    outside = _outside(letters)
    gap = f"{outside}*"
    start = "" if is_unit(phrase.words[0]) else f"(?:^|{outside})"
    end = "" if is_unit(phrase.words[-1]) else f"(?:$|{outside})"
    n = phrase.edits // 2 + 1
    cuts = [len(letters) * i // n for i in range(n + 1)]
    found = []
    for number, (first, last) in enumerate(pairwise(cuts)):
        near = _near(letters[first:last], gap) if phrase.edits else [_spaced(letters, gap)]
        begins, ends = start if number == 0 else "", gap + end if number == n - 1 else ""
        found.append(f"{begins}(?:{'|'.join(near)}){ends}")
    # The rest of it may be said after a pause, in the next segment.
    found += [f"{start}{_spaced(''.join(words[:k]), gap)}{gap}$" for k in range(1, len(words))]
    return "(?i)" + "|".join(found)


def letters(texts: pa.Array) -> pa.Array:
    """Texts in which :func:`pattern` finds a phrase: small letters of common width, without accents.

    Normal form KD: arrow's (25) other forms do not compose, which DuckDB's ``nfc_normalize`` does.
    """
    plain = pc.replace_substring_regex(texts, f"[{_MADE_OF_LETTERS}]", " ")
    plain = pc.replace_substring_regex(pc.utf8_normalize(plain, "NFKD"), _ACCENTS.pattern, "")
    plain = pc.utf8_lower(plain)
    for letter, other in (("ß", "ss"), ("ı", "i")):
        plain = pc.replace_substring(plain, letter, other)
    return plain


def _without_marks(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", word) if unicodedata.category(c)[0] != "M")


def _outside(letters: str) -> str:
    """A class of all that is neither letter nor digit, and of letters of other scripts.

    It names those of the letters' own blocks of 256 alone: RE2 has no room for many classes of all letters.
    """
    blocks = sorted({ord(letter) >> 8 for letter in letters})
    places = [
        n for block in blocks for n in range(block << 8, block + 1 << 8) if unicodedata.category(chr(n))[0] in "LN"
    ]
    if not places:
        return r"[\x{0}-\x{10ffff}]"
    breaks = [0, *(i for i in range(1, len(places)) if places[i] != places[i - 1] + 1), len(places)]
    named = [f"\\x{{{places[i]:x}}}-\\x{{{places[j - 1]:x}}}" for i, j in pairwise(breaks)]
    return f"[^{''.join(named)}]"


def _spaced(letters: str, gap: str) -> str:
    return gap.join(re.escape(letter) for letter in letters)


def _near(part: str, gap: str) -> list[str]:
    """Alternatives for what is at most one edit away from the part."""
    spaced = [re.escape(letter) + gap for letter in part]
    one = [f"{''.join(spaced[:i])}(?:.{gap})?(?:{spaced[i]})?{''.join(spaced[i + 1 :])}" for i in range(len(part))]
    return [*one, f"{''.join(spaced)}."]
