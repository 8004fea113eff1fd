"""Batches that change no row, and errors that cost only the clip that caused them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import torch

from schemas.reasons import Reason
from schemas.records import Failure, Scores, Transcript
from transforms.models.checkpoint import one_line

if TYPE_CHECKING:
    from transforms.models.door import Door, Result

T = TypeVar("T")


def run_each(door: Door, clips: Sequence[np.ndarray], *, budget_seconds: float) -> list[Result | Failure]:
    """Run every clip through the model; results in the order of the clips.

    A batch holds clips of one length only, unless the family brings all clips to one shape: models
    with a group norm over time (wav2vec2-base, HuBERT-base, WavLM-base) hear padding, masked or not.

    When a batch raises, out of memory halves it, down to the single clip; any other error has each
    of its clips run alone, and only those that fail alone are lost.

    Args:
        clips: float32 mono samples at ``door.rate``, of any lengths.
        budget_seconds: the most audio in one batch, as the model sees it (a clip of 2 s is 30 s to
            Whisper); a longer clip goes alone.

    Returns:
        For each clip its result, or a failure: ``TOO_SHORT`` below ``door.min_samples``,
        ``OUT_OF_MEMORY``, ``MODEL_FAILED``, ``NON_FINITE_OUTPUT``.
    """
    results: list[Result | Failure | None] = [None] * len(clips)
    fit = []
    for i, clip in enumerate(clips):
        if len(clip) < door.min_samples:
            results[i] = Failure(
                Reason.TOO_SHORT,
                f"{len(clip)} samples; the model needs {door.min_samples} ({door.min_samples / door.rate:.3f} s)",
            )
        else:
            fit.append(i)
    for batch in _batches(door, clips, fit, budget_seconds):
        for i, result in zip(batch, _run(door, [clips[i] for i in batch]), strict=True):
            results[i] = result
    return [result for result in results if result is not None]


def in_equal_lengths(clips: Sequence[np.ndarray], forward: Callable[[list[np.ndarray]], list[T]]) -> list[T]:
    """Call ``forward`` once for each length with the clips of that length; results in the order of the clips."""
    by_length: dict[int, list[int]] = {}
    for i, clip in enumerate(clips):
        by_length.setdefault(len(clip), []).append(i)
    results: dict[int, T] = {}
    for indices in by_length.values():
        results.update(zip(indices, forward([clips[i] for i in indices]), strict=True))
    return [results[i] for i in range(len(clips))]


def _batches(door: Door, clips: Sequence[np.ndarray], fit: list[int], budget: float) -> Iterator[list[int]]:
    """Cut the clips, by length, into batches of at most ``budget`` seconds; yields their indices."""
    batch: list[int] = []
    spent = 0.0
    for i in sorted(fit, key=lambda i: len(clips[i])):
        seconds = door.padded_seconds or len(clips[i]) / door.rate
        new_length = door.padded_seconds is None and batch and len(clips[i]) != len(clips[batch[0]])
        if batch and (new_length or spent + seconds > budget):
            yield batch
            batch, spent = [], 0.0
        batch.append(i)
        spent += seconds
    if batch:
        yield batch


def _run(door: Door, clips: list[np.ndarray]) -> list[Result | Failure]:
    """One batch, in parts if it fails as a whole."""
    try:
        return [_checked(result) for result in door(clips)]
    except Exception as error:
        # Kept as text: the error itself holds the frames of the failed call, and with them its memory.
        out_of_memory, message = _is_out_of_memory(error), one_line(error)
    if out_of_memory and torch.cuda.is_initialized():
        torch.cuda.empty_cache()
    if len(clips) == 1:
        return [Failure(Reason.OUT_OF_MEMORY if out_of_memory else Reason.MODEL_FAILED, message)]
    size = (len(clips) + 1) // 2 if out_of_memory else 1
    parts = (clips[i : i + size] for i in range(0, len(clips), size))
    return [result for part in parts for result in _run(door, part)]


def _checked(result: Result) -> Result | Failure:
    """The result, or a failure if a number in it is NaN or infinite."""
    match result:
        case Transcript():
            numbers: np.ndarray = np.array([result.confidence, *(word.confidence for word in result.words)])
        case Scores():
            numbers = result.probabilities
        case _:
            numbers = result
    if np.isfinite(numbers).all():
        return result
    return Failure(Reason.NON_FINITE_OUTPUT, "the model gave NaN or infinite values")


def _is_out_of_memory(error: Exception) -> bool:
    """CUDA has a type of its own; torch's allocator for the CPU raises a plain RuntimeError."""
    return isinstance(error, (MemoryError, torch.OutOfMemoryError)) or (
        isinstance(error, RuntimeError) and "allocate memory" in str(error)
    )
