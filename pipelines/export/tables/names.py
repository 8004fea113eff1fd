"""Names of columns as SPSS and Stata accept them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Sequence

OF_SPSS = frozenset("all and by eq ge gt le lt ne not or to with".split())
OF_STATA = frozenset(
    "_all _b _coef _cons _n _pi _pred _rc _se _skip aggregate array boolean break byte case catch class colvector "
    "complex const continue default delegate delete do double else eltypedef end enum explicit export external float "
    "for friend function global goto if in inline int local long null pragma protected quad rowvector short str strl "
    "typedef typename using virtual with".split()
)
"""Words that are no names there (SPSS: Variable names; Stata: [U] 11.3 and [M-2] reswords, as pandas has them), and
``str5`` is none for Stata."""
DIGITS = "0123456789_"
SPSS_BYTES, STATA_LETTERS = 64, 32


def spss_names(names: Sequence[str]) -> list[str]:
    """A name for each column that SPSS accepts: at most 64 bytes."""
    return _accepted(names, lambda name: len(name.encode()) <= SPSS_BYTES, OF_SPSS)


def stata_names(names: Sequence[str]) -> list[str]:
    """A name for each column that Stata 14 and later accept: at most 32 letters."""
    return _accepted(names, lambda name: len(name) <= STATA_LETTERS, OF_STATA)


def _accepted(names: Sequence[str], fits: Callable[[str], bool], reserved: Collection[str]) -> list[str]:
    """Letters of nearly any script, digits and underscores, a letter first; no two alike in whatever case.

    A name that is accepted stays, whatever others have to be called.
    """
    plain = [_plain(name) for name in names]
    kept = [
        new if new == name and fits(new) and not _is_reserved(new, reserved) else None
        for new, name in zip(plain, names, strict=True)
    ]
    taken = {name.casefold() for name in kept if name is not None}
    seen: set[str] = set()
    found = []
    for new, same in zip(plain, kept, strict=True):
        if same is not None and same.casefold() not in seen:
            seen.add(same.casefold())
            found.append(same)
            continue
        n, name = 1, _cut(new, "_" if _is_reserved(new, reserved) else "", fits)
        while name.casefold() in taken:
            n += 1
            name = _cut(new, f"_{n}", fits)
        taken.add(name.casefold())
        found.append(name)
    return found


def _plain(name: str) -> str:
    composed = unicodedata.normalize("NFC", name)
    letters = "".join(c if (c.isalpha() and c not in "ªµº") or c in DIGITS else "_" for c in composed)
    return letters if letters[:1].isalpha() else f"v_{letters.lstrip('_')}"


def _cut(name: str, ending: str, fits: Callable[[str], bool]) -> str:
    while not fits(name + ending):
        name = name[:-1]
    return name + ending


def _is_reserved(name: str, reserved: Collection[str]) -> bool:
    folded = name.casefold()
    return folded in reserved or (reserved is OF_STATA and folded[:3] == "str" and folded[3:].isdecimal())
