"""Batches that change no row, and errors that cost only the clip that caused them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from schemas.dimensions import Dimensions
from schemas.reasons import Reason
from schemas.records import Failure, Scores
from schemas.transcript import Transcript
from transforms.models.budget import Budget
from transforms.models.chunks import InChunks
from transforms.models.door import Begins
from transforms.models.padding import rung
from transforms.models.tried import Failed, alone, tried

if TYPE_CHECKING:
    from transforms.models.door import Door, Result

MOST_PADDING = 0.15
"""The greatest share of a batch that is padding: sorted by length, a longer clip then begins a new batch.

With speech between 0.4 and 30 s (log-normal about 4 s) in groups of 900 s a tenth of all is padding then, and a batch
holds 54 s on average; with a tenth at most in each batch it would be 30 s.
"""

Saw = Callable[[float, float], None]
"""Told of each batch: seconds that the model saw, and how many of them were padding."""

Begin = Callable[[list[np.ndarray]], Callable[[], Sequence[Any]]]
"""Begins a batch; what it gives waits for its end and gives what is in each clip."""


def run_each(
    door: Door, clips: Sequence[np.ndarray], *, budget_seconds: float | Budget, saw: Saw = lambda seen, padding: None
) -> list[Result | Failure]:
    """Run every clip through the model; results in the order of the clips.

    The clips are sorted by length.  A batch holds clips of one length, unless the door brings them
    to one shape (``padded_seconds``), or pads them to one length (``pads``): then at most
    :data:`MOST_PADDING` of it is padding, or what one clip alone is padded by.

    When a batch raises, out of memory halves it, down to the single clip, and the batches after it
    are no larger; any other error has each of its clips run alone, and only those that fail alone
    are lost.  An error of the device (:mod:`transforms.models.faults`) is no clip's and ends the work.

    A door that :class:`~transforms.models.door.Begins` has one batch on its device while the next is
    made ready here.

    Where the family reads long clips in chunks, all this is said of chunks; a clip is lost with any
    of its chunks.

    Args:
        clips: float32 mono samples at ``door.rate``, of any lengths.
        budget_seconds: the most audio in one batch, as the model sees it (a clip of 2 s is 30 s to
            Whisper); a longer clip goes alone.  A :class:`Budget` remembers what was too much.
        saw: is told of each batch that a result came of.

    Returns:
        For each clip its result, or a failure: ``TOO_SHORT`` below ``door.min_samples``,
        ``OUT_OF_MEMORY``, ``MODEL_FAILED``, ``NON_FINITE_OUTPUT``.

    Raises:
        DeviceLostError: the device can compute nothing more.
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
    budget = budget_seconds if isinstance(budget_seconds, Budget) else Budget(budget_seconds)
    run = _run_chunks if isinstance(door, InChunks) else _run_clips
    for i, result in zip(fit, run(_Runner(door, budget, saw), [clips[i] for i in fit]), strict=True):
        results[i] = result
    return [result for result in results if result is not None]


def _run_clips(runner: _Runner, clips: list[np.ndarray]) -> list[Result | Failure]:
    """The results of clips that the door takes whole."""
    results = runner.in_batches(_begin_of(runner.door, runner.door), clips)
    return [result if isinstance(result, Failure) else _checked(result) for result in results]


def _run_chunks(runner: _Runner, clips: list[np.ndarray]) -> list[Result | Failure]:
    """The results of clips that the door, one that is :class:`InChunks`, takes in chunks."""
    door: Any = runner.door
    split = [alone(door.split, clip) for clip in clips]
    chunks = [chunk for one in split if not isinstance(one, Failure) for chunk in one]
    read = iter(runner.in_batches(_begin_of(door, door.read), chunks))
    results: list[Result | Failure] = []
    for one in split:
        parts = [one] if isinstance(one, Failure) else [next(read) for _ in one]
        failed = [part for part in parts if isinstance(part, Failure)]
        results.append(failed[0] if failed else alone(lambda parts: _checked(door.join(parts)), parts))
    return results


def _begin_of(door: Any, call: Callable[[list[np.ndarray]], Sequence[Any]]) -> Begin:
    """How a door begins a batch; one that does not do so by itself has done it by then."""
    if isinstance(door, Begins):
        return door.begin

    def at_once(clips: list[np.ndarray]) -> Callable[[], Sequence[Any]]:
        results = call(clips)
        return lambda: results

    return at_once


class _Runner:
    """Clips through a door, batch by batch."""

    def __init__(self, door: Door, budget: Budget, saw: Saw) -> None:
        self.door = door
        self._budget = budget
        self._saw = saw

    def in_batches(self, begin: Begin, clips: list[np.ndarray]) -> list[Any]:
        """What is in each clip, or its failure; in the order of the clips.  One batch is on its way at a time."""
        results: dict[int, Any] = {}

        def end(batch: list[int], wait: Callable[[], Sequence[Any]]) -> None:
            given = [clips[i] for i in batch]
            ended = tried(lambda: list(wait()))
            results.update(zip(batch, self._settled(begin, given, ended), strict=True))

        last: Callable[[], None] | None = None
        for batch in self._batches(clips):
            begun = tried(partial(begin, [clips[i] for i in batch]))
            if last is not None:
                last()
            if isinstance(begun, Failed):  # before the next batch is cut: it may have to be smaller
                given = [clips[i] for i in batch]
                results.update(zip(batch, self._settled(begin, given, begun), strict=True))
                last = None
            else:
                last = partial(end, batch, begun)
        if last is not None:
            last()
        return [results[i] for i in range(len(clips))]

    def _batches(self, clips: list[np.ndarray]) -> Iterator[list[int]]:
        """Cut the clips, by length, into batches within the budget; yields their indices."""
        batch: list[int] = []
        heard = 0
        for i in sorted(range(len(clips)), key=lambda i: len(clips[i])):
            n = len(clips[i])
            each = rung(n) if self.door.pads else max(n, round((self.door.padded_seconds or 0.0) * self.door.rate))
            together = (len(batch) + 1) * each
            if self.door.padded_seconds is not None:
                fits = True
            elif self.door.pads:
                fits = together - (heard + n) <= MOST_PADDING * together
            else:
                fits = not batch or n == len(clips[batch[0]])
            # The budget is asked each time: a batch may have run out of memory since.
            if batch and not (fits and together <= self._budget.seconds * self.door.rate):
                yield batch
                batch, heard = [], 0
            batch.append(i)
            heard += n
        if batch:
            yield batch

    def _seen(self, clips: list[np.ndarray]) -> tuple[float, float]:
        """Seconds that the model sees of a batch, and how many of them are padding."""
        door = self.door
        longest = max(len(clip) for clip in clips)
        each = door.padded_seconds or (rung(longest) if door.pads else longest) / door.rate
        if door.padded_seconds is not None and door.max_seconds is None:  # it hears what is longer in several passes
            seen = sum(max(each, len(clip) / door.rate) for clip in clips)
        else:
            seen = each * len(clips)
        return seen, max(0.0, seen - sum(min(len(clip) / door.rate, door.max_seconds or np.inf) for clip in clips))

    def _settled(self, begin: Begin, clips: list[np.ndarray], ended: list[Any] | Failed) -> list[Any]:
        """What a batch gave, or, where it failed as a whole, its parts."""
        if not isinstance(ended, Failed):
            self._saw(*self._seen(clips))
            return ended
        if ended.out_of_memory and torch.cuda.is_initialized():
            torch.cuda.empty_cache()
        if len(clips) == 1:
            return [ended.failure]
        if ended.out_of_memory:
            self._budget.ran_out(self._seen(clips)[0])
        size = (len(clips) + 1) // 2 if ended.out_of_memory else 1
        parts = (clips[i : i + size] for i in range(0, len(clips), size))
        return [result for part in parts for result in self._run(begin, part)]

    def _run(self, begin: Begin, clips: list[np.ndarray]) -> list[Any]:
        """One batch by itself, begun and waited for."""
        return self._settled(begin, clips, tried(lambda: list(begin(clips)())))


def _checked(result: Result) -> Result | Failure:
    """The result, or a failure if a number in it is NaN or infinite."""
    match result:
        case Transcript():
            numbers: np.ndarray = np.array([result.confidence, *(word.confidence for word in result.words)])
        case Scores():
            numbers = result.probabilities
        case Dimensions():
            numbers = np.array([result.arousal, result.dominance, result.valence])
        case _:
            numbers = result
    if np.isfinite(numbers).all():
        return result
    return Failure(Reason.NON_FINITE_OUTPUT, "the model gave NaN or infinite values")
