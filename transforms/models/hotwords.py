"""Names and brands that a recogniser is to prefer: an automaton over characters that pays for spelling them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import regex

_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")
"""Letters of scripts that put no blanks between words."""

_APART, _WITHIN = 0, 1
"""The states outside of all phrases: a word may begin here, or one that is no phrase goes on."""


@dataclass
class _Node:
    """What of a phrase has been spelt.

    Attributes:
        paid: to whoever is here.
        full: the worth of the phrase that ends here; 0 where none does.
        earned: the worth of a phrase that ended on the way here, with a word of its own behind it.
        shorter: the state of the longest end of the text that begins a phrase, too.
    """

    text: str
    paid: float = 0.0
    full: float = 0.0
    earned: float = 0.0
    shorter: int = _WITHIN
    children: dict[str, int] = field(default_factory=dict)


class Hotwords:
    """What it is worth to spell out phrases.

    A text is worth the sum over the phrases in it.  The sum is paid while a phrase is being spelt, to each character
    its share, and taken back where the text turns into something else: so a search that keeps only the best texts
    keeps one that is about to become a phrase.  A phrase counts where it stands as a word of its own, or as several:
    ``cola`` is not in ``colander``.  A mark ends a word, so that ``acme's`` has ``acme`` in it.  Letters of scripts
    without blanks are words of their own.

    States are numbers; a text begins in 0.

    Args:
        worth: of each phrase, over 0.
    """

    def __init__(self, worth: Mapping[str, float]) -> None:
        self._nodes = [_Node("", shorter=_APART), _Node("")]
        for phrase, value in worth.items():
            self._add(phrase, value)
        first = self._nodes[_APART].children
        self._nodes[_WITHIN].children = {c: state for c, state in first.items() if _UNSPACED.match(c)}
        states = {node.text: state for state, node in enumerate(self._nodes) if state > _WITHIN}
        for node in self._nodes[_WITHIN + 1 :]:
            node.shorter = _shorter(node.text, states)
            for character, child in node.children.items():
                self._nodes[child].earned = self._kept(node, character)

    def __len__(self) -> int:
        """How many states there are."""
        return len(self._nodes)

    def step(self, state: int, text: str) -> tuple[int, float]:
        """The state after some more characters, and what they are worth: under 0 where something is taken back."""
        worth = 0.0
        for character in text:
            node = self._nodes[state]
            state = node.children.get(character, -1)
            if state < 0:
                worth += self._kept(node, character)
                state = self._beside(node.shorter, character)
            worth += self._nodes[state].paid - node.paid
        return state, worth

    def end(self, state: int) -> float:
        """What it is worth that the text ends there, 0 or less."""
        node = self._nodes[state]
        return (node.full or node.earned) - node.paid

    def _add(self, phrase: str, value: float) -> None:
        node = self._nodes[_APART]
        for i, character in enumerate(phrase):
            if character not in node.children:
                node.children[character] = len(self._nodes)
                self._nodes.append(_Node(phrase[: i + 1]))
            node = self._nodes[node.children[character]]
            node.paid = max(node.paid, value * (i + 1) / len(phrase))
        node.full = max(node.full, value)

    def _kept(self, node: _Node, character: str) -> float:
        """What is not taken back when a character follows that goes on with no phrase."""
        ends = not character.isalnum() or _UNSPACED.search(node.text[-1:] + character) is not None
        return node.full if node.full and ends else node.earned

    def _beside(self, state: int, character: str) -> int:
        """The state after a character that does not go on with the longest phrase, from that of shorter ones."""
        while (found := self._nodes[state].children.get(character)) is None:
            if state <= _WITHIN:
                return _WITHIN if character.isalnum() else _APART
            state = self._nodes[state].shorter
        return found


def _shorter(text: str, states: Mapping[str, int]) -> int:
    """The state of the longest end of a text, but not the whole, that stands where a word may begin."""
    for i in range(1, len(text)):
        begins = not text[i - 1].isalnum() or _UNSPACED.search(text[i - 1 : i + 1])
        if begins and (state := states.get(text[i:])) is not None:
            return state
    return _WITHIN if text[-1].isalnum() else _APART
