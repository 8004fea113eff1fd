"""The set for transcripts and speakers: sentences, words in any order, digit strings; by synthesisers and people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from demo.train.data import accents
from demo.train.data.accents import Accent
from demo.train.data.augment import gain
from demo.train.data.manifest import Planned, Row, Samples
from demo.train.data.prosody import MOODS, vary
from demo.train.data.recordings import Recording, english
from demo.train.data.sentences import QUESTIONS, digit_string, sentence, spoken, words_in_any_order
from demo.train.data.splits import SPLITS, Split, split_of
from demo.train.data.talkers import LICENCES, RATE_HZ, Talker, talkers

SENTENCES: Mapping[Split, int] = {"train": 5000, "dev": 100, "test": 200}
WORDS: Mapping[Split, int] = {"train": 4500, "dev": 50, "test": 100}
SYNTHETIC_DIGITS: Mapping[Split, int] = {"train": 1500, "dev": 50, "test": 50}
REAL_DIGITS: Mapping[Split, int] = {"train": 1500, "dev": 100, "test": 100}

SENTENCE, ANY_ORDER, DIGITS, REAL = "sentence", "words in any order", "digits", "real digits"
DIGIT, READING = "digit", "reading"
"""Labels: what kind of speech it is.

Of the digits of people the transcripts learn one by one, in strings that are made anew for each batch
(:mod:`demo.train.digits`); strings that stay the same are for the speakers, and to choose and measure by.
"""

TEXTS: Mapping[str, Callable[[np.random.Generator], str]] = {
    SENTENCE: sentence,
    ANY_ORDER: words_in_any_order,
    DIGITS: digit_string,
}


MORE: Mapping[str, int] = {SENTENCE: 900, ANY_ORDER: 800, DIGITS: 200, REAL: 400}
"""How many more of the development split's voices there are once it is trained on: 100 of them are no course."""


ACCENTED: Mapping[str, int] = {SENTENCE: 2000, ANY_ORDER: 1200, DIGITS: 400}
"""In the voices of other languages, all of them to train on."""

FURTHER: Mapping[str, int] = {SENTENCE: 8000, ANY_ORDER: 8000, DIGITS: 1000}
"""More in the training's voices by espeak-ng and flite, for the last training, which hears each utterance often.
Festival takes ten times as long to speak.
"""

DEV: Mapping[str, int] = {
    label: counts["dev"]
    for label, counts in ((SENTENCE, SENTENCES), (ANY_ORDER, WORDS), (DIGITS, SYNTHETIC_DIGITS), (REAL, REAL_DIGITS))
}


def name(final: bool) -> str:
    """Of the folder of the set."""
    return "speech-final" if final else "speech"


def plan(recordings: Path, seed: int, share: float = 1.0, final: bool = False) -> Iterator[Planned]:
    """Every utterance; ``share`` below 1 makes fewer of what is drawn by lot, for a trial; ``final``: and
    :data:`MORE` and :data:`FURTHER`.
    """
    rng = np.random.default_rng((seed, 3))
    everyone = talkers(seed)
    for split in SPLITS:
        for label, counts in ((SENTENCE, SENTENCES), (ANY_ORDER, WORDS), (DIGITS, SYNTHETIC_DIGITS)):
            yield from _by_voices(everyone, split, label, range(max(1, round(share * counts[split]))), rng, seed)
    people = list(english(recordings))
    digits = [one for one in people if one.source == "fsdd"]
    for split in SPLITS:
        yield from _digit_strings(digits, split, range(max(1, round(share * REAL_DIGITS[split]))), rng)
    for digit in digits:
        if digit.split != "test":
            row = Row(f"{digit.split}/{DIGIT}-{digit.path.stem}.flac", digit.split, DIGIT, digit.origin,
                      text=digit.text, source=digit.source, licence=digit.licence)  # fmt: skip
            yield Planned(row, partial(_read, digit))
    for read in people:
        if read.source != "fsdd":
            row = Row(f"{read.split}/{READING}-{read.path.stem}.flac", read.split, READING, read.origin,
                      text=read.text, source=read.source, licence=read.licence)  # fmt: skip
            yield Planned(row, partial(_read, read))
    rng = np.random.default_rng((seed, 5))
    if strangers := accents.installed():
        for label, count in ACCENTED.items():
            yield from _in_accents(strangers, label, range(max(1, round(share * count))), rng, seed)
    if final:
        rng = np.random.default_rng((seed, 4))
        more = {label: range(n, n + max(1, round(share * MORE[label]))) for label, n in DEV.items()}
        for label in TEXTS:
            yield from _by_voices(everyone, "dev", label, more[label], rng, seed)
        yield from _digit_strings(digits, "dev", more[REAL], rng)
        rng = np.random.default_rng((seed, 6))
        quick = [talker for talker in everyone if talker.engine != "festival"]
        for label, count in FURTHER.items():
            numbers = range(10_000, 10_000 + max(1, round(share * count)))
            yield from _by_voices(quick, "train", label, numbers, rng, seed)


def _by_voices(
    everyone: Sequence[Talker], split: Split, label: str, numbers: range, rng: np.random.Generator, seed: int
) -> Iterator[Planned]:
    """Half by espeak-ng's hundreds of voices, half by the few others, which sound more like people."""
    mine = [talker for talker in everyone if talker.split == split]
    few = sum(talker.engine != "espeak-ng" for talker in mine)
    weights = np.array([1 / (len(mine) - few) if talker.engine == "espeak-ng" else 1 / few for talker in mine])
    for i in numbers:
        talker = mine[rng.choice(len(mine), p=weights / weights.sum())]
        text = _text(label, split, rng, seed)
        row = Row(f"{split}/{label}-{i:05}.flac", split, label, talker.person, text, text=spoken(text),
                  source=talker.engine, licence=LICENCES[talker.engine])  # fmt: skip
        yield Planned(row, partial(_said, talker, text, int(rng.integers(2**32))))


def _in_accents(
    strangers: Sequence[Accent], label: str, numbers: range, rng: np.random.Generator, seed: int
) -> Iterator[Planned]:
    """Each voice of another language as often as the next."""
    for i in numbers:
        accent = strangers[i % len(strangers)]
        text = _text(label, "train", rng, seed)
        language = accent.person.split()[0]
        row = Row(f"train/{label}-accent-{i:05}.flac", "train", label, accent.person, text, text=spoken(text),
                  source=f"festival, {language}", licence=LICENCES["festival, other languages"])  # fmt: skip
        yield Planned(row, partial(_said_in_accent, accent, text, int(rng.integers(2**32))))


def _text(label: str, split: Split, rng: np.random.Generator, seed: int) -> str:
    """A text of the split."""
    text = TEXTS[label](rng)
    while split_of(text, seed) != split:
        text = TEXTS[label](rng)
    return text


def _said_in_accent(accent: Accent, text: str, seed: int) -> Samples:
    rng = np.random.default_rng(seed)
    said = accents.say(accent, text, rng.uniform(0.85, 1.25), rng.uniform(-3, 3), RATE_HZ)
    return gain(said, 0.0), RATE_HZ


def _said(talker: Talker, text: str, seed: int) -> Samples:
    """In any mood, at any pace that is not odd."""
    rng = np.random.default_rng(seed)
    mood = vary(list(MOODS.values())[rng.integers(len(MOODS))], rng) if talker.pitched else MOODS["neu"]
    mark = "?" if text.startswith(QUESTIONS) else "."
    return talker.say(text + mark, mood, int(rng.integers(130, 195))), RATE_HZ


def _digit_strings(
    digits: Sequence[Recording], split: Split, numbers: range, rng: np.random.Generator
) -> Iterator[Planned]:
    """Two to eight recordings of one person in a row, with short rests."""
    of_person: dict[str, list[Recording]] = defaultdict(list)
    for digit in digits:
        if digit.split == split:
            of_person[digit.origin].append(digit)
    people = sorted(of_person)
    for i in numbers:
        person = people[i % len(people)]
        own = of_person[person]
        chosen = [own[k] for k in rng.integers(len(own), size=rng.integers(2, 9))]
        row = Row(f"{split}/{REAL}-{i:05}.flac", split, REAL, person, text=" ".join(one.text for one in chosen),
                  source=chosen[0].source, licence=chosen[0].licence)  # fmt: skip
        yield Planned(row, partial(_in_a_row, chosen, int(rng.integers(2**32))))


def _in_a_row(digits: Sequence[Recording], seed: int) -> Samples:
    rng = np.random.default_rng(seed)
    pieces = []
    for digit in digits:
        pieces += [digit.read(RATE_HZ), np.zeros(round(rng.uniform(0.03, 0.35) * RATE_HZ), np.float32)]
    return gain(np.concatenate(pieces), 0.0), RATE_HZ


def _read(recording: Recording) -> Samples:
    return recording.read(RATE_HZ), RATE_HZ
