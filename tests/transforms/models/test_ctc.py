"""Transcripts against the processor and the model called by hand on each clip alone."""

from __future__ import annotations

from functools import cache
from itertools import groupby

import numpy as np
import pytest
import torch
from transformers import AutoModelForCTC, AutoProcessor, pipeline

from schemas.reasons import Reason
from transforms.models.batching import run_each
from transforms.models.door import open_door

KINDS = ("wav2vec2_ctc", "wav2vec2_ctc_layer", "hubert_ctc", "wavlm_ctc")
BLANK, DELIMITER = 0, 4


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
def test_every_row_is_that_of_the_clip_alone(kind, checkpoint, mixed_clips):
    folder = checkpoint(kind)
    door = open_door("transcripts", str(folder), language="en")
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


def test_one_sample_less_than_the_shortest_is_too_short(checkpoint):
    door = open_door("transcripts", str(checkpoint("wavlm_ctc")))
    noise = np.random.default_rng(0).normal(0, 0.1, door.min_samples).astype(np.float32)
    short, shortest = run_each(door, [noise[1:], noise], budget_seconds=1.0)
    assert short.reason is Reason.TOO_SHORT
    assert 0 < shortest.confidence <= 1
    with pytest.raises(RuntimeError):  # below it the convolutions have nothing to stand on
        door([noise[1:]])
