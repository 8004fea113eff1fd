"""The set for emotions: sentences in four prosody classes, by voices whose pitch can be set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np

from demo.train.data.manifest import Planned, Row, Samples
from demo.train.data.prosody import EXCITED, MOODS, vary
from demo.train.data.sentences import QUESTIONS, sentence, spoken
from demo.train.data.splits import SPLITS, Split, split_of
from demo.train.data.talkers import LICENCES, RATE_HZ, Talker, talkers
from demo.voices import Mood

LABELS = tuple(MOODS)
COUNTS: Mapping[Split, int] = {"train": 1200, "dev": 100, "test": 150}
"""Sentences; each is said in all four moods."""


def plan(seed: int, share: float = 1.0) -> Iterator[Planned]:
    """Each sentence by one voice at one pace in four moods; ``share`` below 1 makes fewer, for a trial."""
    rng = np.random.default_rng((seed, 2))
    everyone = [talker for talker in talkers(seed) if talker.pitched]
    for split in SPLITS:
        mine = [talker for talker in everyone if talker.split == split]
        # Few voices of flite beside hundreds of espeak-ng's: a sixth of the sentences is theirs.
        weights = np.array([1.0 if talker.engine == "espeak-ng" else len(mine) / 15 for talker in mine])
        for i in range(max(1, round(share * COUNTS[split]))):
            talker = mine[rng.choice(len(mine), p=weights / weights.sum())]
            text = sentence(rng)
            while split_of(text, seed) != split:
                text = sentence(rng)
            pace = int(rng.integers(148, 172))
            for label, mood in MOODS.items():
                plain = "?" if text.startswith(QUESTIONS) else "."
                mark = "!" if label in EXCITED and rng.random() < 0.5 else plain
                row = Row(f"{split}/{i:05}-{label}.flac", split, label, talker.person, text, text=spoken(text),
                          source=talker.engine, licence=LICENCES[talker.engine])  # fmt: skip
                yield Planned(row, partial(_said, talker, text + mark, vary(mood, rng), pace))


def _said(talker: Talker, text: str, mood: Mood, pace: int) -> Samples:
    return talker.say(text, mood, pace), RATE_HZ
