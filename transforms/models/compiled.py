"""A model's passes computed by OpenVINO, called as the model in torch is called."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from schemas.devices import INT8
from transforms.models.engines import TORCH, Engine
from transforms.models.features import clap_inputs, filter_banks, waveforms
from transforms.models.loaded import Loaded
from transforms.models.passes import Passes, traced
from transforms.models.spectra import MAKERS, spectra_of
from transforms.models.traces import kept_trace

TRACED_SECONDS = 2.0
"""Audio in what a module is traced with."""


def in_engine(loaded: Loaded, engine: Engine, output: str, kind: str) -> Loaded:
    """The model as the engine computes it, called as before.

    Args:
        loaded: in torch, with whatever changes its passes already made; its weights belong to the engine from now on.
        output: the attribute of what a pass gives that is read.
        kind: one of the values of :data:`transforms.models.kinds.KINDS`.

    Raises:
        ModelError: it cannot be made int8.
    """
    if engine.name == TORCH:
        return loaded
    return replace(loaded, model=compiled(loaded, engine, output, kind))


def compiled(loaded: Loaded, engine: Engine, output: str, kind: str) -> Any:
    """A stand-in for ``loaded.model``, whose weights are given up.

    It has the model's attributes and its call, with ``output`` alone in what it gives; of CLAP and of transducers
    ``get_audio_features`` is computed by OpenVINO, the tower for texts and what reads on from token to token stay in
    torch.

    Args:
        loaded: in float32 on a CPU.

    Raises:
        ValueError: this CPU cannot compute in the precision of ``loaded``.
    """
    model, config, extractor = loaded.model, loaded.model.config, loaded.extractor
    made = partial(_passes, loaded, engine, kind)
    if config.model_type == "clap":
        views = 4 if extractor.truncation == "fusion" else 1
        frames = extractor.nb_max_samples // extractor.hop_length + 1
        passes = made(_AudioTower(model), (views, frames, extractor.feature_size))
        model.audio_model.to("meta")
        model.audio_projection.to("meta")
        return CompiledClap(model, passes)
    transducer = hasattr(model, "joint")
    module = _Encoder(model) if transducer else Output(model, output)
    if config.model_type == "audio-spectrogram-transformer":
        passes = made(module, (config.max_length, config.num_mel_bins))
    elif type(extractor).__name__ in MAKERS:
        rows, width = _spectrum(loaded)
        passes = made(module, (None, width), example=rows, masked=True)
    else:
        passes = made(module, (None,), example=loaded.rate)
    if transducer:
        model.encoder.to("meta")
        model.encoder_projector.to("meta")
        return CompiledTransducer(model, passes)
    model.to("meta")  # what is left can still be asked for its config, and how many frames it makes of samples
    return CompiledModel(model, passes, output)


def _passes(
    loaded: Loaded,
    engine: Engine,
    kind: str,
    module: nn.Module,
    shape: tuple[int | None, ...],
    example: int = 1,
    masked: bool = False,
) -> Passes:
    """Passes of a module; its arguments are those of :func:`transforms.models.passes.traced`."""
    trace = partial(traced, module, shape, example, masked)
    if loaded.precision != INT8:
        what = f"{type(module).__name__} {kind} {shape} {example} {masked}"
        model, keeps = kept_trace(loaded.located, what, trace)
        return Passes(model, loaded.precision, engine, keeps)
    from transforms.models.quantised import Subject, quantised

    inputs = partial(_inputs, loaded)
    subject = Subject(loaded.located, kind, loaded.rate, trace, inputs, partial(Passes, engine=engine))
    model, folder = quantised(subject)
    return Passes(model, INT8, engine, keeps=folder)


def _inputs(loaded: Loaded, clip: np.ndarray) -> list[Tensor]:
    """What the passes are given of a clip: values, and a mask where they take one."""
    if loaded.model.config.model_type == "clap":
        return [clap_inputs(loaded, [clip])["input_features"]]
    if loaded.model.config.model_type == "audio-spectrogram-transformer":
        return [filter_banks(loaded, [clip])]
    if type(loaded.extractor).__name__ in MAKERS:
        made = spectra_of([clip], loaded.extractor, loaded.device)
        return [made.features, torch.arange(made.features.shape[1]) < made.frames[:, None]]
    return [waveforms(loaded, [clip])["input_values"]]


def _spectrum(loaded: Loaded) -> tuple[int, int]:
    """Rows that a model on spectra is traced with, and the numbers in a row.

    Granite Speech fills up the last of its blocks where the rows do not make whole ones.  The tracer takes for granted
    what is done to the rows that it is shown, so that there has to be something to fill, at each of the rates.
    """
    silence = np.zeros(round(TRACED_SECONDS * loaded.rate), np.float32)
    _, rows, width = spectra_of([silence], loaded.extractor, loaded.device).features.shape
    block = getattr(getattr(loaded.model.config, "encoder_config", None), "context_size", 0)
    while block > 1 and any((rows >> halvings) % block == 0 for halvings in range(4)):
        rows += 1
    return rows, width


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

    def __call__(
        self,
        input_values: Tensor | None = None,
        attention_mask: Tensor | None = None,
        input_features: Tensor | None = None,
    ) -> SimpleNamespace:
        """As the model in torch, each row as if it were alone.

        Args:
            input_values: float32 [n_rows, n_samples], or what AST hears, [n_rows, n_frames, n_mels].
            attention_mask: [n_rows, n_samples], 1 for samples and then 0 for padding; rows of one length run
                together and without their padding.  Behind the frames of a shorter row come zeros.
            input_features: in the place of ``input_values``, spectra of clips of one length, float32 [n_rows,
                n_frames, n_features], whose mask [n_rows, n_frames] the passes are given.
        """
        if input_values is None:
            assert input_features is not None
            made = self._passes(input_features, attention_mask)
        elif attention_mask is None:
            made = self._passes(input_values)
        else:
            made = self._by_length(input_values, attention_mask)
        return SimpleNamespace(**{self._output: made})

    def _by_length(self, values: Tensor, attention_mask: Tensor) -> Tensor:
        lengths = attention_mask.sum(-1)
        parts = {int(n): self._passes(values[lengths == n, : int(n)]) for n in lengths.unique()}
        longest = max(parts.values(), key=lambda part: part.shape[1:])
        out = longest.new_zeros(len(values), *longest.shape[1:])
        for n, part in parts.items():
            rows = torch.nonzero(lengths == n)[:, 0]
            if part.ndim == out.ndim == 3:
                out[rows, : part.shape[1]] = part
            else:
                out[rows] = part
        return out


class CompiledTransducer(_StandIn):
    """In the place of a transducer: its encoder by OpenVINO, what reads on from token to token by torch."""

    def get_audio_features(self, input_features: Tensor, attention_mask: Tensor) -> SimpleNamespace:
        """Spectra of clips of one length to ``pooler_output``, float32 [n_rows, n_steps, width].

        Args:
            input_features: float32 [n_rows, n_frames, n_mels].
            attention_mask: [n_rows, n_frames].
        """
        return SimpleNamespace(pooler_output=self._passes(input_features, attention_mask))


class CompiledClap(_StandIn):
    """In the place of CLAP: sounds by OpenVINO, texts by torch."""

    def get_audio_features(self, input_features: Tensor, is_longer: Tensor) -> SimpleNamespace:
        """Float32 [n_rows, n_views, n_frames, n_mels] to ``pooler_output`` [n_rows, dimension].

        Args:
            is_longer: not read: all rows of a fused checkpoint are marked, and none of another.
        """
        return SimpleNamespace(pooler_output=self._passes(input_features))


class Output(nn.Module):
    """One attribute of what a model gives."""

    def __init__(self, model: nn.Module, output: str) -> None:
        super().__init__()
        self.model = model
        self.output = output

    def forward(self, values: Tensor, attention_mask: Tensor | None = None) -> Tensor:
        made = self.model(values) if attention_mask is None else self.model(values, attention_mask=attention_mask)
        return getattr(made, self.output)


class _AudioTower(nn.Module):
    """CLAP's vectors of sounds."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, values: Tensor) -> Tensor:
        marked = torch.ones(values.shape[0], 1, dtype=torch.bool)
        return self.model.get_audio_features(input_features=values, is_longer=marked).pooler_output


class _Encoder(nn.Module):
    """What a transducer hears."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, values: Tensor, attention_mask: Tensor) -> Tensor:
        return self.model.get_audio_features(values, attention_mask=attention_mask).pooler_output
