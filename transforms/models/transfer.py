"""Numbers to a device and back, while it computes and the host does something else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache

import numpy as np
import torch
from torch import Tensor


def staged(shape: Sequence[int], device: torch.device, dtype: torch.dtype = torch.float32) -> Tensor:
    """Zeros on the host, to be filled and sent to the device: for a GPU in pinned memory, which torch uses again."""
    return torch.zeros(*shape, dtype=dtype, pin_memory=device.type == "cuda")


def sent(tensor: Tensor, device: torch.device, dtype: torch.dtype) -> Tensor:
    """On the device in a type.  From pinned memory nobody waits for it, and it is brought to its type there."""
    if device.type == "cuda" and tensor.device.type == "cpu":
        pinned = tensor if tensor.is_pinned() else tensor.pin_memory()
        return pinned.to(device, non_blocking=True).to(dtype)
    return tensor.to(device, dtype)


def brought(*tensors: Tensor) -> Callable[[], list[np.ndarray]]:
    """Ask for numbers of one device together; what comes back waits for them, without keeping a core busy.

    The numbers on the device may be given up, or written over by what is asked of it later.
    """
    if tensors[0].device.type != "cuda":
        arrays = [tensor.numpy() for tensor in tensors]
        return lambda: arrays
    here = [torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=True) for tensor in tensors]
    for to, tensor in zip(here, tensors, strict=True):
        to.copy_(tensor, non_blocking=True)
    there = torch.cuda.Event(blocking=True)
    there.record(torch.cuda.current_stream(tensors[0].device))

    def wait() -> list[np.ndarray]:
        there.synchronize()
        return [tensor.numpy() for tensor in here]

    return wait


@contextmanager
def passing(device: torch.device) -> Iterator[None]:
    """In inference mode, on a GPU one thread at a time.

    A pass is handed to a GPU much faster than it is computed, in the order in which passes are handed over.  What one
    of them needs in between is free for the next as soon as it has been handed over: with one thread at a time, the
    memory for one pass is enough for all threads.  On a CPU passes run side by side.
    """
    if device.type != "cuda":
        with torch.inference_mode():
            yield
        return
    with _turn(device), torch.inference_mode(), torch.cuda.device(device):
        yield


@cache
def _turn(device: torch.device) -> threading.Lock:
    return threading.Lock()
