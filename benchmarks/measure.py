"""Contenders timed in turn, A B C A B C ..., so that whatever else the machine does falls on all of them."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

import torch
from threadpoolctl import threadpool_limits

K = TypeVar("K")
T = TypeVar("T")


@dataclass(frozen=True)
class Spread:
    """The median of what was measured, and its extremes: with a handful of rounds there are no quartiles."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Patience:
    """How long to measure.

    Attributes:
        rounds: the most rounds.
        least: the fewest, whatever they take.
        seconds: no further round is begun that would probably end after so long.
        say: takes a line on how far it is.
    """

    rounds: int = 5
    least: int = 2
    seconds: float = float("inf")
    say: Callable[[str], None] = field(default=lambda line: None, compare=False)

    def share(self, part: float) -> Patience:
        """The patience for a part of the work, in (0, 1]."""
        return replace(self, seconds=self.seconds * part)


def interleaved(contenders: Mapping[K, Callable[[], T]], patience: Patience) -> dict[K, list[T]]:
    """Call all contenders once a round; what each gave, a value for each round."""
    results: dict[K, list[T]] = {name: [] for name in contenders}
    began = time.perf_counter()
    for done in range(patience.rounds):
        spent = time.perf_counter() - began
        if done >= patience.least and spent * (done + 1) / done > patience.seconds:
            break
        patience.say(f"  round {done + 1} of at most {patience.rounds}")
        for name, contender in contenders.items():
            results[name].append(contender())
    return results


def timed(call: Callable[[], object], threads: int | None = None) -> Callable[[], float]:
    """A contender that gives the wall seconds of ``call``.

    Args:
        threads: of torch and BLAS during the call; None leaves them as they are.
    """

    def seconds() -> float:
        gc.collect()
        with using_threads(threads):
            began = time.perf_counter()
            call()
            return time.perf_counter() - began

    return seconds


def spread(values: Sequence[float]) -> Spread:
    """Of at least one value."""
    return Spread(statistics.median(values), min(values), max(values))


def ratios(above: Sequence[float], below: Sequence[float]) -> Spread:
    """The spread of the rounds' own ratios: what both contenders suffered in a round cancels out."""
    return spread([a / b for a, b in zip(above, below, strict=True)])


def rates(amount: float, seconds: Sequence[float]) -> Spread:
    """``amount`` (seconds of audio) over each of ``seconds``."""
    return spread([amount / s for s in seconds])


def beyond(seconds: Sequence[float], start_up: Sequence[float]) -> list[float]:
    """Each round's seconds less its start-up; where that is all there was, the resolution of the clock is left."""
    resolution = time.get_clock_info("perf_counter").resolution
    return [max(whole - start, resolution) for whole, start in zip(seconds, start_up, strict=True)]


@contextmanager
def using_threads(n: int | None) -> Iterator[None]:
    """Torch's operators and BLAS with ``n`` threads, and afterwards as before."""
    if n is None:
        yield
        return
    before = torch.get_num_threads()
    torch.set_num_threads(n)
    try:
        with threadpool_limits(n, user_api="blas"):
            yield
    finally:
        torch.set_num_threads(before)
