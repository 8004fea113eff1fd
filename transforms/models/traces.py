"""A model's module as OpenVINO has it, traced once on this machine: to trace takes a second or two for each model."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from transforms.models.checkpoint import Located, size_of
from transforms.models.conversions import Conversion, conversion, place_of
from transforms.models.remembered import own_source
from transforms.openvino import core, load_openvino

MOST_BYTES = 1 << 29
"""The largest weights of which a second copy is kept.  A larger model takes longer than its trace to load."""

ROOM, MODEL = "traces", "model.xml"


def kept_trace(located: Located, what: str, trace: Callable[[], Any]) -> tuple[Any, Conversion | None]:
    """The traced module, made now or read back, and what has to stay while it is used.

    It is kept by the hash of the checkpoint, the versions of the libraries, and Earwitness' own source of models, so
    that whatever changes a pass is traced anew.  Where there is no room for it, it is made each time.

    Args:
        what: of the checkpoint is traced, and with which shapes.
    """
    place = place_of(located, ROOM, f"{what} {_made_by()}") if size_of(located) <= MOST_BYTES else None
    if place is None:
        return trace(), None
    try:
        folder = conversion(place, lambda folder: _write(trace(), folder))
    except OSError:
        return trace(), None
    return core().read_model(folder.folder / MODEL), folder


def _write(model: Any, folder: Path) -> None:
    load_openvino().save_model(model, folder / MODEL, compress_to_fp16=False)


def _made_by() -> str:
    return " ".join([*(f"{name} {version(name)}" for name in ("openvino", "torch", "transformers")), own_source()])
