"""What an error of a pass says: the clip was too much, the device is lost, or anything else."""

from __future__ import annotations

import torch

from schemas.errors import Error

LOST = (
    "device-side assert",
    "illegal memory access",
    "misaligned address",
    "illegal instruction",
    "invalid program counter",
    "illegal address space",
    "unspecified launch failure",
    "launch timed out",
    "launch timeout",
    "uncorrectable",
    "hardware stack error",
    "unspecified driver error",
    "unknown error",
    "system not yet initialized",
    "driver shutting down",
    "no cuda-capable device",
    "no cuda gpus are available",
    "busy or unavailable",
    "invalid device ordinal",
    "device kernel image is invalid",
    "context is destroyed",
    "mps client",
    "mps server",
    "cublas_status_not_initialized",
    "cublas_status_execution_failed",
    "cublas_status_mapping_error",
    "cudnn_status_not_initialized",
    "cudnn_status_execution_failed",
    "cudnn_status_mapping_error",
    "cufft_exec_failed",
    "cufft_setup_failed",
)
"""Parts of what CUDA and its libraries say when no later pass on the device can be trusted, in lower case.

After most of them every call of the process on that device fails with the same words, so that each clip would become
a row of errors.  What may be for want of memory, or for the shape of one batch, is not among them.
"""

FULL = ("allocate memory", "cuda error: out of memory", "status_alloc_failed", "cufft_alloc_failed")
"""Likewise, when memory ran out and the error has no type of its own."""


class DeviceLostError(Error):
    """A device that can compute nothing more for this process: the work ends, and has to be done elsewhere.

    It is no fault of a clip, and is never a row of ``errors``.  Which other processes can still use the device is not
    known.
    """


def is_out_of_memory(error: BaseException) -> bool:
    """CUDA has a type of its own; torch's allocator for the CPU and CUDA's libraries raise a plain RuntimeError."""
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    return isinstance(error, RuntimeError) and _says(error, FULL)


def is_device_lost(error: BaseException) -> bool:
    """Whether the error is of the device, not of what it was given."""
    if isinstance(error, DeviceLostError):
        return True
    return isinstance(error, RuntimeError) and not is_out_of_memory(error) and _says(error, LOST)


def _says(error: BaseException, parts: tuple[str, ...]) -> bool:
    text = str(error).lower()
    return any(part in text for part in parts)
