"""The set for sounds: ESC-10's ten classes, and speech, music, noise and silence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import numpy as np

from demo.synthesis import SOUNDS, at_level
from demo.train.data.manifest import Planned, Row, Samples
from demo.train.data.prosody import MOODS, vary
from demo.train.data.recordings import Recording, english, sound_clips
from demo.train.data.sentences import sentence
from demo.train.data.splits import SPLITS, Split, split_of
from demo.train.data.talkers import LICENCES, RATE_HZ, Talker, talkers
from demo.train.data.tunes import KINDS

CLIP_RATE_HZ = 48_000
SECONDS = 5.0
LABELS = (
    "Dog bark", "Rain", "Sea waves", "Baby cry", "Clock tick", "Person sneeze", "Helicopter", "Chainsaw", "Rooster",
    "Fire crackling", "Speech", "Music", "Silence", "Noise",
)  # fmt: skip
COUNTS: Mapping[Split, int] = {"train": 80, "dev": 20, "test": 20}
"""Of each kind that is synthesised."""

IMITATED: Mapping[str, str] = {
    "Rain": "rain", "Sea waves": "sea_waves", "Fire crackling": "crackling_fire", "Clock tick": "clock_tick",
    "Helicopter": "helicopter",
}  # fmt: skip
"""Classes that the demo corpus has a synthesised sound of; imitations are for training only."""

N_IMITATIONS = 12
MOST_OF_A_PERSON = 20


def plan(recordings: Path, seed: int, share: float = 1.0) -> Iterator[Planned]:
    """Every clip; ``share`` below 1 makes fewer of what is synthesised, for a trial."""
    for clip in sound_clips(recordings, seed):
        row = Row(f"{clip.label}/{clip.path.stem}.flac", clip.split, clip.label, clip=clip.origin,
                  source=clip.source, licence=clip.licence)  # fmt: skip
        yield Planned(row, partial(_recorded, clip))
    yield from _real_speech(recordings)
    yield from _synthetic_speech(seed, share)
    for split in SPLITS:
        for label, kind in KINDS.items():
            yield from _synthesised(label, kind, split, max(1, round(share * COUNTS[split])), seed)
    for label, name in IMITATED.items():
        yield from _synthesised(label, SOUNDS[name], "train", max(1, round(share * N_IMITATIONS)), seed)


def _recorded(clip: Recording) -> Samples:
    return clip.read(CLIP_RATE_HZ)[: round(SECONDS * CLIP_RATE_HZ)], CLIP_RATE_HZ


def _real_speech(recordings: Path) -> Iterator[Planned]:
    """At most twenty recordings of a person."""
    counts: dict[str, int] = {}
    for said in english(recordings):
        counts[said.origin] = counts.get(said.origin, 0) + 1
        if counts[said.origin] <= MOST_OF_A_PERSON:
            row = Row(f"Speech/{said.origin}-{said.path.stem}.flac", said.split, "Speech", voice=said.origin,
                      text=said.text, source=said.source, licence=said.licence)  # fmt: skip
            yield Planned(row, partial(_recorded, said))


def _synthetic_speech(seed: int, share: float) -> Iterator[Planned]:
    rng = np.random.default_rng((seed, 1))
    everyone = talkers(seed)
    for split in SPLITS:
        mine = [talker for talker in everyone if talker.split == split]
        for i in range(max(1, round(share * COUNTS[split]))):
            talker = mine[rng.integers(len(mine))]
            text = sentence(rng)
            while split_of(text, seed) != split:
                text = sentence(rng)
            row = Row(f"Speech/{split}-{i:03}.flac", split, "Speech", voice=talker.person, sentence=text,
                      source=talker.engine, licence=LICENCES[talker.engine])  # fmt: skip
            yield Planned(row, partial(_said, talker, text, int(rng.integers(2**32))))


def _said(talker: Talker, text: str, seed: int) -> Samples:
    rng = np.random.default_rng(seed)
    mood = vary(list(MOODS.values())[rng.integers(len(MOODS))], rng) if talker.pitched else MOODS["neu"]
    return talker.say(text + ".", mood, int(rng.integers(140, 190)))[: round(SECONDS * RATE_HZ)], RATE_HZ


def _synthesised(
    label: str, kind: Callable[[int, int, np.random.Generator], np.ndarray], split: Split, count: int, seed: int
) -> Iterator[Planned]:
    for i in range(count):
        name = f"{label} {split} {i:03}"
        own_seed = int.from_bytes(f"{seed} {name}".encode()) % 2**63
        row = Row(
            f"{label}/made-{split}-{i:03}.flac", split, label, clip=f"made {name}", source="numpy", licence="CC0-1.0"
        )
        yield Planned(row, partial(_made, label, kind, own_seed))


def _made(label: str, kind: Callable[[int, int, np.random.Generator], np.ndarray], seed: int) -> Samples:
    rng = np.random.default_rng(seed)
    samples = kind(round(SECONDS * CLIP_RATE_HZ), CLIP_RATE_HZ, rng)
    if label == "Silence":
        return samples.astype(np.float32), CLIP_RATE_HZ
    return at_level(samples, rng.uniform(-32, -16)), CLIP_RATE_HZ
