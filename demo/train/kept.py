"""Batches of spectra that are made once and met again: to make one takes longer than to learn from it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Subset

from demo.train.optimise import Batch, BatchOf, Steps


def keep(
    batch_of: BatchOf, mels_of: Callable[[Batch], Tensor], count: int, folder: Path, seed: int, workers: int = 0
) -> BatchOf:
    """The first ``count`` batches, in an order of its own each time through them, with ``mels`` for their ``clips``.

    They lie in ``folder``, in float16, a file each; those that lie there already are not made again.

    Args:
        mels_of: log-mels, float32 [n, frames, bins], of a batch.
        seed: of the orders.
        workers: processes that make the audio; 0 for none.
    """
    folder.mkdir(parents=True, exist_ok=True)
    missing = [number for number in range(count) if not _path(folder, number).exists()]
    batches = DataLoader(Subset(Steps(batch_of), missing), batch_size=None, num_workers=workers)
    for number, batch in zip(missing, batches, strict=True):
        rest = {name: values for name, values in batch.items() if name != "clips"}
        unfinished = folder / "batch.part"
        torch.save({**rest, "mels": mels_of(batch).half()}, unfinished)
        unfinished.rename(_path(folder, number))
        if (number + 1) % 100 == 0:
            print(f"{folder.name}: {number + 1} of {count} batches")
    return partial(kept, folder, count, seed)


def kept(folder: Path, count: int, seed: int, step: int) -> Batch:
    """The batch of a step, by its number alone; ``mels`` are float32 again."""
    order = np.random.default_rng((seed, step // count)).permutation(count)
    batch = torch.load(_path(folder, int(order[step % count])), weights_only=True)
    return {**batch, "mels": batch["mels"].float()}


def _path(folder: Path, number: int) -> Path:
    return folder / f"{number:05}.pt"
