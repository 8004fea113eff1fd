"""Passes of shapes that come again, played back as CUDA graphs: one call instead of a thousand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor

from transforms.models.faults import is_device_lost, is_out_of_memory
from transforms.models.loaded import Loaded

MOST = 0
"""Graphs that a model may keep; none, as they were hardly worth their memory.

With 8, sixteen workers of an H200 heard 1,276 times as fast as real time behind their first ten seconds, and without
1,249 times; each took 0.35 GB more of the GPU.
"""

KINDS = ("audio-spectrogram-transformer", "clap")
"""Types of models that get them: those that hear windows, of which nearly every batch has one shape."""

SEEN_BEFORE = 2
"""Passes of a shape before it is recorded: they choose kernels, and show that it comes again."""

Recorded = tuple[dict[str, Tensor], Callable[[], None], Tensor]
"""Where a graph reads its input, what plays it, and where it leaves its output."""


def with_graphs(loaded: Loaded, output: str) -> Loaded:
    """The model with its passes played back, called as before; on a CPU, or without graphs, as it is.

    Args:
        output: the attribute of what a pass gives that is read.
    """
    if loaded.device.type != "cuda" or MOST < 1 or loaded.model.config.model_type not in KINDS:
        return loaded
    return replace(loaded, model=Graphed(loaded.model, output, MOST))


class Graphed:
    """In the place of a model; everything but its passes is the model's own.

    What a pass gives is written over by the next one: it is read, or copied, before another thread has its turn
    (:func:`transforms.models.transfer.passing`).  A shape that cannot be recorded is computed as ever, and no other is
    tried.

    Args:
        output: the attribute of what a pass gives that is read.
        most: graphs that are kept.
        record: records a pass with an input.
    """

    def __init__(
        self, model: Any, output: str, most: int, record: Callable[[Any, dict[str, Tensor]], Recorded] | None = None
    ) -> None:
        self._model = model
        self._output = output
        self._most = most
        self._record = record or Recorder()
        self._graphs: dict[Any, Recorded] = {}
        self._seen: Counter[Any] = Counter()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def __call__(self, **inputs: Tensor) -> SimpleNamespace:
        """The output of the model's own call."""
        return self._play(self._model, inputs)

    def get_audio_features(self, **inputs: Tensor) -> SimpleNamespace:
        """The output of CLAP's tower for sounds."""
        return self._play(self._model.get_audio_features, inputs)

    def _play(self, call: Callable[..., Any], inputs: dict[str, Tensor]) -> SimpleNamespace:
        shape = tuple((name, tensor.shape, tensor.dtype) for name, tensor in sorted(inputs.items()))
        graph = self._graphs.get(shape) or self._recorded(shape, call, inputs)
        if graph is None:
            return SimpleNamespace(**{self._output: getattr(call(**inputs), self._output)})
        reads, play, out = graph
        for name, tensor in inputs.items():
            reads[name].copy_(tensor, non_blocking=True)
        play()
        return SimpleNamespace(**{self._output: out})

    def _recorded(self, shape: Any, call: Callable[..., Any], inputs: dict[str, Tensor]) -> Recorded | None:
        """A new graph, where the shape has come often enough and there is room for one."""
        self._seen[shape] += 1
        if self._seen[shape] <= SEEN_BEFORE or len(self._graphs) >= self._most:
            return None
        try:
            made = self._record(lambda **given: getattr(call(**given), self._output), inputs)
        except RuntimeError as error:
            if is_device_lost(error) or is_out_of_memory(error):
                raise
            self._most = 0  # the graphs that there are go on
            return None
        self._graphs[shape] = made
        return made


class Recorder:
    """Records passes on a GPU.  All of its graphs take their memory from one pool: they are never played at once."""

    def __init__(self) -> None:
        self._pool: Any = None

    def __call__(self, call: Callable[..., Tensor], inputs: dict[str, Tensor]) -> Recorded:
        """Record the pass that ``call`` makes of such input.

        Raises:
            RuntimeError: it asks the device for something while it runs, or the device ran out of memory.
        """
        if self._pool is None:
            self._pool = torch.cuda.graph_pool_handle()
        reads = {name: tensor.clone() for name, tensor in inputs.items()}
        graph = torch.cuda.CUDAGraph()
        # Other threads of this process may allocate and wait meanwhile.
        with torch.cuda.graph(graph, pool=self._pool, capture_error_mode="thread_local"):
            out = call(**reads)
        return reads, graph.replay, out
