"""Numbers go to a device and come back as they were, whatever else is asked of it meanwhile."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from schemas.records import Failure, Scores
from schemas.transcript import Transcript
from transforms.models.batching import run_each
from transforms.models.features import waveforms
from transforms.models.jobs import open_door
from transforms.models.transfer import brought, passing, sent, staged

CPU = torch.device("cpu")
needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
DEVICES = [CPU, pytest.param(torch.device("cuda"), marks=needs_gpu)]
JOBS = {
    "wav2vec2_ctc": "transcripts",
    "wav2vec2_ctc_layer": "transcripts",
    "whisper": "transcripts",
    "hubert_emotion": "emotions",
    "wavlm_emotion": "emotions",
    "ast_sounds": "sounds",
    "clap": "embeddings",
    "wavlm_xvector": "speakers",
}


@pytest.mark.parametrize("device", DEVICES)
def test_there_and_back(device):
    given = staged((3, 4), device)
    assert given.is_pinned() == (device.type == "cuda")
    assert not given.any()
    given.numpy()[:] = np.arange(12).reshape(3, 4)
    half, whole = sent(given, device, torch.bfloat16), sent(given, device, torch.float32)
    assert (half.dtype, half.device.type, whole.dtype) == (torch.bfloat16, device.type, torch.float32)
    first, second = brought(half.float(), whole.long())()
    assert first.tolist() == second.tolist() == np.arange(12).reshape(3, 4).tolist()
    assert second.dtype == np.int64


@pytest.mark.parametrize("device", DEVICES)
def test_many_are_on_their_way_at_once(device):
    waits = [brought(sent(torch.full((1000,), float(i)), device, torch.float32) + 1) for i in range(200)]
    assert [wait()[0].mean() for wait in waits] == [i + 1 for i in range(200)]


@pytest.mark.parametrize("device", DEVICES)
def test_passes_are_made_in_inference_mode(device):
    with passing(device):
        assert torch.is_inference_mode_enabled()
        assert torch.ones(1, requires_grad=True).mul(2).requires_grad is False
    assert not torch.is_inference_mode_enabled()


@pytest.mark.parametrize("device", DEVICES)
def test_passes_are_side_by_side_on_a_cpu_and_one_by_one_on_a_gpu(device):
    met, together = threading.Barrier(2), []

    def one(_):
        with passing(device):
            try:
                met.wait(0.5)
            except threading.BrokenBarrierError:
                together.append(False)
            else:
                together.append(True)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(one, range(2)))
    assert together == [device.type == "cpu"] * 2


def test_an_error_leaves_the_turn_to_others(monkeypatch):
    """On what is called a GPU, without one."""
    monkeypatch.setattr(torch.cuda, "device", lambda device: torch.inference_mode())
    for _ in range(2):
        with pytest.raises(ValueError, match="no"), passing(torch.device("cuda", 99)):
            raise ValueError("no")


@needs_gpu
@pytest.mark.parametrize("kind", JOBS)
def test_a_gpu_says_what_the_cpu_says(kind, checkpoint, mixed_clips):
    """In fp32, each clip against itself alone on the CPU; twice, and by two threads at once."""
    job, folder = JOBS[kind], str(checkpoint(kind))
    plain, door = open_door(job, folder), open_door(job, folder, device="cuda")
    clips = mixed_clips(plain.rate, plain.min_samples, longest_s=min(12.0, plain.max_seconds or 12.0))
    wanted = run_each(plain, clips, budget_seconds=60.0)
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda seconds: run_each(door, clips, budget_seconds=seconds), [60.0, 20.0, 60.0]))
    for results in found:
        for got, expected in zip(results, wanted, strict=True):
            assert not isinstance(got, Failure), got
            match got, expected:
                case Transcript(), Transcript():
                    assert got.text == expected.text
                    assert [w.start_ms for w in got.words] == [w.start_ms for w in expected.words]
                    assert got.confidence == pytest.approx(expected.confidence, abs=1e-3)
                case Scores(), Scores():
                    np.testing.assert_allclose(got.probabilities, expected.probabilities, atol=1e-3)
                case _:
                    np.testing.assert_allclose(got, expected, atol=1e-3)


@needs_gpu
@pytest.mark.parametrize("kind", [kind for kind in JOBS if kind != "whisper"])
def test_nothing_waits_for_a_gpu_while_a_batch_is_begun(kind, checkpoint, mixed_clips):
    door = open_door(JOBS[kind], str(checkpoint(kind)), device="cuda", precision="bf16")
    clips = mixed_clips(door.rate, door.min_samples, longest_s=min(2.3, door.max_seconds or 2.3))
    door.begin(clips)()  # whatever is made once
    torch.cuda.synchronize()
    torch.cuda.set_sync_debug_mode("error")
    try:
        wait = door.begin(clips)
    finally:
        torch.cuda.set_sync_debug_mode("default")
    assert len(wait()) == len(clips)


def test_lengths_travel_and_not_the_mask(checkpoint):
    door = open_door("emotions", str(checkpoint("hubert_emotion")))
    clips = [np.ones(n, np.float32) for n in (700, 400, 1000)]
    mask = waveforms(door._loaded, clips)["attention_mask"]
    assert (mask.dtype, mask.sum(1).tolist()) == (torch.int64, [700, 400, 1000])
    assert mask[0].tolist() == [1] * 700 + [0] * 300
