"""What computes the passes of a model: torch, or OpenVINO on a CPU."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    pass

TORCH, OPENVINO = "torch", "openvino"
ENGINES = (TORCH, OPENVINO)
INSTALL = "pip install 'earwitness[openvino]'"

COMPILED_KINDS = ("ctc", "classifier", "regressor", "embedder", "xvector")
"""The kinds of model that OpenVINO computes.  Whisper stays in torch: its loop of one token after the other
and the attention that gives the times of its words are transformers' own ``generate``."""


@dataclass(frozen=True)
class Engine:
    """What computes the passes of a model.

    Attributes:
        name: one of :data:`ENGINES`.
        streams: how many passes OpenVINO runs side by side: the threads of work that share the model.
        threads: of all of these passes together.  Torch has one number for the whole process, see
            :func:`transforms.threads.use_threads`, and heeds neither.
    """

    name: str = TORCH
    streams: int = 1
    threads: int = 1


IN_TORCH = Engine()


def is_installed() -> bool:
    """Whether OpenVINO is there; it is not loaded for that."""
    return find_spec("openvino") is not None


def best_engine(device: str, kind: str) -> str:
    """What ``auto`` means: OpenVINO on a CPU where it is installed and computes such models, else torch.

    Args:
        kind: one of the values of :data:`transforms.models.kinds.KINDS`.
    """
    fits = torch.device(device).type == "cpu" and kind in COMPILED_KINDS
    return OPENVINO if fits and is_installed() else TORCH


def engine_refusal(device: str, engine: str) -> str | None:
    """Why an engine cannot compute on a device, in one line; None if it can."""
    if engine == OPENVINO and torch.device(device).type != "cpu":
        return f"OpenVINO computes on CPUs here, not on {device}: take torch"
    if engine == OPENVINO and not is_installed():
        return f"OpenVINO is not installed: {INSTALL}"
    return None
