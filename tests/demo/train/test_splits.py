"""No voice, sentence, clip or person is in two splits."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.train.data import captions, emotion_set, sound_set, speech_set
from demo.train.data.manifest import Planned, Row, check_disjoint, produce, read_manifest, read_samples
from demo.train.data.splits import SPLITS, divide, overlaps, split_of
from demo.train.data.talkers import CAST, espeak_people, talkers

SEED = 7
needs_synthesisers = pytest.mark.skipif(
    shutil.which("espeak-ng") is None or shutil.which("flite") is None, reason="needs espeak-ng and flite"
)


@given(st.sets(st.text(max_size=5), max_size=60), st.integers(0, 2**32))
def test_divide_deals_every_name_once_whatever_the_order(names: set[str], seed: int) -> None:
    splits = divide(names, seed)
    assert splits.keys() == names
    assert splits == divide(sorted(names, reverse=True), seed)
    for split, share in zip(SPLITS, (0.7, 0.15, 0.15), strict=True):
        assert abs(sum(mine == split for mine in splits.values()) - share * len(names)) <= 1


def test_the_split_of_a_name_stays_and_the_shares_hold() -> None:
    dealt = [split_of(f"sentence {i}", SEED) for i in range(4000)]
    assert dealt == [split_of(f"sentence {i}", SEED) for i in range(4000)]
    np.testing.assert_allclose([dealt.count(split) / 4000 for split in SPLITS], [0.7, 0.15, 0.15], atol=0.02)


def test_overlaps_are_found() -> None:
    assert overlaps({"train": ["a", "b", ""], "dev": ["c", ""], "test": ["b"]}) == {"b"}


@pytest.mark.parametrize("column", ["voice", "sentence", "clip", "path"])
def test_a_set_whose_splits_overlap_is_refused(column: str) -> None:
    rows = [Row("a.flac", "train"), Row("b.flac", "test")]
    check_disjoint(rows)
    with pytest.raises(ValueError, match=f"more than one split: {column} same"):
        check_disjoint([dataclasses.replace(row, **{column: "same"}) for row in rows])


def test_a_set_is_gone_on_with(tmp_path: Path) -> None:
    made: list[str] = []

    def planned(name: str, level: float) -> Planned:
        def make() -> tuple[np.ndarray, int]:
            made.append(name)
            return np.full(160, level, np.float32), 16_000

        return Planned(Row(f"{name}.flac", "train", label=name), make)

    first, second = planned("a", 0.25), planned("b", 0.5)
    produce([first], tmp_path, say=lambda line: None)
    rows = produce([first, second], tmp_path, say=lambda line: None)
    assert made == ["a", "b"]
    assert read_manifest(tmp_path) == rows
    samples, rate = read_samples(tmp_path, rows[1])
    assert rate == 16_000
    np.testing.assert_allclose(samples, 0.5, atol=1 / 32768)


def test_a_set_is_made_by_several_processes(tmp_path: Path) -> None:
    """What one makes; and what is there already is left as it is."""
    plan = [Planned(Row(f"train/{n}.flac", "train", label=str(n)), partial(constant, n / 100)) for n in range(50)]
    (tmp_path / "train").mkdir()
    (tmp_path / "train/7.flac").write_bytes(b"kept")
    said: list[str] = []
    rows = produce(plan, tmp_path, workers=2, say=said.append)
    assert said == [f"{tmp_path.name}: 50 of 50 recordings"]
    assert read_manifest(tmp_path) == rows == [planned.row for planned in plan]
    assert (tmp_path / "train/7.flac").read_bytes() == b"kept"
    for n in (0, 25, 49):
        np.testing.assert_allclose(read_samples(tmp_path, rows[n])[0], n / 100, atol=1 / 32768)


def constant(level: float) -> tuple[np.ndarray, int]:
    return np.full(160, level, np.float32), 16_000


@needs_synthesisers
def test_variants_that_espeak_does_not_know_are_no_voices() -> None:
    people = espeak_people()
    assert len(set(people.values())) > 50
    assert "en-us+nobody" not in people
    assert not any(name.startswith("en-gb+") for name in people)  # en-gb takes no variant, and does not say so


@needs_synthesisers
def test_the_voices_of_the_demo_corpus_are_in_no_training() -> None:
    cast = {f"espeak-ng {variant}" for variant in CAST}
    assert {talker.split for talker in talkers(SEED) if talker.person in cast} == {"test"}


def rows_of(plan: Iterable[Planned]) -> list[Row]:
    rows = [planned.row for planned in plan]
    check_disjoint(rows)
    assert {row.split for row in rows} == set(SPLITS)
    return rows


@needs_synthesisers
def test_the_set_for_emotions_says_each_sentence_in_all_moods() -> None:
    rows = rows_of(emotion_set.plan(SEED, share=0.2))
    moods = {(row.sentence, row.voice): set[str]() for row in rows}
    for row in rows:
        moods[row.sentence, row.voice].add(row.label)
    assert all(said == set(emotion_set.LABELS) for said in moods.values())


@needs_synthesisers
def test_the_sets_with_real_recordings_keep_people_and_clips_apart(shared_audio: Path) -> None:
    sounds = rows_of(sound_set.plan(shared_audio, SEED))
    for split in SPLITS:
        assert {row.label for row in sounds if row.split == split} == set(sound_set.LABELS)
    speech = rows_of(speech_set.plan(shared_audio, SEED, share=0.05))
    people = {row.split: row.voice for row in speech if row.label == speech_set.REAL}
    assert len(set(people.values())) == len(SPLITS)


def test_tested_captions_are_in_no_training_and_of_known_words() -> None:
    known = {word for phrases in captions.PHRASES.values() for phrase in phrases for word in phrase.split()}
    known |= {word for template in captions.TEMPLATES for word in template.split()}
    for label in sound_set.LABELS:
        trained = {template.format(phrase) for template in captions.TEMPLATES for phrase in captions.PHRASES[label]}
        assert not trained & set(captions.tested(label))
        unknown = {word for phrase in captions.TESTED[label] for word in phrase.split()} - known
        assert not unknown, label


@needs_synthesisers
def test_the_last_set_is_the_first_and_more_of_the_voices_that_chose(shared_audio: Path) -> None:
    first = [planned.row for planned in speech_set.plan(shared_audio, SEED, 0.01)]
    last = [planned.row for planned in speech_set.plan(shared_audio, SEED, 0.01, final=True)]
    assert last[: len(first)] == first
    more = [row for row in last[len(first) :] if row.split == "dev"]
    further = [row for row in last[len(first) :] if row.split == "train"]
    assert len(first) + len(more) + len(further) == len(last)  # none to test on
    synthesised = {speech_set.SENTENCE, speech_set.ANY_ORDER, speech_set.DIGITS}
    assert {row.label for row in more} == {*synthesised, speech_set.REAL}
    assert {row.label for row in further} == synthesised
    assert {row.source for row in further} == {"espeak-ng", "flite"}
    assert len({row.path for row in last}) == len(last)
