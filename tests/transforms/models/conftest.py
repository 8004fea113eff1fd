"""Tiny checkpoints of the real classes and clips of every length."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soxr
import torch

from demo.untrained.checkpoints import build
from demo.untrained.sounds import voices
from transforms.models.engines import OPENVINO, TORCH, Engine

Samples = np.ndarray
LENGTHS_S = (0.5, 1.0, 1.0, 2.3, 5.0, 9.7, 12.0, 2.3, 30.0)


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Tiny models gain nothing from threads, which on busy cores wait for each other: five times the CPU time."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(params=(TORCH, OPENVINO))
def engine(request: pytest.FixtureRequest) -> Engine:
    """Torch and OpenVINO, for two passes at once on one thread each."""
    return Engine(request.param, streams=2, threads=2)


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a checkpoint of some kind, built when it is first asked for."""
    root = tmp_path_factory.mktemp("checkpoints")

    @cache
    def built(kind: str) -> Path:
        return build(kind, root / kind)

    return built


@pytest.fixture(scope="session")
def speech() -> list[Samples]:
    """Made-up speakers at 16 kHz, 12 s each."""
    spoken = voices(16_000, 4, 6.0, seed=7)
    return [np.concatenate([one, other]) for one in spoken for other in spoken if one is not other]


@pytest.fixture(scope="session")
def mixed_clips(speech: list[Samples]) -> Callable[..., list[Samples]]:
    """Clips of mixed lengths, in no order: from the shortest that a door takes up to 30 s or `longest_s`."""

    def cut(rate: int, min_samples: int, longest_s: float = 30.0) -> list[Samples]:
        lengths = [min_samples, min_samples + 1, *(round(rate * min(s, longest_s)) for s in LENGTHS_S)]
        talks = [*speech[: len(lengths) - 1], np.concatenate(speech[-3:])]
        # From the end: the made-up speakers begin softly.
        clips = [soxr.resample(talk, 16_000, rate)[-length:] for talk, length in zip(talks, lengths, strict=True)]
        assert [len(clip) for clip in clips] == lengths
        return [clips[i] for i in np.random.default_rng(0).permutation(len(clips))]

    return cut
