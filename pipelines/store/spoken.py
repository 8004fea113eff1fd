"""In which language each recording is heard, where a column of the user's says so: part of how its rows were made.

Were ``--language-column`` part of the recipes, one other cell would make the rows of the whole archive anew.  So a
recording whose cell says ``de`` has the recipes that it would have with ``--language de``.  While a run compares, they
are written as those that the run asks for, so that nothing else has to know of languages.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

OTHER = "~"
"""Behind a recipe of rows that were made in another language than the one that is asked for now."""


@dataclass
class Spoken:
    """The languages that files say, and what they make of recipes.

    Attributes:
        by_uri: the code of each file that says one.
        asked: the recipe of each table in the language of the run.
        of: by code, the recipes of the tables that it shapes.
    """

    by_uri: Mapping[str, str] = field(default_factory=dict)
    asked: Mapping[str, str] = field(default_factory=dict)
    of: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    _known: dict[tuple[bool, int, str | None], Mapping[str, str]] = field(default_factory=dict)
    _kept: list[Mapping[str, str]] = field(default_factory=list)  # an id is of what is alive

    def of_recordings(self, files: Iterable[tuple[str, str | None]]) -> dict[str, str]:
        """The code of each recording, see :func:`of_recordings`."""
        return of_recordings(self.by_uri, files)

    def alike(self, recipes: Mapping[str, str], code: str | None) -> dict[str, str]:
        """Those of the recipes that this language shapes as little as that of the run."""
        shaped = self.of.get(code or "", {})
        others = {table for of in self.of.values() for table in of} if code is None else set()
        return {t: r for t, r in recipes.items() if t not in others and shaped.get(t, r) == r}

    def agreed_to(self, recipes: Mapping[str, str]) -> dict[str, str]:
        """The recipes as a person agrees to them: those that languages shape only in what files say now."""
        if not self.of:
            return dict(recipes)
        digest = hashlib.sha256(json.dumps(sorted(self.by_uri.items())).encode()).hexdigest()[:16]
        shaped = {table for of in self.of.values() for table in of}
        return {t: f"{recipe}{OTHER}{digest}" if t in shaped else recipe for t, recipe in recipes.items()}

    def as_asked(self, made: Mapping[str, str], code: str | None) -> Mapping[str, str]:
        """Recipes as a run compares them: what was made in the language of its recording is what the run asks for."""
        return self._translated(True, made, code)

    def as_made(self, made: Mapping[str, str], code: str | None) -> Mapping[str, str]:
        """The other way round: recipes as they are kept."""
        return self._translated(False, made, code)

    def _translated(self, as_asked: bool, made: Mapping[str, str], code: str | None) -> Mapping[str, str]:
        """The same object for the same recipes: most recordings share theirs."""
        shaped = self.of.get(code or "", {})
        if not shaped:
            return made
        key = (as_asked, id(made), code)
        if key not in self._known:
            self._kept.append(made)
            turn = self._seen if as_asked else self._written
            self._known[key] = {table: turn(table, recipe, shaped) for table, recipe in made.items()}
        return self._known[key]

    def _seen(self, table: str, recipe: str, shaped: Mapping[str, str]) -> str:
        if shaped.get(table, self.asked.get(table)) == self.asked.get(table):
            return recipe
        if recipe == shaped[table]:
            return self.asked[table]
        return recipe + OTHER if recipe == self.asked[table] else recipe

    def _written(self, table: str, recipe: str, shaped: Mapping[str, str]) -> str:
        if recipe.endswith(OTHER):
            return recipe.removesuffix(OTHER)
        return shaped[table] if table in shaped and recipe == self.asked.get(table) else recipe


def of_recordings(by_uri: Mapping[str, str], files: Iterable[tuple[str, str | None]]) -> dict[str, str]:
    """The code of each recording: that of the first of its files, by name, that says one.

    Args:
        by_uri: the code of each file that says one.
        files: URIs, each with the recording that it holds.
    """
    found: dict[str, str] = {}
    for uri, key in sorted((uri, key) for uri, key in files if key is not None):
        if uri in by_uri:
            found.setdefault(key, by_uri[uri])
    return found
