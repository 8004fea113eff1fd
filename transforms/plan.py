"""How recordings are laid out: copies joined, shards of bounded length, lanes of equal work."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Sequence

from schemas.records import Known, Recording, Shard, Source

SECONDS_PER_FILE = 0.2
"""What opening a file costs, as seconds of audio: a thousand short clips are work too."""


def join_copies(known: Iterable[Known]) -> tuple[list[Recording], list[Known]]:
    """Sources of the same content become one recording; those without an id are given back apart.

    Both lists are sorted, so that the same inputs give the same plan whatever order they came in.
    """
    by_id: dict[str, list[Known]] = defaultdict(list)
    failed = []
    for one in known:
        if one.recording_id is None:
            failed.append(one)
        else:
            by_id[one.recording_id].append(one)
    recordings = []
    for recording_id, copies in sorted(by_id.items()):
        copies.sort(key=lambda k: k.source.uri)
        sources: tuple[Source, ...] = tuple(k.source for k in copies)
        recordings.append(Recording(recording_id, sources, copies[0].seconds))
    return recordings, sorted(failed, key=lambda k: k.source.uri)


def make_shards(recordings: Sequence[Recording], failed: Sequence[Known], longest: float) -> list[Shard]:
    """Neighbours by id share a shard as long as it stays within ``longest`` seconds of work.

    A longer recording has a shard of its own.  The name comes from the content, so that a second try
    writes the same files.  Failed sources lie in the first shard.
    """
    groups: list[list[Recording]] = [[]]
    filled = 0.0
    for recording in recordings:
        cost = recording.seconds + SECONDS_PER_FILE
        if groups[-1] and filled + cost > longest:
            groups.append([])
            filled = 0.0
        groups[-1].append(recording)
        filled += cost
    shards = []
    for i, group in enumerate(groups):
        # The counter keeps names unique and sorted; the id ties them to the content.
        name = f"{i:06d}-{group[0].recording_id[:12] if group else 'none'}"
        shards.append(Shard(name, tuple(group), tuple(failed) if i == 0 else ()))
    return shards


def make_lanes(shards: Sequence[Shard], lanes: int) -> list[list[Shard]]:
    """Shards dealt out over ``lanes`` workers, the longest first, each to the least laden.

    The longest-processing-time rule: at most 4/3 of the best possible time (Graham 1969).  Beam's
    local runner deals statically, by number, and never moves work again.
    """
    laden = [(0.0, i) for i in range(lanes)]
    dealt: list[list[Shard]] = [[] for _ in range(lanes)]
    for shard in sorted(shards, key=lambda s: (-s.seconds, s.name)):
        load, i = heapq.heappop(laden)
        dealt[i].append(shard)
        cost = shard.seconds + SECONDS_PER_FILE * len(shard.recordings)
        heapq.heappush(laden, (load + cost, i))
    return [sorted(lane, key=lambda s: s.name) for lane in dealt if lane]
