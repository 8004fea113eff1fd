"""What reaches a model, kept while work is done, so that the bare forward passes can be run again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch

from transforms.models.door import Door

METHODS = ("get_audio_features", "generate")
"""What doors call of a model besides the model itself."""


@dataclass(frozen=True)
class Pass:
    """One call of a model.

    Attributes:
        rows: the size of the batch.
    """

    call: Callable[[], Any]
    rows: int


class Tape:
    """Stands in a model's place, does the same, and keeps what it was called with."""

    def __init__(self, model: Any, passes: list[Pass]) -> None:
        self._model = model
        self._passes = passes

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self._play(self._model, arguments, named)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._model, name)
        if name not in METHODS:
            return found
        return lambda *arguments, **named: self._play(found, arguments, named)

    def _play(self, call: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        first = next(value for value in (*arguments, *named.values()) if isinstance(value, torch.Tensor))
        self._passes.append(Pass(partial(call, *arguments, **named), len(first)))
        return call(*arguments, **named)


def record(doors: Iterable[Door], work: Callable[[], object]) -> list[Pass]:
    """Every call of the doors' models during ``work``, in the order of time.

    Raises:
        TypeError: a door that keeps its model elsewhere than in ``_loaded.model``.
    """
    passes: list[Pass] = []
    loaded: list[tuple[Any, Any]] = []
    for door in doors:
        held = getattr(door, "_loaded", None)
        if not hasattr(held, "model"):
            raise TypeError(f"{type(door).__name__} has no _loaded.model: benchmarks/tape.py has to follow it")
        loaded.append((door, held))
    try:
        for door, held in loaded:
            door._loaded = replace(held, model=Tape(held.model, passes))
        work()
    finally:
        for door, held in loaded:
            door._loaded = held
    return passes


def replay(passes: Sequence[Pass], device: str = "cpu") -> None:
    """The forward passes alone, one after the other in this thread: a new one would first have to be given memory."""
    for one in passes:
        _play(one)
    _wait(device)


def replay_side_by_side(passes: Sequence[Pass], device: str, workers: int, threads: int) -> None:
    """The same in ``workers`` threads of work, each pass begun as one is free.

    Args:
        threads: of torch's operators in each worker.
    """
    with ThreadPoolExecutor(workers, initializer=torch.set_num_threads, initargs=(threads,)) as pool:
        for _ in pool.map(_play, passes):
            pass
    _wait(device)


def _play(one: Pass) -> None:
    with torch.inference_mode():
        one.call()


def _wait(device: str) -> None:
    """A GPU is given its work and does it later."""
    if device.startswith("cuda"):
        torch.cuda.synchronize()
