"""Exact batches, and errors that cost one clip."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from schemas.reasons import Reason
from schemas.records import Failure
from transforms.models.batching import MOST_PADDING, run_each
from transforms.models.budget import Budget
from transforms.models.door import Begins
from transforms.models.faults import DeviceLostError
from transforms.models.jobs import open_door

RATE = 10


@dataclass
class Mean:
    """A model that gives a clip's mean as its vector, and remembers its batches.

    It holds at most `memory` samples at once, and fails on a clip with a sample above 1.
    """

    memory: int = 10**9
    padded_seconds: float | None = None
    pads: bool = False
    batches: list[list[int]] = field(default_factory=list)
    model_id: str = "mean@0/fp32"
    rate: int = RATE
    min_samples: int = 3
    max_seconds: float | None = None

    def __call__(self, clips):
        self.batches.append([len(clip) for clip in clips])
        if sum(map(len, clips)) > self.memory:
            raise torch.OutOfMemoryError("CUDA out of memory")
        if any((clip > 1).any() for clip in clips):
            raise ValueError("a sample\nabove 1")
        return [clip.mean(keepdims=True) for clip in clips]


@dataclass
class MeanInChunks(Mean):
    """The same, of which long clips are taken ten samples at a time."""

    def __call__(self, clips):
        return [self.join(self.read(self.split(clip))) for clip in clips]

    def split(self, clip):
        return np.split(clip, range(10, len(clip), 10))

    def read(self, chunks):
        means = super().__call__(chunks)
        return [(mean * len(chunk), len(chunk)) for mean, chunk in zip(means, chunks, strict=True)]

    def join(self, parts):
        return sum(total for total, _ in parts) / sum(n for _, n in parts)


def ramp(n, start=0.0):
    return (start + np.arange(n) / 1000).astype(np.float32)


clips_of_any_length = st.lists(st.integers(0, 40), max_size=30).map(
    lambda ns: [ramp(n, i / 100) for i, n in enumerate(ns)]
)


@given(clips_of_any_length, st.floats(0.1, 20), st.sampled_from([None, 4.0]))
def test_every_clip_gets_its_own_result_in_order(clips, budget, padded):
    door = Mean(padded_seconds=padded)
    results = run_each(door, clips, budget_seconds=budget)
    assert len(results) == len(clips)
    for clip, result in zip(clips, results, strict=True):
        if len(clip) < door.min_samples:
            assert result.reason is Reason.TOO_SHORT
        else:
            assert result == clip.mean(keepdims=True)
    for batch in door.batches:
        assert padded or len(set(batch)) == 1
        seconds = len(batch) * padded if padded else sum(batch) / RATE
        assert len(batch) == 1 or seconds <= budget + 1e-6


@given(clips_of_any_length, st.floats(0.1, 20))
def test_a_door_that_pads_gets_batches_of_nearly_one_length(clips, budget):
    door = Mean(pads=True)
    results = run_each(door, clips, budget_seconds=budget)
    for clip, result in zip(clips, results, strict=True):
        assert isinstance(result, Failure) if len(clip) < 3 else result == clip.mean(keepdims=True)
    for batch in door.batches:
        padded = len(batch) * max(batch)
        assert len(batch) == 1 or padded / RATE <= budget + 1e-6
        assert padded - sum(batch) <= MOST_PADDING * padded + 1e-6
    # Sorted by length: batches follow each other.
    assert [n for batch in door.batches for n in batch] == sorted(len(clip) for clip in clips if len(clip) >= 3)


def test_lengths_near_each_other_share_a_batch_that_pads():
    door = Mean(pads=True)
    run_each(door, [ramp(n) for n in (20, 30, 19, 10, 18, 31, 10)], budget_seconds=1e6)
    assert door.batches == [[10, 10], [18, 19, 20], [30, 31]]


def told(door, clips, **settings):
    """What the batches of a run held: seconds seen and seconds of padding, each summed up."""
    batches = []
    run_each(door, clips, saw=lambda seen, padding: batches.append((seen, padding)), **settings)
    assert len(batches) <= len(door.batches)
    return tuple(np.sum(batches, axis=0))


def test_padding_is_told_of_each_batch():
    clips = [ramp(n) for n in (10, 20, 19, 2)]
    assert told(Mean(), clips, budget_seconds=1e6) == pytest.approx((4.9, 0))
    assert told(Mean(pads=True), clips, budget_seconds=1e6) == pytest.approx((5.0, 0.1))
    assert told(Mean(padded_seconds=3.0), clips, budget_seconds=1e6) == pytest.approx((9.0, 4.1))
    # What it hears in passes is longer than one of them; what it cuts off it does not see.
    assert told(Mean(padded_seconds=1.5), clips, budget_seconds=1e6) == pytest.approx((5.4, 0.5))
    assert told(Mean(padded_seconds=1.5, max_seconds=1.5), clips, budget_seconds=1e6) == pytest.approx((4.5, 0.5))
    assert told(MeanInChunks(), clips, budget_seconds=1e6) == pytest.approx((4.9, 0))


def test_of_a_batch_that_failed_only_its_parts_are_told():
    clips = [ramp(10)] * 8
    assert told(Mean(memory=40), clips, budget_seconds=1e6) == pytest.approx((8.0, 0))
    assert told(Mean(memory=5), [*clips[:1], ramp(4)], budget_seconds=1e6) == pytest.approx((0.4, 0))


def test_what_ran_out_of_memory_once_is_not_tried_again():
    door, budget = Mean(memory=40), Budget(1e6)
    run_each(door, [ramp(10)] * 12, budget_seconds=budget)
    assert [len(batch) for batch in door.batches] == [12, 6, 3, 3, 6, 3, 3]
    assert budget.seconds == 3.0
    door.batches.clear()
    run_each(door, [ramp(10)] * 7, budget_seconds=budget)
    assert [len(batch) for batch in door.batches] == [3, 3, 1]


def test_batches_after_the_one_that_was_too_much_are_smaller():
    door = Mean(memory=45)
    run_each(door, [ramp(10)] * 4 + [ramp(12)] * 8, budget_seconds=8.0)
    assert [len(batch) for batch in door.batches] == [4, 6, 3, 3, 2]


def test_a_clip_that_is_too_much_by_itself_leaves_the_budget():
    budget = Budget(8.0)
    *_, lost = run_each(Mean(memory=40), [ramp(10), ramp(50)], budget_seconds=budget)
    assert (lost.reason, budget.seconds) == (Reason.OUT_OF_MEMORY, 8.0)


@given(clips_of_any_length, st.integers(1, 200))
def test_out_of_memory_halves_the_batch_down_to_the_clip(clips, memory):
    results = run_each(Mean(memory=memory), clips, budget_seconds=1e6)
    for clip, result in zip(clips, results, strict=True):
        if len(clip) >= 3 and len(clip) <= memory:
            assert result == clip.mean(keepdims=True)
        elif len(clip) >= 3:
            assert result.reason is Reason.OUT_OF_MEMORY


@given(clips_of_any_length, st.floats(0.1, 20), st.sampled_from([10, 35, 10**9]))
def test_a_long_clip_is_batched_in_its_chunks(clips, budget, memory):
    """A clip of any length needs no more memory than a chunk."""
    door = MeanInChunks(memory=memory)
    results = run_each(door, clips, budget_seconds=budget)
    for clip, result in zip(clips, results, strict=True):
        if len(clip) < door.min_samples:
            assert result.reason is Reason.TOO_SHORT
        else:
            assert result == pytest.approx(clip.mean(keepdims=True), abs=1e-6)
    for batch in door.batches:
        assert len(set(batch)) == 1
        assert batch[0] <= 10
        assert len(batch) == 1 or sum(batch) / RATE <= budget + 1e-6


def test_chunks_of_several_clips_share_a_batch():
    door = MeanInChunks()
    run_each(door, [ramp(25), ramp(30), ramp(10)], budget_seconds=1e6)
    assert door.batches == [[5], [10] * 6]


def test_a_chunk_that_fails_costs_its_clip():
    clips = [ramp(25), np.append(ramp(20), ramp(10, start=2.0)), ramp(30, start=0.5)]
    first, bad, third = run_each(MeanInChunks(), clips, budget_seconds=1e6)
    assert bad == Failure(Reason.MODEL_FAILED, "ValueError: a sample above 1")
    assert (first, third) == (pytest.approx(clips[0].mean()), pytest.approx(clips[2].mean()))


def test_halves_not_single_clips():
    door = Mean(memory=40)
    run_each(door, [ramp(10)] * 8, budget_seconds=1e6)
    assert [len(batch) for batch in door.batches] == [8, 4, 4]


def test_an_error_costs_its_clip_and_says_so_in_one_line():
    clips = [ramp(10), ramp(10, start=2.0), ramp(10, start=0.5), ramp(12)]
    first, bad, third, other = run_each(Mean(), clips, budget_seconds=1e6)
    assert bad == Failure(Reason.MODEL_FAILED, "ValueError: a sample above 1")
    assert (first, third, other) == tuple(clip.mean(keepdims=True) for clip in (clips[0], clips[2], clips[3]))


def test_a_full_memory_of_the_cpu_is_known_by_its_message():
    class Greedy(Mean):
        def __call__(self, clips):
            return [torch.empty(2**60).numpy() for _ in clips]

    (result,) = run_each(Greedy(), [ramp(5)], budget_seconds=1.0)
    assert result.reason is Reason.OUT_OF_MEMORY


def test_a_stop_by_the_user_is_not_a_failed_clip():
    class Stopped(Mean):
        def __call__(self, clips):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_each(Stopped(), [ramp(5)], budget_seconds=1.0)


@dataclass
class MeanBeside(Mean):
    """The same on a device that computes beside the host; it is found to be lost when a batch with -9 is waited for."""

    story: list[str] = field(default_factory=list)

    def begin(self, clips):
        if sum(map(len, clips)) > self.memory:
            raise torch.OutOfMemoryError("CUDA out of memory")
        n = sum(self.story.count(word) for word in self.story if word.startswith("begin"))
        self.story.append(f"begin {n}")

        def wait():
            self.story.append(f"wait {n}")
            if any((clip == -9).any() for clip in clips):
                raise RuntimeError("CUDA error: device-side assert triggered\nCUDA kernel errors might be ...")
            return Mean.__call__(self, clips)

        return wait


def test_a_batch_is_begun_before_the_one_ahead_of_it_is_waited_for():
    door = MeanBeside()
    assert isinstance(door, Begins)
    assert not isinstance(Mean(), Begins)
    clips = [ramp(n) for n in (10, 20, 30)]
    results = run_each(door, clips, budget_seconds=1e6)
    assert door.story == ["begin 0", "begin 1", "wait 0", "begin 2", "wait 1", "wait 2"]
    assert results == [clip.mean(keepdims=True) for clip in clips]


@given(clips_of_any_length, st.floats(0.1, 20), st.sampled_from([15, 40, 10**9]))
def test_what_is_begun_ahead_has_the_same_results(clips, budget, memory):
    """Errors too: what does not fit is known when a batch is begun, a bad clip when it is waited for."""
    clips = [clip + 2 if len(clip) % 7 == 0 else clip for clip in clips]
    expected = run_each(Mean(memory=memory), clips, budget_seconds=budget)
    found = run_each(MeanBeside(memory=memory), clips, budget_seconds=budget)
    assert [getattr(r, "reason", r) for r in found] == [getattr(r, "reason", r) for r in expected]


@pytest.mark.parametrize("bad", [0, 2, 5])
def test_a_lost_device_ends_the_work_and_is_no_clips_fault(bad):
    clips = [ramp(10 + n) for n in range(6)]
    clips[bad][3] = -9
    with pytest.raises(DeviceLostError, match="device-side assert triggered CUDA kernel errors") as told:
        run_each(MeanBeside(), clips, budget_seconds=1e6)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("job", "kind"),
    [
        ("transcripts", "wav2vec2_ctc"),
        ("transcripts", "wav2vec2_ctc_layer"),
        ("transcripts", "whisper"),
        ("emotions", "hubert_emotion"),
        ("sounds", "ast_sounds"),
        ("embeddings", "clap"),
        ("speakers", "wavlm_xvector"),
    ],
)
def test_a_clip_with_a_nan_costs_itself_only(job, kind, engine, checkpoint):
    door = open_door(job, str(checkpoint(kind)), engine=engine)
    good = np.random.default_rng(0).normal(0, 0.1, (3, door.rate)).astype(np.float32)
    bad = good[1].copy()
    bad[100] = np.nan
    first, failed, third = run_each(door, [good[0], bad, good[2]], budget_seconds=120.0)
    assert failed.reason in (Reason.NON_FINITE_OUTPUT, Reason.MODEL_FAILED)
    for result, clip in ((first, good[0]), (third, good[2])):
        (alone,) = run_each(door, [clip], budget_seconds=120.0)
        assert not isinstance(result, Failure)
        if job == "transcripts":
            assert result.text == alone.text
        else:
            got, expected = (getattr(r, "probabilities", r) for r in (result, alone))
            np.testing.assert_allclose(got, expected, atol=1e-4)


def test_a_clip_of_two_axes_costs_itself_only(checkpoint):
    door = open_door("emotions", str(checkpoint("hubert_emotion")))
    clip = np.random.default_rng(0).normal(0, 0.1, 16_000).astype(np.float32)
    good, bad = run_each(door, [clip, np.stack([clip, clip], axis=1)], budget_seconds=60.0)
    assert good.probabilities.sum() == pytest.approx(1, abs=1e-5)
    assert bad.reason is Reason.MODEL_FAILED
    assert "shape (16000, 2)" in bad.message


def test_equal_lengths_are_what_keeps_the_group_norm_models_exact(checkpoint):
    """The trap that the batches avoid: padded beside a longer clip, a text changes."""
    door = open_door("transcripts", str(checkpoint("hubert_ctc")))
    short, long = (np.random.default_rng(n).normal(0, 0.1, n * 16_000).astype(np.float32) for n in (1, 3))
    padded = np.pad(short, (0, len(long) - len(short)))
    assert door([padded])[0].text != door([short])[0].text
    assert [r.text for r in door([long, short])] == [door([long])[0].text, door([short])[0].text]
