"""Two processes train as one would on the mean of their losses."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
import torch
import torch.distributed as dist
from torch import Tensor, nn

from demo.train import emotions
from demo.train.optimise import Batch, Recipe, optimise
from demo.train.ranks import Ranks

STEPS, COUNT = 12, 2
RECIPE = Recipe(STEPS, 1e-2, seed=5, averaging=0.5, evaluate_every=6)


def network() -> nn.Module:
    torch.manual_seed(1)
    return nn.Linear(4, 1)


def batch_of(number: int) -> Batch:
    x = torch.randn(8, 4, generator=torch.Generator().manual_seed(number))
    return {"x": x, "y": x @ torch.tensor([1.0, -2.0, 3.0, 0.5])[:, None]}


def loss_of(model: nn.Module, batch: Batch, step: int) -> Tensor:
    return nn.functional.mse_loss(model(batch["x"]), batch["y"])


def both_of(step: int) -> Batch:
    pair = [batch_of(COUNT * step + rank) for rank in range(COUNT)]
    return {name: torch.cat([batch[name] for batch in pair]) for name in ("x", "y")}


def take_part(rank: int, port: int, folder: Path) -> None:
    """One of the processes: half the way, then on from the state, to a file of its weights and its lines."""
    os.environ.update(RANK=str(rank), WORLD_SIZE=str(COUNT), MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
    torch.set_num_threads(1)
    ranks = Ranks.joined()
    assert (ranks.rank, ranks.count, ranks.first) == (rank, COUNT, rank == 0)
    said: list[str] = []
    for until in (STEPS // 2, None):
        model = network()
        optimise(model, batch_of, loss_of, None, RECIPE, folder / "state", until=until, ranks=ranks, say=said.append)
    torch.save(model.state_dict(), folder / f"{rank}.pt")
    (folder / f"{rank}.txt").write_text("\n".join(said), "utf-8")
    dist.destroy_process_group()


def test_two_processes_learn_what_one_would(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    torch.multiprocessing.spawn(take_part, (port, tmp_path), COUNT)
    alone = network()
    optimise(alone, both_of, loss_of, None, RECIPE, tmp_path / "alone", say=lambda line: None)
    for rank in range(COUNT):
        found = torch.load(tmp_path / f"{rank}.pt", weights_only=True)
        for name, weights in alone.state_dict().items():
            torch.testing.assert_close(found[name], weights, rtol=0, atol=1e-6)
    assert "going on from step 6" in (tmp_path / "0.txt").read_text("utf-8")
    assert not (tmp_path / "1.txt").read_text("utf-8")  # one tells it


def test_one_process_is_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    assert Ranks.joined() == Ranks(0, 1)
    assert Ranks().first


def test_the_others_train_in_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Ranks, "joined", classmethod(lambda cls: cls(1, 2)))
    with pytest.raises(SystemExit, match="emotions: trains in one process"):
        emotions.main(["--data", str(tmp_path), "--out", str(tmp_path / "out")])
