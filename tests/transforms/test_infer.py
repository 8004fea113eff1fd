"""What models say of clips, with checkpoints of the real classes: one bad clip costs itself alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import soxr
import torch

from demo.untrained.checkpoints import build, build_demo_set
from demo.untrained.sounds import voices
from schemas.catalog import TABLES
from schemas.jobs import JOBS
from schemas.records import Clip, Place, Rows, Talk
from schemas.transcript import Transcript, Word
from transforms.gather import Group
from transforms.infer import answer
from transforms.models.door import Door, Speaks
from transforms.models.jobs import describe, open_door
from transforms.task import Task

ID = "cd" * 16
LENGTHS_S = (1.0, 2.0, 1.0, 2.5, 1.0)


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Tiny models gain nothing from threads."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return build_demo_set(tmp_path_factory.mktemp("checkpoints"))


@pytest.fixture(scope="module", params=JOBS)
def opened(request: pytest.FixtureRequest, folders: dict[str, Path]) -> tuple[Task, Door]:
    """Each job with its model."""
    name = request.param
    folder = str(folders[name])
    dimension = describe(name, folder).dimension
    table = TABLES[name].with_vector("embedding", dimension) if dimension else TABLES[name]
    return Task(name, table, folder, "run", top=3), open_door(name, folder)


@pytest.fixture(scope="module")
def spoken() -> list[np.ndarray]:
    """Made-up speakers at 16 kHz."""
    return [voice[-round(16_000 * s) :] for voice, s in zip(voices(16_000, 5, 3.0, seed=3), LENGTHS_S, strict=True)]


def clip(samples: np.ndarray, start_ms: int, rate: int = 16_000) -> Clip:
    end_ms = start_ms + len(samples) * 1000 // rate
    return Clip(Place("file:///a.wav", ID, 1, start_ms, end_ms), samples, rate, f"{ID}/1/0")


def answers(opened: tuple[Task, Door], clips: list[Clip], closes: bool = True) -> list[Rows]:
    task, door = opened
    return list(answer(task, door, Group("shard-0", tuple(clips), closes)))


def rows_of(rows: list[Rows], table: str) -> list[dict]:
    return [row for r in rows if r.table == table and r.batch is not None for row in r.batch.to_pylist()]


def assert_same(found: Any, expected: Any) -> None:
    """Equal, numbers to 1e-4: a batch of another size may sum in another order."""
    if isinstance(expected, dict):
        assert_same(sorted(found.items()), sorted(expected.items()))
    elif isinstance(expected, list | tuple):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert_same(one, other)
    else:
        assert found == (pytest.approx(expected, abs=1e-4) if isinstance(expected, float) else expected)


def test_a_clip_that_the_model_cannot_take_costs_itself_alone(
    opened: tuple[Task, Door], spoken: list[np.ndarray]
) -> None:
    task, _ = opened
    good = [clip(samples, 10_000 * i) for i, samples in enumerate(spoken)]
    mute = clip(np.full(16_000, np.nan, np.float32), 60_000)
    short = clip(spoken[0][:20], 70_000)
    expected = rows_of(answers(opened, good), task.name)
    found = answers(opened, [good[0], short, *good[1:3], mute, *good[3:]])

    assert_same(rows_of(found, task.name), expected)  # the rows of the others are those without it
    errors = rows_of(found, "errors")
    assert [(e["reason"], e["start_ms"], e["end_ms"]) for e in errors] == [
        ("too_short", 70_000, 70_001),
        ("non_finite_output", 60_000, 61_000),
    ]
    for error in errors:
        assert (error["uri"], error["recording_id"], error["channel"]) == ("file:///a.wav", ID, 1)
        assert (error["stage"], error["run_id"]) == (task.name, "run")
    assert [r.closes for r in found] == [False, True]
    assert {r.shard for r in found} == {"shard-0"}


def test_rows_are_in_the_order_of_the_clips(opened: tuple[Task, Door], spoken: list[np.ndarray]) -> None:
    task, door = opened
    found = answers(opened, [clip(samples, 10_000 * i) for i, samples in enumerate(spoken)])
    assert len(found) == 1
    batch = found[0].batch
    assert batch is not None
    assert batch.schema.equals(task.table.schema)
    assert batch.column("start_ms").to_pylist() == [10_000 * i for i in range(len(spoken))]
    assert set(batch.column("model").to_pylist()) == {door.model_id}


def test_a_clip_at_another_rate_is_resampled(opened: tuple[Task, Door], spoken: list[np.ndarray]) -> None:
    task, door = opened
    at_44k = [soxr.resample(samples, 16_000, 44_100) for samples in spoken]
    by_hand = [soxr.resample(samples, 44_100, door.rate, quality="HQ") for samples in at_44k]
    found = answers(opened, [clip(s, 10_000 * i, 44_100) for i, s in enumerate(at_44k)])
    expected = answers(opened, [clip(s, 10_000 * i, door.rate) for i, s in enumerate(by_hand)])
    assert_same(rows_of(found, task.name), rows_of(expected, task.name))


def test_rows_depend_on_what_is_heard(opened: tuple[Task, Door], spoken: list[np.ndarray]) -> None:
    """Else the tests above would pass with any rows."""
    task, _ = opened
    rows = rows_of(answers(opened, [clip(samples[:16_000], 0) for samples in spoken]), task.name)
    assert len({str(row) for row in rows}) > 1


@pytest.mark.parametrize("closes", [True, False])
def test_a_group_without_a_good_clip_has_no_rows(opened: tuple[Task, Door], closes: bool) -> None:
    task, _ = opened
    found = answers(opened, [clip(np.zeros(3, np.float32), 0)], closes)
    assert [(r.table, r.closes) for r in found] == [("errors", False), (task.name, closes)]
    assert found[1].batch is None
    assert answers(opened, [], closes) == [Rows(task.name, "shard-0", None, closes)]


def test_what_a_model_says_can_be_written(opened: tuple[Task, Door], spoken: list[np.ndarray]) -> None:
    batch = answers(opened, [clip(spoken[0], 0)])[0].batch
    assert isinstance(batch, pa.RecordBatch)
    batch.validate(full=True)


@pytest.mark.parametrize("opened", ["languages"], indirect=True)
def test_of_speech_without_a_pause_the_language_is_that_of_its_first_half_minute(
    opened: tuple[Task, Door], spoken: list[np.ndarray]
) -> None:
    task, _ = opened
    longest = np.tile(np.concatenate(spoken), 10)[: 40 * 16_000]
    (whole,) = rows_of(answers(opened, [clip(longest, 0)]), task.name)
    (part,) = rows_of(answers(opened, [clip(longest[: 30 * 16_000], 0)]), task.name)
    assert whole["end_ms"] == 40_000  # the row is of all of it
    assert_same({**whole, "end_ms": 30_000}, part)


@pytest.mark.parametrize("kind", ["whisper", "wav2vec2_ctc"])
def test_a_clip_is_heard_in_the_language_of_its_recording(kind: str, spoken: list[np.ndarray], tmp_path: Path) -> None:
    folder = str(build(kind, tmp_path / kind))
    task, door = Task("transcripts", TABLES["transcripts"], folder, "run"), open_door("transcripts", folder)
    codes = ["de", "jv", None, "de"]
    clips = [clip(samples, 10_000 * i) for i, samples in enumerate(spoken[:4])]
    told = [replace(c, place=replace(c.place, language=code)) for c, code in zip(clips, codes, strict=True)]
    found = rows_of(answers((task, door), told), "transcripts")
    assert [row["start_ms"] for row in found] == [0, 10_000, 20_000, 30_000]
    for row, one, code in zip(found, clips, codes, strict=True):
        alone = open_door("transcripts", folder, language=code)
        assert_same(row, rows_of(answers((task, alone), [one]), "transcripts")[0])
        assert code in (row["language"], None)
    assert isinstance(door, Speaks)
    tongue = door.speaking("quc")  # Whisper knows no K'iche', others write what they are told
    assert (tongue([spoken[0]])[0].language == "quc") == (kind != "whisper")


class Forgetful:
    """A recogniser that says one word, in the first half second, and fails where it hears nothing."""

    model_id, rate, min_samples, max_seconds, padded_seconds, pads = "forgetful/fp32", 16_000, 400, None, 30.0, False

    def __init__(self) -> None:
        self.heard: list[int] = []

    def __call__(self, clips: Sequence[np.ndarray]) -> list[Transcript]:
        self.heard += [len(clip) for clip in clips]
        if any(not np.isfinite(clip).all() for clip in clips):
            raise ValueError("not a number")
        return [Transcript("so", (Word("so", 0, 400, 0.5),), 0.5, "en") for _ in clips]


def a_talk(samples: np.ndarray, *spans_ms: tuple[int, int]) -> Talk:
    places = tuple(Place("file:///a.wav", ID, 0, start, end) for start, end in spans_ms)
    place = Place("file:///a.wav", ID, 0, spans_ms[0][0], spans_ms[-1][1])
    return Talk(place, samples[16 * place.start_ms : 16 * place.end_ms], 16_000, places)


def test_what_a_model_leaves_out_at_the_end_of_a_talk_is_heard_once_more() -> None:
    samples = np.random.default_rng(0).uniform(-0.5, 0.5, 16_000 * 8).astype(np.float32)
    spans = [(0, 2000), (2500, 4000), (5000, 6500), (7000, 7500)]  # the last one is too short for a pass of its own
    door = Forgetful()
    task = Task("transcripts", TABLES["transcripts"], "forgetful", "run", joins=True)
    (rows,) = answer(task, door, Group("0", (a_talk(samples, *spans),), closes=True))
    assert rows.batch is not None
    assert [row["text"] for row in rows.batch.to_pylist()] == ["so", "so", "so", ""]
    assert door.heard == [16 * (7500 - start) for start in (0, 2500, 5000)]


def test_a_talk_that_fails_fails_in_each_of_its_segments() -> None:
    samples = np.full(16_000 * 4, np.nan, np.float32)
    task = Task("transcripts", TABLES["transcripts"], "forgetful", "run", joins=True)
    errors, rows = answer(task, Forgetful(), Group("0", (a_talk(samples, (0, 1000), (2000, 3000)),), closes=True))
    assert errors.batch is not None
    assert errors.batch.num_rows == 2
    assert rows.batch is None
