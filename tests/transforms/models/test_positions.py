"""Positions of Conformers that belong to one pass."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from transformers import AutoModelForCTC

from transforms.models.positions import LONGEST, settle_positions


def embedder(model):
    return next(m for name, m in model.named_modules() if name.endswith("embed_positions"))


@pytest.fixture(params=("conformer_ctc", "conformer_rotary_ctc"))
def both(request, checkpoint):
    plain, settled = (AutoModelForCTC.from_pretrained(checkpoint(request.param)).eval() for _ in range(2))
    settle_positions(settled)
    return plain, settled


def test_positions_are_those_of_the_class(both):
    plain, settled = both
    for n in (3, 400, 3, 2_000):
        hidden = torch.zeros(1, n, plain.config.hidden_size)
        assert torch.equal(embedder(settled)(hidden), embedder(plain)(hidden))


def test_nothing_of_a_pass_is_kept(both):
    _, settled = both
    module = embedder(settled)
    before = {**vars(module), **module._buffers}
    module(torch.zeros(1, 77, settled.config.hidden_size))
    module(torch.zeros(1, LONGEST + 9, settled.config.hidden_size))
    assert all(value is before[name] for name, value in {**vars(module), **module._buffers}.items())


def test_threads_of_several_lengths_do_not_disturb_one_another(checkpoint):
    """With the class as it is, a pass finds the positions of another length every so often."""
    model = AutoModelForCTC.from_pretrained(checkpoint("conformer_rotary_ctc")).eval()
    settle_positions(model)
    module = embedder(model)

    def rows(n):
        hidden = torch.zeros(1, n, model.config.hidden_size)
        return {module(hidden).shape[1] for _ in range(300)}

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(rows, (5, 900, 30, 2_000))) == [{5}, {900}, {30}, {2_000}]


def test_what_is_not_a_conformer_stays_as_it_is(checkpoint):
    model = AutoModelForCTC.from_pretrained(checkpoint("wav2vec2_ctc"))
    settle_positions(model)
    assert not any("forward" in vars(module) for module in model.modules())


def test_relative_positions_reach_as_far_as_a_chunk(checkpoint):
    """Where the config has fewer: a tracer would take the longest that it sees for the longest that there is."""
    model = AutoModelForCTC.from_pretrained(checkpoint("conformer_ctc"), max_source_positions=40).eval()
    assert embedder(model).pe.shape[1] == 79
    settle_positions(model)
    assert embedder(model).pe.shape[1] == 2 * LONGEST - 1
