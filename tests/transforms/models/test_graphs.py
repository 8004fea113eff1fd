"""Passes that are played back give what the model gives, and a model that cannot be recorded goes on without."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch

import transforms.models.graphs as graphs
from transforms.models.graphs import SEEN_BEFORE, Graphed, with_graphs
from transforms.models.jobs import open_door


class Doubles:
    """A model that counts its passes."""

    config = SimpleNamespace(model_type="clap")

    def __init__(self):
        self.passes = 0

    def __call__(self, x):
        self.passes += 1
        return SimpleNamespace(logits=2 * x, other=x)

    get_audio_features = __call__


def played(call, inputs):
    """Stands for a graph: reads from and writes to the same places each time."""
    reads = {name: tensor.clone() for name, tensor in inputs.items()}
    out = torch.empty_like(call(**reads))
    return reads, lambda: out.copy_(2 * reads["x"]), out


@pytest.mark.parametrize("method", ["__call__", "get_audio_features"])
def test_what_comes_again_is_played_back(method):
    model = Doubles()
    graphed = Graphed(model, "logits", 2, played)
    for i in range(10):
        given = torch.full((2, 3), float(i))
        assert torch.equal(getattr(graphed, method)(x=given).logits, 2 * given)
    assert model.passes == SEEN_BEFORE + 1  # and once to be recorded
    assert graphed.config is model.config


def test_graphs_are_few():
    model = Doubles()
    graphed = Graphed(model, "logits", 2, played)
    for _ in range(10):
        for n in (1, 2, 3):
            assert graphed(x=torch.ones(n)).logits.shape == (n,)
    assert model.passes == 2 * (SEEN_BEFORE + 1) + 10


def test_without_a_word_it_goes_on_as_ever():
    def refuse(call, inputs):
        raise RuntimeError("CUDA error: operation not permitted when stream is capturing")

    model = Doubles()
    graphed = Graphed(model, "logits", 4, refuse)
    assert all(torch.equal(graphed(x=torch.ones(n % 2 + 1)).logits, 2 * torch.ones(n % 2 + 1)) for n in range(10))
    assert model.passes == 10


@pytest.mark.parametrize("error", [RuntimeError("CUDA error: device-side assert triggered"), torch.OutOfMemoryError()])
def test_a_device_that_fails_is_told(error):
    def fail(call, inputs):
        raise error

    graphed = Graphed(Doubles(), "logits", 4, fail)
    for _ in range(SEEN_BEFORE):
        graphed(x=torch.ones(1))
    with pytest.raises(RuntimeError):
        graphed(x=torch.ones(1))


def test_a_cpu_has_no_graphs(checkpoint, monkeypatch):
    monkeypatch.setattr(graphs, "MOST", 4)
    loaded = open_door("sounds", str(checkpoint("ast_sounds")))._loaded
    assert with_graphs(loaded, "logits") is loaded


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize(("kind", "job"), [("ast_sounds", "sounds"), ("clap", "embeddings"), ("wavlm_ctc", "ctc")])
def test_a_gpu_plays_back_what_it_computes(kind, job, checkpoint, monkeypatch):
    job = "transcripts" if job == "ctc" else job
    plain = open_door(job, str(checkpoint(kind)), device="cuda")
    monkeypatch.setattr(graphs, "MOST", 4)
    monkeypatch.setattr(graphs, "KINDS", (*graphs.KINDS, "wavlm"))
    door = open_door(job, str(checkpoint(kind)), device="cuda")
    rng = np.random.default_rng(0)
    for i in range(8):
        clips = [rng.normal(0, 0.1, 5 * door.rate).astype(np.float32) for _ in range(2 + i % 2)]
        waits = [door.begin(clips), door.begin(clips[::-1])]
        found, turned = (wait() for wait in waits)
        for got, again, wanted in zip(found, turned[::-1], plain.begin(clips)(), strict=True):
            for one in (got, again):
                for name in ("probabilities", "posteriors"):
                    one, wanted = getattr(one, name, one), getattr(wanted, name, wanted)
                np.testing.assert_allclose(one, wanted, atol=1e-4)
    assert len(door._loaded.model._graphs) == 2
