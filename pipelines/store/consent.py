"""What a person agreed to have made anew: by which recipe, and of which of the recordings named."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from glob import has_magic
from pathlib import PurePath
from typing import Any


@dataclass(frozen=True)
class Consent:
    """What a person agreed to have made again.

    Attributes:
        recipes: of each table that may be made anew, the recipe by which.
        of: the files, folders and globs of which, as :func:`from_anywhere` has them.
    """

    recipes: Mapping[str, str]
    of: tuple[str, ...]

    @classmethod
    def read(cls, written: Any) -> Consent:
        """One as :meth:`plain` wrote it.

        Raises:
            TypeError, KeyError, AttributeError: it is none.
        """
        recipes, of = written["recipes"], written["of"]
        if not isinstance(of, list) or not all(isinstance(one, str) for one in (*of, *recipes.values())):
            raise TypeError("agreed")
        return cls(dict(recipes), tuple(of))

    def plain(self) -> dict[str, Any]:
        return {"recipes": dict(self.recipes), "of": list(self.of)}

    def covers(self, table: str, recipe: str, uri: str) -> bool:
        """Whether rows of a table may be made anew by that recipe, of that file."""
        return self.recipes.get(table) == recipe and self._names(uri)

    def _names(self, uri: str) -> bool:
        # A shell may have made ten thousand names of one glob, for as many files: no loop over them.
        path, above = uri, os.path.dirname(uri)
        while path not in self._outright and above != path:
            path, above = above, os.path.dirname(above)
        return path in self._outright or any(_matches(glob, uri) for glob in self._globs)

    @cached_property
    def _outright(self) -> frozenset[str]:
        return frozenset(self.of)

    @cached_property
    def _globs(self) -> tuple[str, ...]:
        return tuple(pattern for pattern in self.of if has_magic(pattern))


def still_held(consents: Iterable[Consent], recipes: Mapping[str, str]) -> Iterator[Consent]:
    """What a run that makes tables by these recipes leaves of them: what was agreed to was another recipe's end.

    Without this a recipe that a later run gave up, and another one took up again, would still be agreed to, for rows
    that were not there when somebody was asked.
    """
    for one in consents:
        left = {table: recipe for table, recipe in one.recipes.items() if recipes.get(table, recipe) == recipe}
        if left:
            yield Consent(left, one.of)


def from_anywhere(pattern: str) -> str:
    """A file, folder or glob that a user named, so that it means the same wherever the reader stands."""
    whole = os.path.abspath(pattern if os.path.lexists(pattern) else os.path.expanduser(pattern))
    return whole + os.sep if has_magic(pattern) and pattern.endswith(os.sep) else whole  # folders only


def _matches(glob: str, uri: str) -> bool:
    """Whether a glob, or one for a folder that the file lies in, matches it."""
    if "**" in glob:
        return fnmatchcase(uri, glob) or fnmatchcase(uri, f"{glob.rstrip(os.sep)}/*")
    parts, asked = PurePath(uri).parts, PurePath(glob).parts
    return len(parts) >= len(asked) and all(map(fnmatchcase, parts, asked))
