"""Files that a recorder split one take into, by their names alone.

Recorders begin a new file at 2 or 4 GB, or every half an hour.  How they number it differs; names of other people's
making, as ``interview_01``, are numbered as well.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_RECORDERS = "zoom|ste|stereo|mono|4ch|2ch|tascam|tx ?660|tx|dr|rec|sr|ls|ws|ds|dm|vn|mixpre|[hf][1-8]n?"
_OF_RECORDERS = re.compile(rf"(?:.*[-_ ])?(?:(?:{_RECORDERS})[-_ ]?\d{{2,6}}|\d{{6,8}}[-_]\d{{3,6}})", re.IGNORECASE)
"""What stands before the number of a part in the names of recorders: ``ZOOM0001``, ``STE-000``, ``240131_1530``."""
_NUMBERED = re.compile(r"(?P<stem>.*?)(?P<between>[-_ .]| ?\(| part ?| pt ?)(?P<number>\d{1,4})\)?", re.IGNORECASE)
_OF_GOPRO = re.compile(r"(?P<kind>G[HXL])(?P<number>\d\d)(?P<file>\d{4})", re.IGNORECASE)
_OF_OLD_GOPRO = re.compile(r"(?:GOPR|GP(?P<number>\d\d))(?P<file>\d{4})", re.IGNORECASE)


@dataclass(frozen=True)
class Series:
    """Files of one folder that are numbered one after the other.

    Attributes:
        paths: by their numbers.
        sure: whether only a recorder names parts so; else other signs have to say that they are one take.
        missing: the numbers that are not there, of a series that is sure.
    """

    paths: tuple[str, ...]
    sure: bool
    missing: tuple[int, ...] = ()


def find_series(paths: Iterable[str]) -> Iterator[Series]:
    """The series among some files, in the order of their names; of what is not sure, only unbroken ones."""
    groups: dict[tuple[str, ...], dict[int, str]] = defaultdict(dict)
    whole = set(paths)
    for path in sorted(whole):
        key, number = _place(path)
        if key:
            groups[key].setdefault(number, path)
    for key, found in sorted(groups.items()):
        sure = key[-1] == "sure"
        if sure and min(found) > 0 and (first := _unnumbered(key)) in whole:
            found[0] = first  # ZOOM0001.WAV, and ZOOM0001_01.WAV where it goes on
        numbers = sorted(found)
        if len(numbers) < 2:
            continue
        missing = tuple(sorted(set(range(min(numbers[0], 1), numbers[-1])) - set(numbers))) if sure else ()
        if sure:
            yield Series(tuple(found[n] for n in numbers), True, missing)
            continue
        run = [numbers[0]]
        for number in numbers[1:]:
            if number != run[-1] + 1:
                yield from _unsure(found, run)
                run = []
            run.append(number)
        yield from _unsure(found, run)


def _unsure(found: dict[int, str], run: list[int]) -> Iterator[Series]:
    if len(run) > 1:
        yield Series(tuple(found[n] for n in run), False)


def _place(path: str) -> tuple[tuple[str, ...], int]:
    """The series that a file may be of, and its number there."""
    folder, name = os.path.split(path)
    stem, extension = os.path.splitext(name)
    if gopro := _OF_GOPRO.fullmatch(stem):
        return (folder, gopro["kind"] + gopro["file"], extension, "", "sure"), int(gopro["number"])
    if gopro := _OF_OLD_GOPRO.fullmatch(stem):
        return (folder, "GOPR" + gopro["file"], extension, "", "sure"), int(gopro["number"] or 0)
    numbered = _NUMBERED.fullmatch(stem)
    if numbered is None:
        return (), 0
    sure = _OF_RECORDERS.fullmatch(numbered["stem"]) is not None and len(numbered["number"]) in (2, 3)
    width = "" if sure else str(len(numbered["number"]))
    return (folder, numbered["stem"], extension, numbered["between"] + width, "sure" if sure else "not"), int(
        numbered["number"]
    )


def _unnumbered(key: tuple[str, ...]) -> str:
    folder, stem, extension, *_ = key
    return os.path.join(folder, stem + extension)
