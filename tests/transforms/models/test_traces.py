"""A trace is made once on a machine, anew where the checkpoint or what is traced is another."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from demo.untrained.checkpoints import build
from transforms.models import traces
from transforms.models.checkpoint import Checkpoint, Located
from transforms.models.engines import Engine
from transforms.models.passes import Passes, traced
from transforms.models.traces import kept_trace


class Doubled(nn.Module):
    def forward(self, values: torch.Tensor) -> torch.Tensor:
        return 2 * values


@pytest.fixture
def located(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Located:
    monkeypatch.setenv("EARWITNESS_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "emotions"
    build("hubert_emotion", folder)
    return Located("emotions", Checkpoint(str(folder)), folder, None)


class Traced:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> Any:
        self.times += 1
        return traced(Doubled(), (None,), example=7)


def doubles(model: Any, keeps: Any) -> bool:
    values = torch.from_numpy(np.random.default_rng(1).normal(size=(3, 11)).astype(np.float32))
    return torch.equal(Passes(model, "fp32", Engine("openvino"), keeps)(values), 2 * values)


def test_it_is_read_back(located: Located) -> None:
    trace = Traced()
    for _ in range(2):
        assert doubles(*kept_trace(located, "doubled", trace))
    assert trace.times == 1


def test_another_checkpoint_or_module_is_traced_anew(located: Located) -> None:
    trace = Traced()
    kept_trace(located, "doubled", trace)
    kept_trace(located, "tripled", trace)
    weights = located.folder / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    kept_trace(located, "doubled", trace)
    assert trace.times == 3


def test_what_is_large_or_has_no_place_is_traced_each_time(located: Located, monkeypatch: pytest.MonkeyPatch) -> None:
    trace = Traced()
    with monkeypatch.context() as patched:
        patched.setattr(traces, "MOST_BYTES", 1)
        for _ in range(2):
            assert doubles(*kept_trace(located, "doubled", trace))
    assert trace.times == 2

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(traces, "_write", full)
    assert doubles(*kept_trace(located, "doubled", trace))
    assert not any(Path(os.environ["EARWITNESS_CACHE"]).rglob(".growing-*"))
