"""How the words of a vocabulary are spelt in the tokens of a CTC checkpoint."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

REWARD = 1.0
"""What each token of a word of the vocabulary is worth, in nats: a spelling is preferred to what was heard if that is
up to ``exp(REWARD)`` times likelier a token.  Measured on the demo: see docs/models.md."""

_BLANKS = str.maketrans(dict.fromkeys("-‐‑‒–—/_", " "))
_SILENT = str.maketrans("", "", ".,;:!?\"'’‘“”„«»()")


@dataclass(frozen=True)
class Lexicon:
    """The words of a vocabulary in the characters of a checkpoint.

    Attributes:
        pieces: the characters of each of its tokens; nothing for those that spell nothing.
        worth: of each spelling, in nats.
        unspelt: the words of which it lacks letters.
    """

    pieces: tuple[str, ...]
    worth: dict[str, float]
    unspelt: tuple[str, ...]


def lexicon_of(tokenizer: Any, size: int, words: Sequence[str]) -> Lexicon:
    """The words as a tokenizer of so many tokens spells them."""
    pieces = pieces_of(tokenizer, size)
    letters = {character for piece in pieces for character in piece}
    by_letters = max(map(len, pieces), default=0) == 1
    worth: dict[str, float] = {}
    unspelt = []
    for word in words:
        text = spelt(word, letters)
        if text is None:
            unspelt.append(word)
            continue
        tokens = len(text) if by_letters else len(tokenizer.encode(text, add_special_tokens=False))
        worth[text] = REWARD * tokens
    return Lexicon(pieces, worth, tuple(unspelt))


def pieces_of(tokenizer: Any, size: int) -> tuple[str, ...]:
    """The characters of each token, with a blank for what stands between words."""
    delimiter = getattr(tokenizer, "word_delimiter_token", None)
    special = set(tokenizer.all_special_ids) | {tokenizer.pad_token_id}
    pieces = []
    for number, token in enumerate(tokenizer.convert_ids_to_tokens(list(range(size)))):
        if token == delimiter and token is not None:
            pieces.append(" ")
        elif token is None or number in special or (delimiter is not None and len(token) > 1):
            pieces.append("")
        else:
            pieces.append(token.replace("▁", " ").replace("Ġ", " "))
    return tuple(pieces)


def spelt(word: str, letters: Collection[str]) -> str | None:
    """A word in the letters of a checkpoint; None where it lacks some.

    A letter of the other case, or without its accent, stands in for one that is not there; hyphens become blanks, and
    marks that nobody speaks go.
    """
    text = unicodedata.normalize("NFC", word)
    found = [_in_letters(character, letters) for character in text]
    if any(one is None for one in found):
        return None
    return " ".join("".join(one for one in found if one is not None).split()) or None


def _in_letters(character: str, letters: Collection[str]) -> str | None:
    bare = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
    for text in (character, character.upper(), character.lower(), bare, bare.upper(), bare.lower()):
        if text and all(c in letters for c in text):
            return text
    if character.isspace():
        return " "
    other = character.translate(_BLANKS).translate(_SILENT)
    return other if other in ("", " ") else None
