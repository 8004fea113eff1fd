"""A run cut into portions of work, each a pipeline of its own: by what the files hold, never by who makes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from schemas.records import Known, Problem, Source
from transforms.plan import SECONDS_PER_FILE

LONGEST_SECONDS, SHORTEST_SECONDS = 3600.0, 600.0
"""Audio of a portion of several recordings.  A pipeline costs one or two core seconds to begin and to end, as much as
five minutes of audio without models; what a worker that dies has begun is made again."""
PARTS = 2
"""A portion holds so many times less than what a worker's part of all that is still to be cut would be: the first ones
much, the last ones little, so that workers come to their end together (guided self-scheduling, Polychronopoulos and
Kuck 1987)."""
CHUNK_BYTES = 1 << 30
"""Files that a worker identifies at once: seconds of reading."""
CHUNK_FILES = 200


@dataclass(frozen=True)
class Portion:
    """Files that one worker takes up at once.

    Attributes:
        known: identified files; those of one content are all here.
        seconds: what they hold together, as far as their headers say.
    """

    known: tuple[Known, ...]
    seconds: float

    @classmethod
    def of(cls, known: Iterable[Known]) -> Portion:
        """Of these files; a content counts once."""
        sorted_ = tuple(sorted(known, key=_order))
        return cls(sorted_, sum(_seconds(content) for content in _contents(sorted_)))

    @property
    def files(self) -> tuple[Source, ...]:
        return tuple(file for one in self.known for file in one.source.files)

    def broken(self, problem: Problem) -> list[Known]:
        """The files as ones that could not be read."""
        return [replace(one, recording_id=None, problem=problem) for one in self.known]

    def halves(self) -> tuple[Portion, Portion] | None:
        """The same files in two portions of about the same length; None where one content is all that it holds."""
        contents = list(_contents(self.known))
        if len(contents) < 2:
            return None
        first: list[Known] = []
        taken, at = 0.0, 0
        while at < len(contents) - 1 and (not at or taken + _seconds(contents[at]) <= self.seconds / 2):
            first += contents[at]
            taken += _seconds(contents[at])
            at += 1
        return Portion.of(first), Portion.of(one for content in contents[at:] for one in content)


@dataclass(frozen=True)
class Unread:
    """Files that one worker identifies at once."""

    sources: tuple[Source, ...]

    @property
    def files(self) -> tuple[Source, ...]:
        return tuple(file for source in self.sources for file in source.files)

    def halves(self) -> tuple[Unread, Unread] | None:
        """The same files in two; None where one is all that there is."""
        middle = len(self.sources) // 2
        return (Unread(self.sources[:middle]), Unread(self.sources[middle:])) if middle else None

    def broken(self, problem: Problem) -> list[Known]:
        """The files as ones that could not be read."""
        return [Known(source, None, 0.0, problem) for source in self.sources]


def cut(known: Sequence[Known], workers: int, longest: float = LONGEST_SECONDS) -> list[Portion]:
    """Portions of at most ``longest`` seconds, or of one recording; smaller ones towards the end.

    The longest recordings come first, so that one of hours is not the last to begin.  The same files give the same
    portions whatever order they come in, and portions shape no row.  Files that could not be read, which take no time,
    are in the last one.
    """
    failed = [one for one in known if one.recording_id is None]
    contents = list(_contents(sorted((one for one in known if one.recording_id is not None), key=_order)))
    portions: list[Portion] = []
    held: list[Known] = []
    filled = 0.0
    left = sum(map(_seconds, contents))
    most = min(longest, max(SHORTEST_SECONDS, left / (PARTS * workers)))
    for content in sorted(contents, key=lambda content: (-_seconds(content), _order(content[0]))):
        if held and filled + _seconds(content) > most:
            portions.append(Portion.of(held))
            left -= filled
            most = min(longest, max(SHORTEST_SECONDS, left / (PARTS * workers)))
            held, filled = [], 0.0
        held += content
        filled += _seconds(content)
    if held or failed:
        portions.append(Portion.of([*held, *failed]))
    return portions


def chunks(sources: Sequence[Source]) -> Iterator[Unread]:
    """Files in the order in which they come, as many as are read within seconds."""
    held: list[Source] = []
    size = 0
    for source in sources:
        if held and (size + source.bytes > CHUNK_BYTES or len(held) >= CHUNK_FILES):
            yield Unread(tuple(held))
            held, size = [], 0
        held.append(source)
        size += source.bytes
    if held:
        yield Unread(tuple(held))


def _contents(known: Iterable[Known]) -> Iterator[list[Known]]:
    """Files of one content together; one that could not be read stands alone."""
    for _, alike in groupby(known, key=lambda one: one.recording_id or one.source.uri):
        yield list(alike)


def _seconds(content: Sequence[Known]) -> float:
    return content[0].seconds + SECONDS_PER_FILE


def _order(one: Known) -> tuple[str, str]:
    return one.recording_id or "", one.source.uri
