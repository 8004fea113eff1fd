"""How long files are, after the headers of some of them: no file is read to its end."""

from __future__ import annotations

import os
import random
import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePath

from schemas.records import Source
from schemas.register import NO_CLUES, Clues
from transforms.decode.asked import NOTHING, Asked
from transforms.decode.audio import DecodeError
from transforms.decode.guard import Decoder
from transforms.identify import ASSUMED_BYTES_PER_SECOND

MOST_HEADERS = 200
LEAST_OF_A_KIND = 5
"""Of files of one extension: a rare one may be of the longest recordings."""
SEED = 0
FAMILIAR = -1.0
THREADS = 4


@dataclass(frozen=True)
class Lengths:
    """How long files are, as far as their headers and sizes tell.

    Attributes:
        seconds: of all files, as far as their sizes tell.
        read: how many headers were read.
        unreadable: of all files, how many have none that can be read.
        familiar: of all files, how many begin with a sound that the corpus knows; they are in no other figure.
        drawn: the files whose headers say how long they are, with their seconds, in a random order.
    """

    seconds: float
    read: int
    unreadable: int
    drawn: tuple[tuple[Source, float], ...]
    familiar: int = 0


def lengths(sources: Sequence[Source], asked: Asked = NOTHING, clues: Clues = NO_CLUES) -> Lengths:
    """Read some headers, each kind of file's by its share, and tell the rest by their bytes.

    The same files give the same figures.  A header is read in a process of its own, as in a run.
    """
    kinds: dict[str, list[Source]] = defaultdict(list)
    for source in sources:
        kinds[PurePath(source.path).suffix.lower()].append(source)
    dice = random.Random(SEED)
    chosen = {kind: dice.sample(of, _share(len(of), len(sources))) for kind, of in kinds.items()}
    tried = [source for of in chosen.values() for source in of]
    found = dict(zip((source.uri for source in tried), _headers(tried, asked, clues), strict=True))
    total, unreadable, familiar = 0.0, 0.0, 0.0
    for kind, of in kinds.items():
        said = [(source, found[source.uri]) for source in chosen[kind]]
        known = sum(seconds == FAMILIAR for _, seconds in said)
        heard = [(source, seconds) for source, seconds in said if seconds is not None and seconds != FAMILIAR]
        scale = len(of) / len(said)
        familiar += scale * known
        unreadable += scale * (len(said) - known - len(heard))
        # By bytes, which every file has, and not by number: lengths differ more than rates do.
        size = sum(source.bytes for source, _ in said)
        seconds = sum(seconds for _, seconds in heard)
        total += seconds * sum(source.bytes for source in of) / size if size else 0.0
    drawn = [(source, found[source.uri]) for source in tried]
    dice.shuffle(drawn)
    told = tuple((source, seconds) for source, seconds in drawn if seconds and seconds != FAMILIAR)
    return Lengths(total, len(tried), round(unreadable), told, round(familiar))


def _share(of_kind: int, of_all: int) -> int:
    return min(of_kind, max(LEAST_OF_A_KIND, round(MOST_HEADERS * of_kind / of_all)))


def _headers(sources: Sequence[Source], asked: Asked, clues: Clues) -> list[float | None]:
    """Seconds of each; None where the header cannot be read, FAMILIAR where the corpus knows how the sound begins."""
    with decoders(asked) as mine, ThreadPoolExecutor(min(THREADS, os.cpu_count() or 1)) as pool:
        return list(pool.map(lambda source: _seconds(mine(), source, clues), sources))


def _seconds(decoder: Decoder, source: Source, clues: Clues) -> float | None:
    try:
        if clues.are_none:
            seconds = decoder.header(source.target).seconds
        else:
            format, head = decoder.head(source.target)
            seconds = FAMILIAR if head and clues.may_know(head) else format.seconds
    except DecodeError:
        return None
    return source.bytes / ASSUMED_BYTES_PER_SECOND if seconds is None else seconds


@contextmanager
def decoders(asked: Asked) -> Iterator:
    """A decoder for each thread, all ended in the end."""
    local, made = threading.local(), list[Decoder]()

    def mine() -> Decoder:
        if not hasattr(local, "decoder"):
            local.decoder = Decoder(asked)
            made.append(local.decoder)
        return local.decoder

    try:
        yield mine
    finally:
        for decoder in made:
            decoder.close()
