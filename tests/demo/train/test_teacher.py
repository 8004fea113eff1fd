"""The network that teaches sounds."""

from __future__ import annotations

import torch
from torch import Tensor

from demo.train.optimise import Batch
from demo.train.teacher import Teacher, blot_out, loss_of, taught


def chequered(n: int, seed: int) -> Batch:
    """Two kinds of noise: of high and of low bands, float32 [n, 256, 64]."""
    generator = torch.Generator().manual_seed(seed)
    shares = torch.nn.functional.one_hot(torch.arange(n) % 2, 2).float()
    mels = torch.randn(n, 256, 64, generator=generator)
    mels[0::2, :, :20] += 1
    mels[1::2, :, 44:] += 1
    return {"mels": mels, "shares": shares}


def test_it_learns_in_a_few_steps_and_says_so_in_shares() -> None:
    torch.manual_seed(1)
    teacher = Teacher(2)
    optimiser = torch.optim.AdamW(teacher.parameters(), 2e-3)
    for step in range(25):
        optimiser.zero_grad()
        loss_of(teacher, chequered(8, step), step).backward()
        optimiser.step()
    heard = chequered(8, 99)
    shares = taught(teacher.eval(), heard["mels"])
    torch.testing.assert_close(shares.sum(dim=1), torch.ones(8))
    assert torch.equal(shares.argmax(dim=1), heard["shares"].argmax(dim=1))
    assert not shares.requires_grad


def test_shares_are_softer_than_its_own_probabilities() -> None:
    torch.manual_seed(1)
    teacher = Teacher(4).eval()
    mels = torch.randn(3, 256, 64)
    with torch.no_grad():
        own = teacher(mels).softmax(dim=1)
    assert (taught(teacher, mels).amax(dim=1) < own.amax(dim=1)).all()


def test_a_stripe_of_each_axis_is_blotted_out() -> None:
    """At most a sixth of each axis, in one piece, elsewhere nothing changes."""
    torch.manual_seed(4)
    mels = torch.rand(200, 60, 36) + 1
    out = blot_out(mels)
    empty = out == 0
    assert torch.equal(out[~empty], mels[~empty])
    times, bands = empty.all(dim=2), empty.all(dim=1)
    assert torch.equal(empty, times[:, :, None] | bands[:, None, :])
    for stripes, longest in ((times, 60 // 6 - 1), (bands, 36 // 6 - 1)):
        assert stripes.sum(dim=1).max() == longest
        assert pieces(stripes).max() == 1


def pieces(stripes: Tensor) -> Tensor:
    """How many stretches of True there are in each row."""
    padded = torch.nn.functional.pad(stripes.int(), (1, 1))
    return (padded.diff(dim=1) == 1).sum(dim=1)
