"""A model's passes computed by OpenVINO, called as the model in torch is called."""

from __future__ import annotations

import sys
import threading
import warnings
from dataclasses import replace
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from transforms.models.engines import TORCH, Engine
from transforms.models.loaded import Loaded

HINTS = {"fp32": "f32", "bf16": "bf16"}
"""OpenVINO's names.  Left to itself it takes bf16 wherever the CPU has it."""

CACHED_SHAPES = 64
"""How many compiled operators OpenVINO keeps a stream, each for one shape.

Without a bound it keeps them all, and nearly every segment has a length of its own: of wav2vec2-base
300 lengths took 1.4 GB.  With this they take 0.1 GB, in the same time.
"""

WITHOUT_SNIPPETS = {"SNIPPETS_MODE": "DISABLE"}
"""For waveforms.  OpenVINO 2026.4 joins attention into one generated operator, which after a first clip of
a single frame is wrong for all that follow: logits off by 4 where without it they are off by 1e-5.  Apart it
is as fast at these lengths.
"""


def in_engine(loaded: Loaded, engine: Engine, output: str) -> Loaded:
    """The model as the engine computes it, called as before.

    Args:
        loaded: in torch, with whatever changes its passes already made; its weights belong to the engine from now on.
        output: the attribute of what a pass gives that is read.
    """
    if engine.name == TORCH:
        return loaded
    return replace(loaded, model=compiled(loaded, engine, output))


def compiled(loaded: Loaded, engine: Engine, output: str) -> Any:
    """A stand-in for ``loaded.model``, whose weights are given up.

    It has the model's attributes and its call, with ``output`` alone in what it gives; of CLAP
    ``get_audio_features`` is computed by OpenVINO, the tower for texts stays in torch.

    Args:
        loaded: in float32 on a CPU.

    Raises:
        ValueError: this CPU cannot compute in the precision of ``loaded``.
    """
    model, config = loaded.model, loaded.model.config
    if config.model_type == "clap":
        extractor = loaded.extractor
        views = 4 if extractor.truncation == "fusion" else 1
        frames = extractor.nb_max_samples // extractor.hop_length + 1
        passes = Passes(_AudioTower(model), (views, frames, extractor.feature_size), loaded.precision, engine)
        model.audio_model.to("meta")
        model.audio_projection.to("meta")
        return CompiledClap(model, passes)
    if config.model_type == "audio-spectrogram-transformer":
        shape: tuple[int, ...] = (config.max_length, config.num_mel_bins)
        passes = Passes(_Output(model, output), shape, loaded.precision, engine)
    else:
        passes = Passes(_Output(model, output), (None,), loaded.precision, engine, example=loaded.rate)
    model.to("meta")  # what is left can still be asked for its config, and how many frames it makes of samples
    return CompiledModel(model, passes, output)


class Passes:
    """Passes of one module, for any number of rows; threads may run them side by side.

    Args:
        module: from one tensor to one, float32.
        shape: of a row; None for an axis of any length.
        precision: ``fp32`` or ``bf16``; in and out it is float32.
        example: the length of such an axis while the module is traced.

    Raises:
        ValueError: this CPU cannot compute in the precision.
    """

    def __init__(
        self,
        module: nn.Module,
        shape: tuple[int | None, ...],
        precision: str,
        engine: Engine,
        example: int = 1,
    ) -> None:
        openvino = load_openvino()
        rows = torch.zeros(2, *(axis or example for axis in shape))
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the tracer's, about every number that it takes for a constant
            traced = openvino.convert_model(
                module,
                example_input=rows,
                input=openvino.PartialShape([-1, *(-1 if axis is None else axis for axis in shape)]),
            )
        settings = WITHOUT_SNIPPETS if None in shape else {}
        self._compiled = core().compile_model(
            traced,
            "CPU",
            {
                "INFERENCE_PRECISION_HINT": HINTS[precision],
                "NUM_STREAMS": engine.streams,
                "INFERENCE_NUM_THREADS": engine.threads,
                "ENABLE_CPU_PINNING": False,  # other processes and torch's own threads are at work, too
                "DYNAMIC_QUANTIZATION_GROUP_SIZE": 0,  # numbers are of the precision that was asked for, all of them
                "CPU_RUNTIME_CACHE_CAPACITY": CACHED_SHAPES,
                **settings,
            },
        )
        takes = self._compiled.get_property("INFERENCE_PRECISION_HINT").to_string()
        if takes != HINTS[precision]:
            raise ValueError(f"OpenVINO cannot compute in {precision} on this CPU, it takes {takes}: take fp32")
        # As many as there were passes at once; a request is for one thread at a time and holds the memory of a pass.
        self._idle: list[Any] = []
        self._lock = threading.Lock()

    def __call__(self, values: Tensor) -> Tensor:
        """One pass, float32 [n_rows, ...] to float32 [n_rows, ...]."""
        with self._lock:
            request = self._idle.pop() if self._idle else self._compiled.create_infer_request()
        given = values.contiguous().numpy()
        out = torch.from_numpy(request.infer([given], share_inputs=True)[0])  # a request that failed is not kept
        with self._lock:
            self._idle.append(request)
        # Compiled operators may lose a NaN: the greater of NaN and 0 is 0 to them.
        broken = ~np.isfinite(given).reshape(len(given), -1).all(axis=1)
        if broken.any():
            out[torch.from_numpy(broken)] = torch.nan
        return out


class _StandIn:
    """Everything but the passes is the model's own."""

    def __init__(self, model: Any, passes: Passes) -> None:
        self._model = model
        self._passes = passes

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)


class CompiledModel(_StandIn):
    """In the place of a model that gives one tensor for waveforms or spectra."""

    def __init__(self, model: Any, passes: Passes, output: str) -> None:
        super().__init__(model, passes)
        self._output = output

    def __call__(self, input_values: Tensor, attention_mask: Tensor | None = None) -> SimpleNamespace:
        """As the model in torch, each row as if it were alone.

        Args:
            input_values: float32 [n_rows, n_samples], or spectra [n_rows, n_frames, n_mels].
            attention_mask: [n_rows, n_samples], 1 for samples and then 0 for padding; rows of one length run
                together and without their padding.  Behind the frames of a shorter row come zeros.
        """
        if attention_mask is None:
            return SimpleNamespace(**{self._output: self._passes(input_values)})
        lengths = attention_mask.sum(-1)
        parts = {int(n): self._passes(input_values[lengths == n, : int(n)]) for n in lengths.unique()}
        longest = max(parts.values(), key=lambda part: part.shape[1:])
        out = longest.new_zeros(len(input_values), *longest.shape[1:])
        for n, part in parts.items():
            rows = torch.nonzero(lengths == n)[:, 0]
            if part.ndim == out.ndim == 3:
                out[rows, : part.shape[1]] = part
            else:
                out[rows] = part
        return SimpleNamespace(**{self._output: out})


class CompiledClap(_StandIn):
    """In the place of CLAP: sounds by OpenVINO, texts by torch."""

    def get_audio_features(self, input_features: Tensor, is_longer: Tensor) -> SimpleNamespace:
        """Float32 [n_rows, n_views, n_frames, n_mels] to ``pooler_output`` [n_rows, dimension].

        Args:
            is_longer: not read: all rows of a fused checkpoint are marked, and none of another.
        """
        return SimpleNamespace(pooler_output=self._passes(input_features))


class _Output(nn.Module):
    """One attribute of what a model gives."""

    def __init__(self, model: nn.Module, output: str) -> None:
        super().__init__()
        self.model = model
        self.output = output

    def forward(self, values: Tensor) -> Tensor:
        return getattr(self.model(values), self.output)


class _AudioTower(nn.Module):
    """CLAP's vectors of sounds."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, values: Tensor) -> Tensor:
        marked = torch.ones(values.shape[0], 1, dtype=torch.bool)
        return self.model.get_audio_features(input_features=values, is_longer=marked).pooler_output


@cache
def core() -> Any:
    """OpenVINO, once for this process and never given up.

    With one for each model its threads end with the last model that there is, and begin anew with the next.
    Others report crashes of that (github.com/ultralytics/ultralytics/pull/25864); here none was reproduced.
    """
    return load_openvino().Core()


def load_openvino() -> Any:
    """The library, which sends nothing.

    By itself it reports its import and every conversion to its makers, without asking, and writes an
    identifier into the home folder.  It does without where the package ``openvino_telemetry`` is not found.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino
    from openvino.tools.ovc import convert_impl, telemetry_stub, telemetry_utils, utils

    for module in (convert_impl, telemetry_utils, utils):
        module.tm = telemetry_stub  # where somebody else imported it before
    return openvino
