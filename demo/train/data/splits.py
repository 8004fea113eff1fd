"""Which voice, person, sentence and clip is for training, which for choosing, which for the last figure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Literal, cast, get_args

import numpy as np

Split = Literal["train", "dev", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)
SHARES: Mapping[Split, float] = {"train": 0.7, "dev": 0.15, "test": 0.15}


def divide(names: Iterable[str], seed: int, shares: Mapping[Split, float] = SHARES) -> dict[str, Split]:
    """Deal out names at random, each split getting its share, rounded: name to split.

    The order in which the names come does not matter.
    """
    shuffled = sorted(set(names))
    np.random.default_rng(seed).shuffle(shuffled)
    bounds = np.round(np.cumsum([0.0, *(shares[split] for split in SPLITS)]) * len(shuffled)).astype(int)
    return {
        name: split for split, (low, high) in zip(SPLITS, pairwise(bounds), strict=True) for name in shuffled[low:high]
    }


def split_of(name: str, seed: int, shares: Mapping[Split, float] = SHARES) -> Split:
    """The split of a name out of an endless supply, such as a made-up sentence: by its hash."""
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    point = int.from_bytes(digest[:8], "big") / 2**64
    for split in SPLITS:
        point -= shares[split]
        if point < 0:
            return split
    return cast(Split, SPLITS[-1])


def overlaps(members: Mapping[Split, Iterable[str]]) -> set[str]:
    """The names that stand in more than one split; names that are empty say nothing."""
    sets: Sequence[set[str]] = [set(names) - {""} for names in members.values()]
    return {name for i, one in enumerate(sets) for other in sets[:i] for name in one & other}
