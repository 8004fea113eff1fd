"""What was said in one stretch, written as its script is written, with the word that each letter is of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.writing.scripts import between, clusters, is_east_asian, is_unspaced


@dataclass(frozen=True)
class Line:
    """The words of a transcript in a row.

    Recognisers call a letter a word, some bytes of one, or all between two pauses.  The line has the blanks that were
    recognised, but for those that its script does not put.

    Attributes:
        text: the line.
        owners: of each letter of it the number of its word; of a blank that of the word behind it.
        places: of each letter where in its word it begins, as a share from 0 to 1; of its end, see :meth:`span`.
    """

    text: str
    owners: tuple[int, ...]
    places: tuple[tuple[float, float], ...]

    @classmethod
    def of(cls, words: Sequence[str], text: str = "") -> Line:
        """The line of some words.

        Args:
            text: as it was recognised, which says where blanks are; without it, or where it does not hold these words
                one after the other, they are between all words.
        """
        blanks = _blanks(words, text)
        line: list[str] = []
        owners: list[int] = []
        places: list[tuple[float, float]] = []
        for number, word in enumerate(words):
            if line and blanks[number]:
                line.append(" ")
                owners.append(number)
                places.append((0.0, 0.0))
            for at, letter in enumerate(word):
                if letter.isspace() and 0 < at < len(word) - 1 and is_east_asian(word[at - 1], word[at + 1]):
                    continue
                line.append(letter)
                owners.append(number)
                places.append((at / len(word), (at + 1) / len(word)))
        return cls("".join(line), tuple(owners), tuple(places))

    @property
    def blanks_after(self) -> list[str]:
        """Of each word the blank behind it, or nothing."""
        before = {number for letter, number in zip(self.text, self.owners, strict=True) if letter == " "}
        last = max(self.owners, default=-1)
        return [" " if number + 1 in before or number == last else "" for number in range(last + 1)]

    def span(self, begin: int, end: int, times: Sequence[tuple[int, int]]) -> tuple[int, int]:
        """From when to when a part of the line is said; within a word its letters take equally long.

        Args:
            begin, end: of the part, which is not empty.
            times: start and end of each word in ms.
        """
        (first, last), (low, high) = times[self.owners[begin]], times[self.owners[end - 1]]
        start = first + round((last - first) * self.places[begin][0])
        return start, low + round((high - low) * self.places[end - 1][1])


def _blanks(words: Sequence[str], text: str) -> list[bool]:
    """Before which words a blank stands."""
    found = _written(words, text) or [True] * len(words)
    unsure, letters = [], 0
    for number, word in enumerate(words):
        if is_unspaced(word):
            letters += len(clusters(word))
        left = words[number - 1] if number else ""
        if not found[number] or not left or not word:
            found[number] = False
        elif not between(left, word):
            found[number] = False
            if text and not is_east_asian(left[-1], word[0]) and between("a", word):
                unsure.append(number)
    # Thai and its like part sentences by blanks: not where one stands between all letters.
    if 2 * len(unsure) <= letters - 1:
        for number in unsure:
            found[number] = True
    return found


def _written(words: Sequence[str], text: str) -> list[bool] | None:
    """Before which words a blank stands in the text; None where it does not hold them in a row."""
    found, at = [], 0
    for word in words:
        begin = at
        while at < len(text) and text[at].isspace():
            at += 1
        if not text.startswith(word, at):
            return None
        found.append(at > begin)
        at += len(word)
    return found
