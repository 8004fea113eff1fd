"""A phrase that is looked for: its letters, and which texts can hold it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from schemas.errors import UsageError

LETTERS_AN_EDIT = 4
"""A fuzzy mention may have one edit for every four letters: "acme" one, "acme cola" two."""

_ACCENTS = re.compile("[\u0300-\u036f]+")
"""The marks of Latin, Greek and Cyrillic letters; in other scripts marks are vowels, which stay."""
_INSIDE = re.compile(r"(?<=\w)['’ʼ`´](?=\w)|(?<=\b\w)\.(?=\w\b)")
_POSSESSIVE = re.compile(r"(?<=\w)['’ʼ`´]s(?=\W*$)", re.IGNORECASE)


@dataclass(frozen=True)
class Phrase:
    """A phrase that is looked for.

    Attributes:
        asked: as the user wrote it.
        words: folded, at least one.
        edits: the greatest distance of a mention; 0 for exact ones alone.
    """

    asked: str
    words: tuple[str, ...]
    edits: int = 0

    @property
    def text(self) -> str:
        return " ".join(self.words)


def phrase_of(asked: str, *, fuzzy: bool = False, distance: int | None = None) -> Phrase:
    """The phrase in what the user wrote.

    Args:
        distance: the greatest one; None for one edit for every four letters.

    Raises:
        UsageError: nothing is left of it without punctuation; a distance below 0 or above half its letters, with which
            any word would do.
    """
    words = tuple(fold(asked).split())
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
    """Without case, diacritics and punctuation: letters, digits, and single blanks between words.

    Apostrophes inside a word and the full stops of initials vanish ("o'neill" is "oneill", "U.S.A." is "usa"); other
    punctuation parts words ("acme-cola" is "acme cola").
    """
    lowered = text.lower().replace("ς", "σ")
    if lowered.isascii():
        if lowered.isalnum():
            return lowered  # as most words
    else:
        lowered = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", lowered)))
    joined = _INSIDE.sub("", lowered)
    return " ".join("".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in joined).split())


def without_possessive(word: str) -> str:
    """``Acme's`` as ``Acme``: whoever says the one names the other."""
    return _POSSESSIVE.sub("", word)


def pattern(phrase: Phrase) -> str:
    """A regular expression (RE2) for texts without accents (DuckDB's ``strip_accents``): what holds a mention matches.

    Other texts may match, too: it only spares looking closely at most of them.  What may lie within ``edits`` edits is
    cut into ``edits // 2 + 1`` parts, of which one has no more than one edit (Navarro 2001, "A Guided Tour to
    Approximate String Matching", section 8).
    """
    words = [_without_marks(word) for word in phrase.words]
    letters = "".join(words)
    if not letters:
        return ""
    outside = _outside(letters)
    gap, start, end = f"{outside}*", f"(?:^|{outside})", f"(?:$|{outside})"
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


def _without_marks(word: str) -> str:
    return "".join(c for c in word if unicodedata.category(c)[0] != "M")


def _outside(letters: str) -> str:
    """A class of all that is neither letter nor digit, and of letters of other scripts.

    It names those of the letters' own blocks of 256 alone: RE2 has no room for many classes of all letters.
    """
    blocks = sorted({ord(letter) >> 8 for letter in letters})
    places = [
        n for block in blocks for n in range(block << 8, block + 1 << 8) if unicodedata.category(chr(n))[0] in "LN"
    ]
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
