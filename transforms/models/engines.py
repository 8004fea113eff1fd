"""What computes the passes of a model: torch, OpenVINO on a CPU, or for Whisper CTranslate2."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec

from schemas.devices import CPU, kind_of

TORCH, OPENVINO, CTRANSLATE2 = "torch", "openvino", "ctranslate2"
ENGINES = (TORCH, OPENVINO, CTRANSLATE2)
TITLES = {TORCH: "PyTorch", OPENVINO: "OpenVINO", CTRANSLATE2: "CTranslate2"}
"""What each is called in a text."""

INSTALL = {OPENVINO: "pip install openvino", CTRANSLATE2: "pip install ctranslate2"}

COMPUTED = {
    OPENVINO: ("ctc", "transducer", "classifier", "regressor", "embedder", "xvector"),
    CTRANSLATE2: ("whisper",),
}
"""The kinds of model that an engine beside torch computes.  Whisper is no plain pass: its loop of one token after the
other, and the attention that gives the times of its words, are CTranslate2's own or transformers' ``generate``."""


@dataclass(frozen=True)
class Engine:
    """What computes the passes of a model.

    Attributes:
        name: one of :data:`ENGINES`.
        streams: how many passes run side by side: the threads of work that share the model.
        threads: of all of these passes together.  Torch has one number for the whole process, see
            :func:`transforms.threads.use_threads`, and heeds neither.
    """

    name: str = TORCH
    streams: int = 1
    threads: int = 1


IN_TORCH = Engine()


def is_installed(engine: str) -> bool:
    """Whether an engine is there; it is not loaded for that."""
    return engine == TORCH or find_spec(engine) is not None


def best_engine(device: str, kind: str) -> str:
    """What ``auto`` means: on a CPU the engine that computes such models, where it is installed; else torch.

    Args:
        kind: one of the values of :data:`transforms.models.kinds.KINDS`.
    """
    if kind_of(device) == CPU:
        return next((e for e, kinds in COMPUTED.items() if kind in kinds and is_installed(e)), TORCH)
    return TORCH


def engine_refusal(device: str, engine: str) -> str | None:
    """Why an engine cannot compute on a device, in one line; None if it can."""
    kind = kind_of(device)
    if engine == OPENVINO and kind != "cpu":
        return f"OpenVINO computes on CPUs here, not on {device}: take torch"
    if not is_installed(engine):
        return f"{TITLES[engine]} is not installed: {INSTALL[engine]}"
    if engine == CTRANSLATE2 and kind == "cuda":
        import ctranslate2

        if not ctranslate2.get_cuda_device_count():
            return "CTranslate2 sees no GPU on this machine: take torch"
    return None
