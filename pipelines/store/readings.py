"""How files without a header were read: part of how the rows of these files were made, and of no others.

``--raw`` is a setting of the whole corpus that shapes the rows of a few files.  Were it part of the recipes, another
reading of three calls would hear the whole archive anew.  So it stands behind the recipes of these recordings alone:
``0f3a...+alaw:8000``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from schemas.raw import BY_EXTENSION, Raw, extension_of

SIGN = "+"
_ALWAYS_SO = frozenset((".gsm", ".g722", ".sln"))
"""Read by their extension before readings were kept."""


def reading_of(uri: str, raw: Raw) -> str:
    """How a file of this name is read if it has no header; empty where only its bytes say so."""
    coding = raw.of(uri)
    if coding is None:
        return ""
    extension = extension_of(uri)
    if extension in _ALWAYS_SO and coding == BY_EXTENSION[extension]:
        return ""
    return str(coding)


def readings_of(files: Iterable[tuple[str, str | None]], raw: Raw) -> dict[str, set[str]]:
    """The readings of each recording that has a file read by its name; of one that was not read, by its URI."""
    found: dict[str, set[str]] = defaultdict(set)
    others: set[str] = set()
    for uri, key in files:
        if reading := reading_of(uri, raw):
            found[key or uri].add(reading)
        elif key is not None:
            others.add(key)
    for key in found.keys() & others:
        found[key].add("")
    return found


def split(made: Mapping[str, str]) -> tuple[Mapping[str, str], str]:
    """Recipes, and the reading that stands behind them."""
    reading = next((recipe.partition(SIGN)[2] for recipe in made.values() if SIGN in recipe), "")
    return ({table: recipe.partition(SIGN)[0] for table, recipe in made.items()}, reading) if reading else (made, "")


def joined(made: Mapping[str, str], reading: str) -> Mapping[str, str]:
    """Recipes with the reading behind them."""
    return {table: recipe + SIGN + reading for table, recipe in made.items()} if reading else made


def otherwise(made: Mapping[str, str], reading: str) -> Mapping[str, str]:
    """Recipes as those of another reading: no recipe of a run is like them."""
    return {table: recipe + SIGN + reading for table, recipe in made.items()}
