"""Which errors are of the device: they end the work, all others cost a clip."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import transforms.models.jobs as jobs
from schemas.errors import Error
from transforms.models.batching import run_each
from transforms.models.faults import DeviceLostError, is_device_lost, is_out_of_memory


@pytest.mark.parametrize(
    "message",
    [
        "CUDA error: device-side assert triggered",
        "CUDA error: an illegal memory access was encountered",
        "CUDA error: unspecified launch failure",
        "CUDA error: uncorrectable ECC error encountered",
        "CUDA error: no CUDA-capable device is detected",
        "No CUDA GPUs are available",
        "CUDA error: CUDA-capable device(s) is/are busy or unavailable",
        "CUDA error: CUBLAS_STATUS_NOT_INITIALIZED when calling `cublasCreate(handle)`",
        "cuDNN error: CUDNN_STATUS_NOT_INITIALIZED",
        "cuDNN error: CUDNN_STATUS_EXECUTION_FAILED",
    ],
)
def test_the_device_is_lost(message):
    assert is_device_lost(RuntimeError(message))
    assert not is_out_of_memory(RuntimeError(message))
    assert not is_device_lost(ValueError(message))  # a name that a person gave to a class, say


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        MemoryError(),
        RuntimeError("CUDA error: out of memory"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:117] can't allocate memory: you tried to allocate 1 bytes"),
    ],
)
def test_memory_ran_out(error):
    assert is_out_of_memory(error)
    assert not is_device_lost(error)


@pytest.mark.parametrize(
    "message",
    [
        "Kernel size can't be greater than actual input size",
        "cuDNN error: CUDNN_STATUS_NOT_SUPPORTED",
        "The size of tensor a (3) must match the size of tensor b (4)",
    ],
)
def test_an_error_of_a_clip(message):
    assert not is_device_lost(RuntimeError(message))
    assert not is_out_of_memory(RuntimeError(message))


def test_a_device_that_is_lost_while_a_model_is_loaded(checkpoint, monkeypatch):
    def lost(*_):
        raise RuntimeError("CUDA error: no CUDA-capable device is detected")

    monkeypatch.setattr(jobs, "_opened", lost)
    with pytest.raises(DeviceLostError, match="emotions: cpu is lost: RuntimeError: CUDA error: no CUDA-capable"):
        jobs.open_door("emotions", str(checkpoint("hubert_emotion")))
    assert issubclass(DeviceLostError, Error)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_clip_that_no_gpu_holds_is_not_the_device(checkpoint):
    """A true error of the allocator: it costs the clip, and the device goes on."""
    door = jobs.open_door("emotions", str(checkpoint("hubert_emotion")), device="cuda")
    total = torch.cuda.get_device_properties(0).total_memory
    torch.cuda.set_per_process_memory_fraction(min(1.0, (torch.cuda.memory_reserved() + 2**28) / total))
    try:
        rng = np.random.default_rng(0)
        clips = [rng.normal(0, 0.1, n).astype(np.float32) for n in (16_000, 16_000 * 600)]
        short, long = run_each(door, clips, budget_seconds=1e6)
        assert long.reason == "out_of_memory"
        assert short.probabilities.sum() == pytest.approx(1, abs=1e-2)
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
