"""On what a run's models run: device, precision and engine, where the user leaves the choice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pipelines.run.runner import Runner, at_once
from pipelines.workers.machine import gpus_here
from schemas.config import Config
from schemas.devices import AUTO, CPU, CUDA, INT8, kind_of, numbers_of
from schemas.errors import UsageError
from transforms.models.engines import (
    COMPUTED,
    OPENVINO,
    TITLES,
    TORCH,
    Engine,
    best_engine,
    engine_refusal,
)


@dataclass(frozen=True)
class Placement:
    """Where one model runs and in which numbers."""

    device: str
    precision: str
    engine: Engine


def check_placement(config: Config) -> None:
    """Whether this machine can do what the user asks for.

    Raises:
        UsageError: no GPU, no such engine, an engine or a precision that the device does not compute in.
    """
    if kind_of(config.device) == CUDA:
        gpus = _gpus()
        if not gpus:
            raise UsageError(f"--device {config.device}: torch sees no GPU on this machine")
        for number in numbers_of(config.device) or ():
            if number >= gpus:
                there = ", ".join(f"cuda:{i}" for i in range(gpus))
                raise UsageError(f"--device {config.device}: this machine has {there}")
    if config.engine == AUTO:
        return
    if reason := engine_refusal(_device(config), config.engine):
        raise UsageError(f"--engine {config.engine}: {reason}")
    if config.engine == TORCH or config.precision == AUTO:
        return
    from transforms.models.precision import refusal

    if reason := refusal(_device(config), config.precision, config.engine):
        raise UsageError(f"--precision {config.precision}: {reason}")


def placed(config: Config, kind: str, runner: Runner) -> Placement:
    """What the configuration means for a model of some kind (see :data:`transforms.models.kinds.KINDS`).

    What is left to us goes by this machine: the fastest that keeps the results.  Workers elsewhere may have
    other CPUs, and no OpenVINO; a bundle that runs twice has to give the same rows: there it is torch in fp32.
    """
    from transforms.models.precision import best_precision, refusal

    device = _device(config)
    here = runner.is_local or device != "cpu"
    engine = _engine(config, device, kind) if here or config.engine != AUTO else TORCH
    precision: str = config.precision
    if precision == AUTO or (precision == INT8 and refusal(device, INT8, engine)):
        precision = best_precision(device, kind, engine) if here else "fp32"
    streams = at_once(runner)
    return Placement(device, precision, Engine(engine, streams, streams))


def _engine(config: Config, device: str, kind: str) -> str:
    """The engine of a model: the one that was asked for where it computes such models, else torch."""
    if config.engine != AUTO:
        return config.engine if kind in COMPUTED.get(config.engine, ()) else TORCH
    from transforms.models.precision import cpu_has_bf16, refusal

    engine = best_engine(device, kind)
    # In bf16 on a CPU that has none OpenVINO refuses, where torch is only slow; CTranslate2 does not know it there.
    if engine == OPENVINO and config.precision == "bf16" and not cpu_has_bf16():
        return TORCH
    refused = config.precision not in (AUTO, INT8) and refusal(device, config.precision, engine)
    return TORCH if refused else engine


def placement_notes(config: Config, kinds: Mapping[str, str]) -> list[str]:
    """What the user should know: jobs, given with their kinds of model, that are not computed as was asked for."""
    notes: list[str] = []
    if config.engine in COMPUTED:
        left = [job for job, kind in kinds.items() if kind not in COMPUTED[config.engine]]
        if left:
            notes.append(
                f"--engine {config.engine}: {', '.join(left)} by torch, as {TITLES[config.engine]} has no such models"
            )
    if config.precision == INT8:
        notes.extend(_notes_on_int8(config, kinds))
    return notes


def _notes_on_int8(config: Config, kinds: Mapping[str, str]) -> Iterator[str]:
    from transforms.models.precision import cpu_has_vnni, refusal

    device = _device(config)
    engines = {job: _engine(config, device, kind) for job, kind in kinds.items()}
    reasons = {job: refusal(device, INT8, engine) for job, engine in engines.items()}
    for reason in dict.fromkeys(filter(None, reasons.values())):
        yield f"--precision int8: {', '.join(job for job in kinds if reasons[job] == reason)} as with auto: {reason}"
    slow = [job for job in kinds if engines[job] == OPENVINO and reasons[job] is None]
    if slow and not cpu_has_vnni():
        yield f"--precision int8: {', '.join(slow)} may be no faster for it, as this CPU has no VNNI"


def _asked(config: Config) -> bool:
    return config.engine == OPENVINO


def _device(config: Config) -> str:
    """OpenVINO is for the CPU: who asks for it and names no device means that."""
    if config.device != AUTO:
        numbers = numbers_of(config.device)
        return kind_of(config.device) if numbers is None else f"{CUDA}:{numbers[0]}"
    return CPU if _asked(config) or not _gpus() else CUDA


def devices_of(config: Config) -> list[str]:
    """Every device that a run may use: ``cpu``, or GPUs, as ``cuda:0``."""
    device = _device(config)
    if device == CPU:
        return [CPU]
    numbers = numbers_of(config.device)
    return [f"{CUDA}:{i}" for i in (range(_gpus()) if numbers is None else numbers)]


def _gpus() -> int:
    """How many GPUs there are; torch may have to be asked, and not every run comes to this question."""
    return len(gpus_here())


def for_a_worker(config: Config) -> Config:
    """The configuration as a worker has it, which sees no GPU but its own."""
    return replace(config, device=kind_of(config.device), workers=None)
