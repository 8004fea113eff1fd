"""The geometry of chunks against that of Hugging Face's pipeline."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from transformers.pipelines.automatic_speech_recognition import chunk_iter, rescale_stride

from transforms.models.chunks import Chunking

RECEPTIVE_FIELD, RATIO = 400, 320  # of wav2vec 2.0, HuBERT and WavLM
CHUNKINGS = st.builds(
    lambda stride, kept: Chunking((2 * stride + kept) * RATIO, stride * RATIO, RATIO),
    st.integers(1, 30),
    st.integers(1, 60),
)


class Untouched:
    """A feature extractor that extracts nothing."""

    sampling_rate = 16_000

    def __call__(self, samples, **options):
        return {"samples": samples}


def frames_of(samples):
    """For each frame the sample that it begins with; `samples` are counted up."""
    return samples[: max(0, len(samples) - RECEPTIVE_FIELD + 1) : RATIO]


@given(CHUNKINGS, st.integers(RECEPTIVE_FIELD, 200_000))
@example(Chunking(480_000, 80_000, RATIO), 480_000)
@example(Chunking(480_000, 80_000, RATIO), 480_001)
@example(Chunking(480_000, 80_000, RATIO), 4_800_000)
def test_every_frame_is_kept_once_and_in_order(chunking, n):
    samples = np.arange(n)
    parts = [frames_of(chunk) for chunk in chunking.split(samples)]
    np.testing.assert_array_equal(chunking.join(parts), frames_of(samples))


@given(CHUNKINGS, st.data())
def test_chunks_and_what_is_kept_of_them_are_those_of_the_pipeline(chunking, data):
    step = chunking.length - 2 * chunking.stride
    edges = st.builds(
        lambda more, beside: chunking.length + more * step + beside, st.integers(0, 20), st.integers(-1, 1)
    )
    samples = np.arange(data.draw(st.integers(1, 200_000) | edges))
    expected = list(chunk_iter(samples, Untouched(), chunking.length, chunking.stride, chunking.stride))
    chunks = chunking.split(samples)
    assert len(chunks) == len(expected)
    kept = []
    for chunk, theirs in zip(chunks, expected, strict=True):
        np.testing.assert_array_equal(chunk, theirs["samples"])
        ((total, left, right),) = rescale_stride([theirs["stride"]], 1 / RATIO)
        kept.append(frames_of(chunk)[left : total - right])
    np.testing.assert_array_equal(chunking.join([frames_of(chunk) for chunk in chunks]), np.concatenate(kept))


@given(CHUNKINGS, st.integers(1, 200_000))
def test_a_chunk_is_heard_with_its_neighbours(chunking, n):
    chunks = chunking.split(np.arange(n))
    assert all(len(chunk) == chunking.length for chunk in chunks[:-1])
    assert all(one[-2 * chunking.stride] == other[0] for one, other in pairwise(chunks))
    assert len(chunks) == 1 or 2 * chunking.stride < len(chunks[-1]) <= chunking.length


def test_frames_of_more_than_one_axis_are_joined_along_the_first():
    chunking = Chunking(6, 1, 1)
    table = np.arange(40).reshape(20, 2)
    np.testing.assert_array_equal(chunking.join(chunking.split(table)), table)


def test_thirty_seconds_have_strides_of_five():
    assert Chunking.of_seconds(30.0, 16_000, 320) == Chunking(480_000, 80_000, 320)
    assert Chunking.of_seconds(1.0, 16_000, 320) == Chunking(16_000, 2_560, 320), "whole frames"


@pytest.mark.parametrize("wrong", [(1000, 320, 320), (3200, 100, 320), (640, 320, 320), (3200, 0, 320)])
def test_what_does_not_fit_the_frames_is_refused(wrong):
    with pytest.raises(ValueError, match="do not fit"):
        Chunking(*wrong)
