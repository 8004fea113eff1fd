"""OpenVINO itself: a module traced and compiled, called with tensors of torch."""

from __future__ import annotations

import threading
import warnings
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from transforms.models.engines import Engine
from transforms.models.precision import cpu_has_bf16
from transforms.models.weights import quiet
from transforms.openvino import core, load_openvino

HINTS = {"fp32": "f32", "bf16": "bf16"}
"""OpenVINO's names.  Left to itself it takes bf16 wherever the CPU has it."""

CACHED_SHAPES = 64
"""How many compiled operators OpenVINO keeps a stream, each for one shape.

Without a bound it keeps them all, and nearly every segment has a length of its own: of wav2vec2-base
300 lengths took 1.4 GB.  With this they take 0.1 GB, in the same time.
"""

WITHOUT_SNIPPETS = {"SNIPPETS_MODE": "DISABLE"}
"""For what has any length.  OpenVINO 2026.4 joins attention into one generated operator, which after a first clip of
a single frame is wrong for all that follow: logits off by 4 where without it they are off by 1e-5.  Apart it
is as fast at these lengths.
"""


class Passes:
    """Passes of one model, for any number of rows; threads may run them side by side.

    Args:
        model: from one tensor to one, float32, as OpenVINO has it: of :func:`traced`.
        precision: ``fp32``, ``bf16``, or ``int8`` of a model that was made so; in and out it is float32.
        keeps: what has to stay while the passes do.

    Raises:
        ValueError: this CPU cannot compute in the precision.
    """

    def __init__(self, model: Any, precision: str, engine: Engine, keeps: Any = None) -> None:
        self._keeps = keeps
        hint = HINTS.get(precision) or HINTS["bf16" if cpu_has_bf16() else "fp32"]  # of what is not rounded
        settings = WITHOUT_SNIPPETS if any(axis.is_dynamic for axis in list(model.inputs[0].partial_shape)[1:]) else {}
        self._compiled = core().compile_model(
            model,
            "CPU",
            {
                "INFERENCE_PRECISION_HINT": hint,
                "NUM_STREAMS": engine.streams,
                "INFERENCE_NUM_THREADS": engine.threads,
                "ENABLE_CPU_PINNING": False,  # other processes and torch's own threads are at work, too
                "DYNAMIC_QUANTIZATION_GROUP_SIZE": 0,  # numbers are of the precision that was asked for, all of them
                "CPU_RUNTIME_CACHE_CAPACITY": CACHED_SHAPES,
                **settings,
            },
        )
        settled = self._compiled.get_property("INFERENCE_PRECISION_HINT").to_string()
        if settled != hint:
            raise ValueError(f"OpenVINO cannot compute in {precision} on this CPU, it takes {settled}: take fp32")
        # As many as there were passes at once; a request is for one thread at a time and holds the memory of a pass.
        self._idle: list[Any] = []
        self._lock = threading.Lock()

    def __call__(self, values: Tensor, mask: Tensor | None = None) -> Tensor:
        """One pass, float32 [n_rows, ...] to float32 [n_rows, ...].

        Args:
            mask: bool [n_rows, n_frames], where the module takes one.
        """
        with self._lock:
            request = self._idle.pop() if self._idle else self._compiled.create_infer_request()
        given = values.contiguous().numpy()
        inputs = [given] if mask is None else [given, mask.numpy()]
        out = torch.from_numpy(request.infer(inputs, share_inputs=True)[0])  # a request that failed is not kept
        with self._lock:
            self._idle.append(request)
        # Compiled operators may lose a NaN: the greater of NaN and 0 is 0 to them.
        broken = ~np.isfinite(given).reshape(len(given), -1).all(axis=1)
        if broken.any():
            out[torch.from_numpy(broken)] = torch.nan
        return out


def traced(module: nn.Module, shape: tuple[int | None, ...], example: int = 1, masked: bool = False) -> Any:
    """A module as OpenVINO has it.

    Args:
        module: from one tensor to one, float32.
        shape: of a row; None for an axis of any length.
        example: the length of such an axis while the module is traced.
        masked: the module also takes a mask, bool [n_rows, n_frames].
    """
    openvino = load_openvino()
    rows = torch.zeros(2, *(axis or example for axis in shape))
    takes = [openvino.PartialShape([-1, *(-1 if axis is None else axis for axis in shape)])]
    if masked:
        takes.append(openvino.PartialShape([-1, -1]))
    example_rows = (rows, torch.ones(rows.shape[:2], dtype=torch.bool)) if masked else (rows,)
    # The tracer reads every attribute, and transformers warns of one that is for training.
    with torch.no_grad(), warnings.catch_warnings(), quiet():
        warnings.simplefilter("ignore")  # the tracer's, about every number that it takes for a constant
        # OpenVINO's own tracing traces again to see whether it comes out the same: most of its time.
        script = torch.jit.trace(module, example_rows, check_trace=False, strict=False)
        return openvino.convert_model(script, input=takes)
