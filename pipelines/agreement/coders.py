"""The names of those who fill in a sheet, which stand in the names of its columns."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from schemas.errors import UsageError

MACHINE = "machine"
LONGEST = 64


def check_coders(names: Sequence[str]) -> None:
    """Refuse names with which a sheet could not be read again.

    Raises:
        UsageError: one that is empty, holds signs, is not told from the machine's columns or from another name.
    """
    for name in names:
        if not _is_plain(name):
            raise UsageError(
                f"--coders: the name {name[:80]!r}: expected a letter or digit, then letters, digits, blanks, dots, "
                f"hyphens or underscores, {LONGEST} at most"
            )
    check_apart(names, "--coders")


def check_apart(names: Sequence[str], where: str) -> None:
    """Refuse coders who are not told from the machine, from all people, or from each other.

    Raises:
        UsageError: one is.
    """
    seen: dict[str, str] = {}
    for name in names:
        same = _folded(name)
        if same == MACHINE or same.startswith(f"{MACHINE}_"):
            raise UsageError(f"{where}: the coder {name!r}: names that begin with `{MACHINE}_` are the machine's own")
        if same == "people" or " and " in same:
            raise UsageError(f"{where}: the coder {name!r}: the figures of several people are called so")
        if same in seen:
            raise UsageError(f"{where}: expected different names of coders: {seen[same]!r} and {name!r} are the same")
        seen[same] = name


def _is_plain(name: str) -> bool:
    """Whether no spreadsheet takes it for a formula or for the end of a cell."""
    signs = all(letter in " .-_" or unicodedata.category(letter)[0] in "LMN" for letter in name)
    return 0 < len(name) <= LONGEST and name == name.strip() and unicodedata.category(name[0])[0] in "LN" and signs


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold()).strip()
