"""What is said: sentences out of templates, words in any order, and strings of digits."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np

from demo import screenplay

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")

TEMPLATES: tuple[str, ...] = (
    "The {person} {did} the {thing} in the {place}",
    "I {did} a {quality} {thing} at the {place} {when}",
    "We {did} the {thing} and the {thing} {when}",
    "{when} the {person} came to the {place} with a {quality} {thing}",
    "My {person} said that the {thing} was {quality}",
    "Nobody in the {place} {did} the {quality} {thing}",
    "They told us that the {person} had a {quality} {thing}",
    "There were {number} {quality} bottles near the {place}",
    "You can find {number} of them at the {place}",
    "Please bring the {thing} to the {place} {when}",
    "The {place} was {quality} and the {thing} was {quality}",
    "The new {brand} is {quality} and costs {number} dollars",
    "I think that {brand} tastes {quality} {when}",
    "Can you tell the {person} about the {quality} {thing}",
    "What did the {person} want from the {place} {when}",
    "Do you remember the {thing} that the {person} {did}",
    "It is {number} past {number}, and the {person} is still at the {place}",
    "The order number is {number} {number} {number} {number}",
    "Only the {person} and my {person} heard the {thing}",
    "If you ask me, every {thing} in this {place} is {quality}",
)

QUESTIONS = ("Can ", "What ", "Do ")
"""How the templates that ask begin."""

WORDS: Mapping[str, tuple[str, ...]] = {
    "person": tuple(
        "father mother sister brother friend teacher doctor neighbor driver student manager customer woman man child "
        "children people baker farmer writer singer stranger visitor owner colleague".split()
    ),
    "thing": tuple(
        "bottle window letter machine radio table garden picture question answer ticket basket camera river song book "
        "newspaper coffee bread milk sugar glass price recipe label company brand drink shop music telephone door key "
        "chair light water paper box coat voice sound story name year day money wall fire bird dog horse train car "
        "crate winter summer service help party lemon taste sign rent steps".split()
    ),
    "place": tuple(
        "harbor kitchen market station office village street school garden factory hotel bridge church museum library "
        "hospital hall airport mountain beach corner town city country house building roof gate yard".split()
    ),
    "did": tuple(
        "saw found sold bought lost opened closed painted heard forgot remembered moved carried washed broke repaired "
        "wanted ordered liked shared answered called started finished brought changed printed raised kept left".split()
    ),
    "quality": tuple(
        "small old cold new big quiet broken beautiful strange yellow green empty heavy cheap lovely wonderful "
        "terrible simple long short loud warm dark bright sweet strong plastic early good great sorry wrong right "
        "sharp deep quick slow white black thick round fresh".split()
    ),
    "when": (
        "today", "yesterday", "tomorrow", "this morning", "in the evening", "last summer", "last year", "last week",
        "on Friday", "on Monday", "every day", "again", "now", "after school", "before the winter", "at night",
        "at noon", "all the time", "for the first time", "once more",
    ),
    "number": (*DIGITS[1:], "ten", "eleven", "twelve", "fifteen", "twenty", "thirty", "forty", "fifty", "hundred"),
    "brand": ("Acme Cola", "Acme Water", "Blue Lemon", "North Harbor Tea", "Golden Bread", "Quick Coffee"),
}  # fmt: skip
"""Invented brands among them."""


def sentence(rng: np.random.Generator) -> str:
    """A sentence, its first letter a capital, without a mark at its end."""
    template = TEMPLATES[rng.integers(len(TEMPLATES))]

    def fill(slot: re.Match[str]) -> str:
        return _one_of(WORDS[slot[1]], rng)

    text = re.sub(r"{(\w+)}", fill, template)
    return text[0].upper() + text[1:]


def words_in_any_order(rng: np.random.Generator, shortest: int = 3, longest: int = 9) -> str:
    """Words that make no sense together, so that none can be guessed from its neighbours."""
    return " ".join(_one_of(vocabulary(), rng) for _ in range(rng.integers(shortest, longest + 1)))


@cache
def vocabulary() -> tuple[str, ...]:
    """The words of the templates and of the demo corpus (of whose sentences none is in any training)."""
    filled = [re.sub(r"{\w+}", "", template) for template in TEMPLATES] + [w for group in WORDS.values() for w in group]
    said = [text for _, _, text in (*screenplay.TASTE_INTERVIEW, *screenplay.SUPPORT_CALL)]
    said += [*screenplay.SPOT_ANNOUNCEMENT, screenplay.SPOT_SMALL_PRINT, *screenplay.FACTORY_STORY]
    said += [text for _, text in screenplay.STREET_ANSWER]
    return tuple(sorted({word for text in (*filled, *said, *DIGITS) for word in spoken(text).split()}))


def digit_string(rng: np.random.Generator, shortest: int = 2, longest: int = 8) -> str:
    """Digits as words: ``four zero seven``."""
    return " ".join(_one_of(DIGITS, rng) for _ in range(rng.integers(shortest, longest + 1)))


def spoken(text: str) -> str:
    """The words alone, as a transcript is compared: lower case, apostrophes kept, nothing else between."""
    return " ".join(re.findall(r"[a-z']+", text.lower()))


def _one_of(choices: Sequence[str], rng: np.random.Generator) -> str:
    return choices[int(rng.integers(len(choices)))]
