"""Every kind through one door: descriptions, precisions, threads."""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

import transforms.models.precision as precision
from demo.untrained.checkpoints import KINDS
from schemas.reasons import Reason
from schemas.records import Failure, Scores
from schemas.transcript import Transcript
from transforms.models.batching import run_each
from transforms.models.door import Description
from transforms.models.engines import OPENVINO, TORCH
from transforms.models.jobs import describe, open_door

FAMILIES = {
    "wav2vec2_ctc": "transcripts",
    "wavlm_ctc": "transcripts",
    "whisper": "transcripts",
    "hubert_emotion": "emotions",
    "ast_sounds": "sounds",
    "clap": "embeddings",
    "wavlm_xvector": "speakers",
}


SHORTEST = {
    **dict.fromkeys(("wav2vec2_ctc", "wav2vec2_ctc_layer", "hubert_ctc", "wavlm_ctc"), ("transcripts", 400)),
    **dict.fromkeys(("wav2vec2_emotion", "hubert_emotion", "wavlm_emotion"), ("emotions", 400)),
    **dict.fromkeys(("wavlm_xvector", "wav2vec2_xvector"), ("speakers", 5_200)),
    "whisper": ("transcripts", 400),
    "wav2vec2_languages": ("languages", 400),
    "ast_emotion": ("emotions", 400),
    "ast_sounds": ("sounds", 400),
    "clap": ("embeddings", 1_024),
}
"""Samples at the model's rate: one frame of the spectrogram or the waveform, two behind the time-delay layers."""


IN_ENGINES = [
    (kind, job, engine)
    for kind, job in FAMILIES.items()
    for engine in (TORCH, OPENVINO)
    if (kind, engine) != ("whisper", OPENVINO)
]
"""CTranslate2, which is for Whisper alone, is held in ``test_ctranslated``."""


def numbers(result):
    """What a result says, as a vector."""
    match result:
        case Transcript():
            return np.array([result.confidence])
        case Scores():
            return result.probabilities
        case _:
            return result


def some_clips(door, count, seed):
    rng = np.random.default_rng(seed)
    return [rng.normal(0, 0.1, door.rate + 800 * (i % 2)).astype(np.float32) for i in range(count)]


@pytest.mark.parametrize(
    ("job", "kind", "expected"),
    [
        ("transcripts", "wavlm_ctc", Description("ctc", 16_000)),
        ("transcripts", "whisper", Description("whisper", 16_000, talk_seconds=30.0)),
        ("emotions", "hubert_emotion", Description("classifier", 16_000, labels=("neu", "hap", "ang", "sad"))),
        ("embeddings", "clap", Description("embedder", 48_000, dimension=64)),
        ("speakers", "wav2vec2_xvector", Description("xvector", 16_000, dimension=64)),
    ],
)
def test_a_description_needs_no_weights(job, kind, expected, checkpoint, tmp_path):
    folder = shutil.copytree(checkpoint(kind), tmp_path / kind, ignore=shutil.ignore_patterns("*.safetensors"))
    assert replace(describe(job, str(folder)), languages=()) == expected


@pytest.mark.parametrize(("kind", "job", "least"), [(kind, *value) for kind, value in SHORTEST.items()])
def test_the_shortest_clip_has_a_finite_result_and_a_shorter_one_is_too_short(kind, job, least, checkpoint):
    door = open_door(job, str(checkpoint(kind)))
    assert door.min_samples == least
    noise = np.random.default_rng(0).normal(0, 0.1, least).astype(np.float32)
    clips = [noise[1:], noise[:1], noise[:0], noise, np.zeros_like(noise), np.ones_like(noise)]
    *short, heard, silent, constant = run_each(door, clips, budget_seconds=60.0)
    assert [failure.reason for failure in short] == [Reason.TOO_SHORT] * 3
    assert short[0].message == f"{least - 1} samples; the model needs {least} ({least / door.rate:.3f} s)"
    for result in (heard, silent, constant):
        assert not isinstance(result, Failure)
        assert np.isfinite(numbers(result)).all()


def test_every_kind_has_its_shortest_clip():
    """Here, or where the families of recognisers and the dimensions are held."""
    elsewhere = {kind for kind in KINDS if kind.endswith(("_ctc", "_tdt", "_rnnt")) or "_dimensions" in kind}
    assert set(SHORTEST) | elsewhere == set(KINDS)


@pytest.mark.parametrize(("kind", "job", "engine"), IN_ENGINES, indirect=["engine"])
def test_two_threads_may_share_a_door(kind, job, engine, checkpoint):
    door = open_door(job, str(checkpoint(kind)), engine=engine)
    lots = [some_clips(door, 2, seed) for seed in range(3)]
    one_by_one = [door(clips) for clips in lots]
    with ThreadPoolExecutor(2) as threads:
        at_once = list(threads.map(door, lots))
    for expected, got in zip(one_by_one, at_once, strict=True):
        for e, g in zip(expected, got, strict=True):
            np.testing.assert_allclose(numbers(g), numbers(e), atol=1e-5)
            assert not isinstance(e, Transcript) or (g.text, len(g.words)) == (e.text, len(e.words))


@pytest.mark.parametrize(("kind", "job", "engine"), IN_ENGINES, indirect=["engine"])
def test_half_the_bits_say_nearly_the_same(kind, job, engine, checkpoint):
    folder = str(checkpoint(kind))
    door, half = (open_door(job, folder, precision=precision, engine=engine) for precision in ("fp32", "bf16"))
    assert half.model_id == door.model_id.replace("/fp32", "/bf16")
    clips = some_clips(door, 3, seed=0)
    for full, short in zip(door(clips), run_each(half, clips, budget_seconds=60.0), strict=True):
        a, b = numbers(full), numbers(short)
        assert b.dtype == a.dtype
        assert not np.array_equal(a, b)
        assert a @ b / np.linalg.norm(a) / np.linalg.norm(b) > 0.97


def test_weights_stored_in_float16_run_in_float32(checkpoint, tmp_path):
    """Transformers 5 would take the precision of the file."""
    folder = shutil.copytree(checkpoint("hubert_emotion"), tmp_path / "hubert_emotion")
    weights = {name: tensor.half() for name, tensor in load_file(folder / "model.safetensors").items()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    door, stored = open_door("emotions", str(checkpoint("hubert_emotion"))), open_door("emotions", str(folder))
    clips = some_clips(door, 2, seed=1)
    for full, half in zip(door(clips), stored(clips), strict=True):
        np.testing.assert_allclose(half.probabilities, full.probabilities, atol=0.02)
    save_file({k: v.float() for k, v in weights.items()}, folder / "model.safetensors", metadata={"format": "pt"})
    for widened, half in zip(open_door("emotions", str(folder))(clips), stored(clips), strict=True):
        np.testing.assert_allclose(half.probabilities, widened.probabilities, atol=1e-5)


def test_no_clips_give_no_results(checkpoint):
    for kind, job in FAMILIES.items():
        assert open_door(job, str(checkpoint(kind)))([]) == []


def test_an_unknown_precision_is_wrong_use(checkpoint):
    with pytest.raises(ValueError, match="one of fp32, bf16"):
        open_door("emotions", str(checkpoint("hubert_emotion")), precision="fp8")


@pytest.mark.parametrize("own", [None, "PYTORCH_CUDA_ALLOC_CONF", "PYTORCH_ALLOC_CONF"])
def test_a_gpus_memory_is_kept_as_the_user_says(own, monkeypatch):
    for name in precision.ALLOCATOR_NAMES:
        monkeypatch.delenv(name, raising=False)
    if own:
        monkeypatch.setenv(own, "max_split_size_mb:512")
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **_: True)
    assert precision.best_precision("cuda", "ctc") == "bf16"
    found = [os.environ.pop(name, None) for name in precision.ALLOCATOR_NAMES]
    assert [one for one in found if one] == ["max_split_size_mb:512" if own else precision.ALLOCATOR]


def test_a_gpu_computes_by_kernels_that_take_every_shape_and_fp32_in_fp32():
    before = torch.backends.cuda.cudnn_sdp_enabled(), torch.backends.cudnn.allow_tf32
    try:
        torch.backends.cuda.enable_cudnn_sdp(True)
        torch.backends.cudnn.allow_tf32 = True
        precision.settle_kernels()
        assert (torch.backends.cuda.cudnn_sdp_enabled(), torch.backends.cudnn.allow_tf32) == (False, False)
    finally:
        torch.backends.cuda.enable_cudnn_sdp(before[0])
        torch.backends.cudnn.allow_tf32 = before[1]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_model_on_a_gpu_has_these_kernels(checkpoint):
    open_door("emotions", str(checkpoint("hubert_emotion")), device="cuda")
    assert (torch.backends.cuda.cudnn_sdp_enabled(), torch.backends.cudnn.allow_tf32) == (False, False)
