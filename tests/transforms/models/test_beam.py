"""The beam search against every path there is, against greedy decoding, and on speech that names a brand."""

from __future__ import annotations

from itertools import groupby, product
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from transforms.models.batching import run_each
from transforms.models.beam import Beam
from transforms.models.checkpoint import parse_checkpoint
from transforms.models.ctc import CTC
from transforms.models.hotwords import Hotwords
from transforms.models.jobs import open_door
from transforms.models.locate import locate

pytest.importorskip("flashlight.lib.text", reason="needs flashlight-text")

DEMO = Path(__file__).parents[3] / "demo"

PIECES = ("", " ", "a", "b", "c")


def some_frames(seed: int, frames: int, sharp: float = 2.0) -> tuple[np.ndarray, np.ndarray]:
    """Tokens sorted by their posteriors, and these: [n_frames, n_tokens] each."""
    logits = np.random.default_rng(seed).normal(0, sharp, (frames, len(PIECES)))
    posteriors = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    tokens = np.argsort(-posteriors, axis=1)
    return tokens, np.take_along_axis(posteriors, tokens, axis=1).astype(np.float32)


def worth(hotwords: Hotwords, path: tuple[int, ...]) -> float:
    state, paid = hotwords.step(0, "".join(PIECES[token] for token, _ in groupby(path)))
    return paid + hotwords.end(state)


@pytest.mark.parametrize("seed", range(5))
def test_the_path_is_the_best_of_all(seed: int) -> None:
    hotwords = Hotwords({"ab": 3.0, "cab": 4.5, "a b": 4.0, "bb": 3.0})
    tokens, posteriors = some_frames(seed, 6)
    by_token = np.take_along_axis(np.log(posteriors), np.argsort(tokens, axis=1), axis=1)
    total = {
        path: by_token[np.arange(6), path].sum() + worth(hotwords, path)
        for path in product(range(len(PIECES)), repeat=6)
    }
    path, its = Beam(hotwords, PIECES, blank=0).along(tokens, posteriors)
    assert total[tuple(path.tolist())] == pytest.approx(max(total.values()), abs=1e-4)
    np.testing.assert_allclose(np.log(its), by_token[np.arange(6), path], rtol=1e-5)
    assert tuple(path.tolist()) != tuple(tokens[:, 0].tolist())


@pytest.mark.parametrize("frames", [1, 2, 500])
def test_without_words_it_is_the_likeliest_token_of_each_frame(frames: int) -> None:
    tokens, posteriors = some_frames(1, frames)
    path, its = Beam(Hotwords({}), PIECES, blank=0).along(tokens, posteriors)
    np.testing.assert_array_equal(path, tokens[:, 0])
    np.testing.assert_array_equal(its, posteriors[:, 0])


def test_what_is_not_finite_comes_out() -> None:
    tokens, posteriors = some_frames(1, 4)
    posteriors[2, 0] = np.nan
    assert np.isnan(Beam(Hotwords({"ab": 3.0}), PIECES, blank=0).along(tokens, posteriors)[1]).any()


# Through the door


@pytest.mark.parametrize("kind", ["wav2vec2_ctc", "parakeet_ctc"])
@pytest.mark.parametrize("chunk_seconds", [30.0, 1.2])
def test_words_that_cannot_be_spelt_change_nothing(kind, chunk_seconds, checkpoint, mixed_clips) -> None:
    located = locate("transcripts", parse_checkpoint(str(checkpoint(kind))), weights=True)
    common = {"device": "cpu", "precision": "fp32", "language": "en", "chunk_seconds": chunk_seconds}
    greedy, beam = CTC(located, **common), CTC(located, **common, vocabulary=["Пепси"])
    clips = [clip for clip in mixed_clips(greedy.rate, greedy.min_samples) if len(clip) <= 5 * greedy.rate]
    assert beam(clips) == greedy(clips)


def timed(transcript) -> list[tuple[str, int, int]]:
    return [(w.word, w.start_ms, w.end_ms) for w in transcript.words]


@pytest.mark.parametrize("kind", ["wav2vec2_ctc", "parakeet_ctc"])
def test_long_recordings_are_searched_whole(kind, checkpoint, mixed_clips) -> None:
    """What the path is worth is decided behind the seams, and batches change nothing."""
    located = locate("transcripts", parse_checkpoint(str(checkpoint(kind))), weights=True)
    common = {"device": "cpu", "precision": "fp32", "language": None, "chunk_seconds": 1.2}
    greedy = CTC(located, **common)
    clips = [clip for clip in mixed_clips(greedy.rate, greedy.min_samples) if len(clip) <= 5 * greedy.rate]
    words = {w.word for one in greedy(clips) for w in one.words if len(w.word) > 1}
    door = CTC(located, **common, vocabulary=[word[:-1] + letter for word in sorted(words) for letter in "aeinst"])
    together = run_each(door, clips, budget_seconds=30.0)
    assert [one.text for one in together] != [one.text for one in greedy(clips)]
    for clip, one in zip(clips, together, strict=True):
        alone = door([clip])[0]
        assert (one.text, timed(one)) == (alone.text, timed(alone))
        assert one.confidence == pytest.approx(alone.confidence, abs=1e-4)
        assert one.text.split() == [w.word for w in one.words]
        times = [(w.start_ms, w.end_ms) for w in one.words]
        assert times == sorted(times)
        assert all(0 <= w.start_ms <= w.end_ms and 0 < w.confidence <= 1 for w in one.words)


def test_a_brand_is_heard_that_greedy_decoding_misspells() -> None:
    samples, rate = soundfile.read(DEMO / "corpus" / "survey" / "answer_031.ogg", dtype="float32")
    sentence = soxr.resample(samples[: round(3.7 * rate)], rate, 16_000)
    checkpoint = str(DEMO / "models" / "transcripts")
    before = open_door("transcripts", checkpoint)([sentence])[0]
    after = open_door("transcripts", checkpoint, vocabulary=["Acme Cola", "Northwind"])([sentence])[0]
    assert "acme cola" not in before.text.lower()
    assert "acme cola sign" in after.text.lower()
    assert "northwind" not in after.text.lower()
    brand = [w for w in after.words if w.word.lower() in ("acme", "cola")]
    said_ms = [(1689, 1973), (1973, 2257)]
    for word, (start_ms, end_ms) in zip(brand, said_ms, strict=True):
        assert word.start_ms == pytest.approx(start_ms, abs=120)
        assert word.end_ms == pytest.approx(end_ms, abs=120)
        assert 0 < word.confidence < 1
