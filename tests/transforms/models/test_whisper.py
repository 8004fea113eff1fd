"""Whisper against the pipeline on each clip alone."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from transformers import pipeline
from transformers.models.whisper.tokenization_whisper import _combine_tokens_into_words

from transforms.models.alignment import in_order
from transforms.models.batching import run_each
from transforms.models.checkpoint import ModelError
from transforms.models.jobs import open_door


@pytest.fixture(scope="module")
def reference(checkpoint):
    whole = pipeline("automatic-speech-recognition", model=str(checkpoint("whisper")), dtype=torch.float32)

    def transcribe(clip, **settings):
        settings |= {"num_beams": 1, "task": "transcribe", "max_new_tokens": 56}
        return whole(clip.copy(), return_timestamps="word", generate_kwargs=settings)

    return transcribe


def assert_same(result, expected):
    assert result.text == expected["text"].strip()
    assert [word.word for word in result.words] == [chunk["text"].strip() for chunk in expected["chunks"]]
    for word, chunk in zip(result.words, expected["chunks"], strict=True):
        assert word.start_ms == pytest.approx(1000 * chunk["timestamp"][0], abs=20)
        assert word.end_ms == pytest.approx(1000 * chunk["timestamp"][1], abs=20)


@pytest.mark.parametrize("language", ["en", None])
def test_every_row_is_that_of_the_clip_alone(language, checkpoint, mixed_clips, reference):
    door = open_door("transcripts", str(checkpoint("whisper")), language=language)
    clips = mixed_clips(door.rate, door.min_samples)[:6]
    results = run_each(door, clips, budget_seconds=120.0)
    fixed = {} if language is None else {"language": language}
    for clip, result in zip(clips, results, strict=True):
        assert_same(result, reference(clip, **fixed))
        assert language in (None, result.language)
        assert 0 < result.confidence <= 1
        assert all(0 < word.confidence <= 1 for word in result.words)
    # The words' times hang on the length of the text: the batch has to hold texts of several lengths.
    assert len({len(result.words) for result in results}) > 2


def test_the_detected_language_is_the_models(checkpoint, mixed_clips):
    door = open_door("transcripts", str(checkpoint("whisper")))
    whole = pipeline("automatic-speech-recognition", model=str(checkpoint("whisper")), dtype=torch.float32)
    clips = mixed_clips(door.rate, door.min_samples)[:3]
    for clip, result in zip(clips, door(clips), strict=True):
        features = whole.feature_extractor(clip, sampling_rate=16_000, return_tensors="pt").input_features
        number = whole.model.detect_language(features).item()
        assert whole.tokenizer.decode([number]) == f"<|{result.language}|>"


def test_confidence_is_the_mean_probability_of_the_tokens(checkpoint, mixed_clips):
    """From the scores of a single pass of `generate`, written out."""
    whole = pipeline("automatic-speech-recognition", model=str(checkpoint("whisper")), dtype=torch.float32)
    door = open_door("transcripts", str(checkpoint("whisper")), language="en")
    checked = 0
    for clip in mixed_clips(door.rate, door.min_samples):
        inputs = whole.feature_extractor(clip, sampling_rate=16_000, return_tensors="pt", return_attention_mask=True)
        output = whole.model.generate(
            **inputs, language="en", task="transcribe", num_beams=1, max_new_tokens=56,
            return_timestamps=True, return_token_timestamps=True, return_segments=True,
        )  # fmt: skip
        if len(output["segments"][0]) > 1:
            continue
        (segment,) = output["segments"][0]
        tokens = segment["tokens"].tolist()
        scores = segment["result"]["scores"]
        probabilities = [scores[i].double().softmax(-1)[token].item() for i, token in enumerate(tokens)]
        end = whole.tokenizer.eos_token_id
        text = [(token, p) for token, p in zip(tokens, probabilities, strict=True) if token < end]
        (result,) = door([clip])
        assert result.confidence == pytest.approx(np.mean([p for _, p in text]), abs=1e-4)
        _, groups, _ = _combine_tokens_into_words(whole.tokenizer, [token for token, _ in text], "english")
        left = iter(p for _, p in text)
        for word, group in zip(result.words, groups, strict=True):
            assert word.confidence == pytest.approx(np.mean([next(left) for _ in group]), abs=1e-4)
        checked += 1
    assert checked > 1


def test_a_clip_over_thirty_seconds_is_heard_in_passes(checkpoint, speech, reference):
    """Beside short clips, up to a last pass of ten milliseconds."""
    door = open_door("transcripts", str(checkpoint("whisper")), language="en")
    spoken = np.concatenate(speech)
    clips = [spoken[: round(16_000 * seconds)] for seconds in (30.0, 30.011, 2.0, 65.3)]
    results = run_each(door, clips, budget_seconds=120.0)
    for clip, result in zip(clips, results, strict=True):
        assert_same(result, reference(clip, language="en"))
        assert 0 < result.confidence <= 1
        flat = [t for word in result.words for t in (word.start_ms, word.end_ms)]
        assert flat == sorted(flat)
        assert 0 <= flat[0] <= flat[-1] <= len(clip) / 16
    within, beyond = results[0], results[3]
    assert len(beyond.words) > len(within.words)
    assert beyond.words[-1].end_ms > 60_000


def test_probabilities_of_all_passes_count(checkpoint, speech):
    """From the scores that `generate` keeps of each pass, written out."""
    whole = pipeline("automatic-speech-recognition", model=str(checkpoint("whisper")), dtype=torch.float32)
    clip = np.concatenate(speech)[: 16_000 * 50]
    inputs = whole.feature_extractor(
        clip, sampling_rate=16_000, return_tensors="pt", return_attention_mask=True, truncation=False, padding="longest"
    )
    output = whole.model.generate(
        **inputs, language="en", task="transcribe", num_beams=1, max_new_tokens=56,
        return_timestamps=True, return_token_timestamps=True, return_segments=True,
    )  # fmt: skip
    (segments,) = output["segments"]
    assert len(segments) == 2
    probabilities = [
        scores.double().softmax(-1)[token].item()
        for segment in segments
        for token, scores in zip(segment["tokens"].tolist(), segment["result"]["scores"], strict=False)
        if token < whole.tokenizer.eos_token_id
    ]
    (result,) = open_door("transcripts", str(checkpoint("whisper")), language="en")([clip])
    assert result.confidence == pytest.approx(np.mean(probabilities), abs=1e-4)


@example([(0.0, 40.0)], 25.854956656204806)
@given(st.lists(st.tuples(st.floats(0, 40), st.floats(0, 40)), max_size=20), st.floats(0.1, 40))
def test_times_that_run_back_or_beyond_are_put_in_order(times, seconds):
    ordered = in_order(times, seconds)
    assert ordered.shape == (len(times), 2)
    flat = ordered.ravel()
    assert (np.diff(flat) >= 0).all()
    assert (flat <= seconds).all()
    right = sorted(min(t * seconds / 40, seconds) for pair in times for t in pair)  # 40 * x / 40 may round above x
    np.testing.assert_array_equal(in_order(list(zip(right[::2], right[1::2], strict=True)), seconds).ravel(), right)


def test_a_language_that_it_does_not_know_is_refused(checkpoint):
    with pytest.raises(ModelError, match="does not know the language 'tlh'"):
        open_door("transcripts", str(checkpoint("whisper")), language="tlh")


def test_an_english_only_checkpoint_transcribes_english(checkpoint, mixed_clips, tmp_path):
    folder = shutil.copytree(checkpoint("whisper"), tmp_path / "english")
    settings = json.loads((folder / "generation_config.json").read_text())
    del settings["lang_to_id"], settings["task_to_id"]
    (folder / "generation_config.json").write_text(json.dumps(settings | {"is_multilingual": False}))
    clip = mixed_clips(16_000, 400)[0]
    whole = pipeline("automatic-speech-recognition", model=str(folder), dtype=torch.float32)
    expected = whole(clip.copy(), return_timestamps="word", generate_kwargs={"num_beams": 1, "max_new_tokens": 56})
    (result,) = open_door("transcripts", str(folder))([clip])
    assert result.language == "en"
    assert_same(result, expected)
    with pytest.raises(ModelError, match="English only"):
        open_door("transcripts", str(folder), language="de")


def test_a_checkpoint_without_alignment_heads_is_refused(checkpoint, tmp_path):
    folder = shutil.copytree(checkpoint("whisper"), tmp_path / "headless")
    settings = json.loads((folder / "generation_config.json").read_text())
    del settings["alignment_heads"]
    (folder / "generation_config.json").write_text(json.dumps(settings))
    with pytest.raises(ModelError, match=r"alignment_heads.*word times"):
        open_door("transcripts", str(folder))
