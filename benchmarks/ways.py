"""The ways in which a model can be computed, named as the ``model`` column names them."""

from __future__ import annotations

from pathlib import Path

from schemas.devices import INT8
from transforms.models.door import Door
from transforms.models.engines import TORCH, Engine, best_engine
from transforms.models.jobs import describe, open_door
from transforms.models.precision import best_precision

AUTO = "auto"


def words_of(way: str) -> tuple[str, str]:
    """``bf16-openvino`` to precision and engine, as a run takes them.

    Torch where none is named; ``auto`` is both, and ``int8`` is by whatever computes it.
    """
    if way == AUTO:
        return AUTO, AUTO
    precision, _, engine = way.partition("-")
    return precision, engine or (AUTO if precision == INT8 else TORCH)


def opened(job: str, folder: Path, way: str, *, device: str, threads: int) -> Door:
    """The model of a job as a run would have it, for one pass at a time.

    Args:
        threads: of OpenVINO; torch's are set for the whole process.
    """
    precision, engine = words_of(way)
    kind = describe(job, str(folder)).kind
    if engine == AUTO:
        engine = best_engine(device, kind)
    if precision == AUTO:
        precision = best_precision(device, kind, engine)
    return open_door(
        job, str(folder), device=device, precision=precision, language="en", engine=Engine(engine, 1, threads)
    )
