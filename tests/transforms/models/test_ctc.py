"""Transcripts against the processor and the model called by hand on each clip alone."""

from __future__ import annotations

from functools import cache
from itertools import groupby

import numpy as np
import pytest
import torch
from transformers import AutoModelForCTC, AutoProcessor, pipeline

from schemas.reasons import Reason
from schemas.records import Failure
from transforms.models.batching import run_each
from transforms.models.checkpoint import parse_checkpoint
from transforms.models.ctc import CTC
from transforms.models.jobs import open_door
from transforms.models.locate import locate

KINDS = ("wav2vec2_ctc", "wav2vec2_ctc_layer", "hubert_ctc", "wavlm_ctc")
BLANK, DELIMITER = 0, 4
CHUNK_S, CHUNK, STRIDE = 1.2, 19_200, 3_200
STEP = CHUNK - 2 * STRIDE
EDGES = (CHUNK - 1, CHUNK, CHUNK + 1, CHUNK + 319, CHUNK + STEP - 1, CHUNK + STEP, CHUNK + STEP + 1, CHUNK + 3 * STEP)
"""Lengths about one chunk, two chunks and four; a sample more makes a last chunk that is as short as can be."""


@cache
def reference(folder):
    return AutoProcessor.from_pretrained(folder), AutoModelForCTC.from_pretrained(folder, dtype=torch.float32).eval()


def by_hand(folder, clip):
    """Logits [n_frames, n_tokens] and what the processor decodes from them."""
    processor, model = reference(folder)
    inputs = processor(clip, sampling_rate=16_000, return_tensors="pt")
    with torch.inference_mode():
        logits = model(**inputs).logits[0]
    return logits, processor.decode(logits.argmax(-1), output_word_offsets=True)


def mean_of_likeliest(logits, start=0, end=None):
    """The mean, over frames that say a letter, of the greatest posterior; None where none does."""
    posteriors = logits[start:end].double().softmax(-1).numpy()
    spoken = [row.max() for row in posteriors if row.argmax() not in (BLANK, DELIMITER)]
    return np.mean(spoken) if spoken else None


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_is_that_of_the_clip_alone(kind, engine, checkpoint, mixed_clips):
    folder = checkpoint(kind)
    door = open_door("transcripts", str(folder), language="en", engine=engine)
    assert (door.rate, door.min_samples) == (16_000, 400)
    clips = mixed_clips(door.rate, door.min_samples)
    results = run_each(door, clips, budget_seconds=30.0)
    for clip, result in zip(clips, results, strict=True):
        logits, expected = by_hand(folder, clip)
        assert result.text == expected.text
        assert result.language == "en"
        assert [w.word for w in result.words] == [w["word"] for w in expected.word_offsets]
        for word, offsets in zip(result.words, expected.word_offsets, strict=True):
            assert word.start_ms == offsets["start_offset"] * 20
            assert word.end_ms == offsets["end_offset"] * 20
            alone = mean_of_likeliest(logits, offsets["start_offset"], offsets["end_offset"])
            assert word.confidence == pytest.approx(alone, abs=1e-4)
        nothing = logits.double().softmax(-1).max(-1).values.mean().item()
        alone = mean_of_likeliest(logits) if result.text else nothing
        assert result.confidence == pytest.approx(alone, abs=1e-4)
    assert len({result.text for result in results}) > len(results) / 2


def test_text_and_times_are_those_of_the_pipeline(checkpoint, mixed_clips):
    folder = checkpoint("hubert_ctc")
    whole = pipeline("automatic-speech-recognition", model=str(folder), dtype=torch.float32)
    door = open_door("transcripts", str(folder))
    clips = mixed_clips(door.rate, door.min_samples)
    for clip, result in zip(clips, door(clips), strict=True):
        expected = whole(clip.copy(), return_timestamps="word")
        assert result.text == expected["text"]
        times = [tuple(round(1000 * t) for t in chunk["timestamp"]) for chunk in expected["chunks"]]
        assert [(w.start_ms, w.end_ms) for w in result.words] == times


def test_a_text_is_what_its_frames_spell(checkpoint, mixed_clips):
    """Greedy decoding written out: merge repeats, drop blanks, delimiters become spaces."""
    folder = checkpoint("wavlm_ctc")
    door = open_door("transcripts", str(folder))
    clip = mixed_clips(door.rate, door.min_samples)[0]
    logits, _ = by_hand(folder, clip)
    letters = AutoProcessor.from_pretrained(folder).tokenizer.convert_ids_to_tokens(list(range(logits.shape[1])))
    merged = [letters[token] for token, _ in groupby(logits.argmax(-1).tolist()) if token != BLANK]
    assert door([clip])[0].text == "".join(merged).replace("|", " ").strip()


# Long clips


@pytest.fixture(scope="module")
def long_speech(speech):
    """48 s of made-up speakers."""
    return np.concatenate(speech[:4])


def in_chunks(folder):
    """A door that reads in chunks of 1.2 s."""
    located = locate("transcripts", parse_checkpoint(str(folder)), weights=True)
    return CTC(located, device="cpu", precision="fp32", language=None, chunk_seconds=CHUNK_S)


def times_of(result):
    return [(word.start_ms, word.end_ms) for word in result.words]


def assert_same_as_pipeline(result, expected):
    """Text and words are equal, times to less than a frame."""
    assert result.text == expected["text"]
    assert [word.word for word in result.words] == [chunk["text"] for chunk in expected["chunks"]]
    theirs = [[1000 * t for t in chunk["timestamp"]] for chunk in expected["chunks"]]
    np.testing.assert_allclose(np.reshape(times_of(result), (-1, 2)), np.reshape(theirs, (-1, 2)), atol=1)


def assert_onwards(result, n):
    """Words follow each other inside the clip of `n` samples."""
    flat = [t for times in times_of(result) for t in times]
    assert flat == sorted(flat)
    assert not flat or 0 <= flat[0] <= flat[-1] <= n / 16


@pytest.mark.parametrize("kind", KINDS)
def test_a_long_clip_is_read_as_the_pipeline_reads_it_in_chunks(kind, checkpoint, long_speech):
    folder = checkpoint(kind)
    whole = pipeline("automatic-speech-recognition", model=str(folder), dtype=torch.float32)
    door = in_chunks(folder)
    clips = [long_speech[-length:] for length in EDGES]
    for clip, result in zip(clips, run_each(door, clips, budget_seconds=4.0), strict=True):
        expected = whole(clip.copy(), chunk_length_s=CHUNK_S, return_timestamps="word")
        assert_same_as_pipeline(result, expected)
        assert_onwards(result, len(clip))
        assert result.confidence == pytest.approx(door([clip])[0].confidence, abs=1e-5)


@pytest.mark.parametrize("kind", ["wav2vec2_ctc", "wav2vec2_ctc_layer"])
def test_a_segment_without_a_pause_is_read_as_the_pipeline_reads_it(kind, checkpoint, long_speech):
    """In chunks of 30 s with strides of 5 s, beside clips of other lengths."""
    folder = checkpoint(kind)
    whole = pipeline("automatic-speech-recognition", model=str(folder), dtype=torch.float32)
    clips = [long_speech, long_speech[:480_000], long_speech[-500_000:], long_speech[:16_000]]
    results = run_each(open_door("transcripts", str(folder)), clips, budget_seconds=60.0)
    for clip, result in zip(clips, results, strict=True):
        settings = {"stride_length_s": 5} if clip is long_speech else {}
        assert_same_as_pipeline(result, whole(clip.copy(), chunk_length_s=30, return_timestamps="word", **settings))
        assert_onwards(result, len(clip))
    # Cut after 30 s instead, what is said about the cut is another.
    cut = open_door("transcripts", str(folder))(np.split(long_speech, [480_000]))
    assert " ".join(result.text for result in cut) != results[0].text


def test_confidence_is_that_of_the_frames_that_are_kept(checkpoint, long_speech):
    """Four chunks written out, with the frames kept of each."""
    folder = checkpoint("wavlm_ctc")
    clip = long_speech[-48_000:]
    kept = [(0, 19_200, 0, 50), (12_800, 32_000, 10, 50), (25_600, 44_800, 10, 50), (38_400, 48_000, 10, None)]
    logits = torch.cat([by_hand(folder, clip[start:end])[0][first:last] for start, end, first, last in kept])
    assert len(logits) == len(by_hand(folder, clip)[0])
    (result,) = in_chunks(folder)([clip])
    assert len(result.words) > 3
    assert result.confidence == pytest.approx(mean_of_likeliest(logits), abs=1e-4)
    for word in result.words:
        alone = mean_of_likeliest(logits, word.start_ms // 20, word.end_ms // 20)
        assert word.confidence == pytest.approx(alone, abs=1e-4)


def test_a_chunk_that_fails_costs_its_clip_only(checkpoint, long_speech):
    door = in_chunks(checkpoint("hubert_ctc"))
    good, bad = long_speech[-60_000:], long_speech[-70_000:].copy()
    bad[65_000] = np.nan
    first, failed, last = run_each(door, [good, bad, good[:30_000]], budget_seconds=10.0)
    assert failed.reason is Reason.NON_FINITE_OUTPUT
    assert not isinstance(first, Failure)
    assert [first.text, last.text] == [result.text for result in door([good, good[:30_000]])]


def test_a_long_clip_of_two_axes_costs_itself_only(checkpoint, long_speech):
    clip = long_speech[-30_000:]
    good, bad = run_each(
        in_chunks(checkpoint("hubert_ctc")), [clip, np.stack([clip, clip], axis=1)], budget_seconds=9.0
    )
    assert good.text
    assert bad.reason is Reason.MODEL_FAILED
    assert "shape (30000, 2)" in bad.message


def test_below_the_shortest_clip_there_is_nothing_to_hear(checkpoint):
    door = open_door("transcripts", str(checkpoint("wavlm_ctc")))
    with pytest.raises(RuntimeError, match="Kernel size"):  # the convolutions have nothing to stand on
        door([np.zeros(door.min_samples - 1, np.float32)])
