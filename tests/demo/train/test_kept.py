"""Batches that are made once and met again."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from demo.train.kept import keep
from demo.train.optimise import Batch

COUNT = 5


class Maker:
    """Batches by their number, counted."""

    def __init__(self) -> None:
        self.made: list[int] = []

    def __call__(self, step: int) -> Batch:
        self.made.append(step)
        return {"clips": torch.full((2, 8), float(step)), "shares": torch.tensor([[1.0], [float(step)]])}


def mels_of(batch: Batch) -> Tensor:
    return batch["clips"].unfold(1, 4, 4) + 0.5


def test_each_is_met_once_each_time_through_in_another_order(tmp_path: Path) -> None:
    batches = keep(Maker(), mels_of, COUNT, tmp_path, seed=3)
    through = [[int(batches(i * COUNT + k)["shares"][1]) for k in range(COUNT)] for i in range(4)]
    assert all(sorted(numbers) == list(range(COUNT)) for numbers in through)
    assert len({tuple(numbers) for numbers in through}) > 1


def test_a_batch_has_its_spectra_and_no_audio(tmp_path: Path) -> None:
    batch = keep(Maker(), mels_of, 1, tmp_path, seed=3)(0)
    assert set(batch) == {"mels", "shares"}
    torch.testing.assert_close(batch["mels"], torch.full((2, 2, 4), 0.5))


def test_a_step_hangs_on_its_number_alone(tmp_path: Path) -> None:
    first, again = (keep(Maker(), mels_of, COUNT, tmp_path, seed=3) for _ in range(2))
    for step in (7, 0, 12):
        assert torch.equal(first(step)["mels"], again(step)["mels"])


def test_what_is_there_is_not_made_again(tmp_path: Path) -> None:
    keep(Maker(), mels_of, 3, tmp_path, seed=3)
    (tmp_path / "batch.part").write_bytes(b"cut off")  # as a process that was killed leaves one
    maker = Maker()
    batches = keep(maker, mels_of, COUNT, tmp_path, seed=3)
    assert maker.made == [3, 4]
    assert sorted(int(batches(step)["shares"][1]) for step in range(COUNT)) == list(range(COUNT))
