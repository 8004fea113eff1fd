"""How much a batch may hold, by device."""

from __future__ import annotations

import pytest
import torch

from transforms.models.budget import GROUP_SECONDS, LONGEST_SECONDS, batch_seconds, group_seconds, seconds_that_fit


def test_a_cpu_has_a_fixed_budget():
    assert batch_seconds("cpu", torch.float32) == batch_seconds("cpu", torch.bfloat16) == 60.0


@pytest.mark.parametrize(
    ("free_gib", "dtype", "seconds"),
    [(1, torch.float32, 32.0), (0.5, torch.bfloat16, 32.0), (0.5, torch.float16, 32.0), (80, torch.float32, 60.0)],
)
def test_a_gpu_has_what_half_of_its_free_memory_holds(free_gib, dtype, seconds):
    assert seconds_that_fit(round(free_gib * 2**30), dtype) == seconds <= LONGEST_SECONDS


def test_a_full_gpu_is_still_given_a_second():
    assert seconds_that_fit(0, torch.float32) == 1.0


def test_processes_share_what_is_free(monkeypatch):
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (2**30, 2**34))
    shares = [batch_seconds("cuda", torch.bfloat16, sharers) for sharers in (1, 2, 4, 10_000)]
    assert shares == [LONGEST_SECONDS, 32.0, 16.0, 1.0]
    assert batch_seconds("cpu", torch.bfloat16, 8) == 60.0


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_is_asked_for_its_free_memory():
    assert 1.0 <= batch_seconds("cuda", torch.bfloat16) <= LONGEST_SECONDS


def test_a_group_holds_at_least_a_batch():
    assert group_seconds("cpu", None) == GROUP_SECONDS["cpu"]
    assert group_seconds("cpu", 300.0) == 300.0
    assert group_seconds("cuda:1", 30.0) == GROUP_SECONDS["cuda"]
