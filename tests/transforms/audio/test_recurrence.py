"""A recurrence is torch's, whichever library computes it, and its state carries on."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec

import numpy as np
import pytest
import torch

from transforms.audio.recurrence import Recurrence, _by_openvino, _by_torch

FEATURES, HIDDEN = 12, 8
Made = Callable[[dict[str, np.ndarray]], Recurrence]


@pytest.fixture(params=[_by_openvino, _by_torch])
def made(request: pytest.FixtureRequest) -> Made:
    if request.param is _by_openvino and not find_spec("openvino"):
        pytest.skip("needs OpenVINO")
    by: Made = request.param
    return by


def weights() -> dict[str, np.ndarray]:
    drawn = np.random.default_rng(5)  # the seed
    shapes = {"weight_ih": (4 * HIDDEN, FEATURES), "weight_hh": (4 * HIDDEN, HIDDEN)}
    shapes |= {"bias_ih": (4 * HIDDEN,), "bias_hh": (4 * HIDDEN,)}
    return {name: drawn.normal(0, 0.5, shape).astype(np.float32) for name, shape in shapes.items()}


def nothing(channels: int) -> tuple[np.ndarray, np.ndarray]:
    return np.zeros((channels, HIDDEN), np.float32), np.zeros((channels, HIDDEN), np.float32)


def inputs(n: int, channels: int) -> np.ndarray:
    return np.random.default_rng(n).normal(size=(n, channels, FEATURES)).astype(np.float32)


@pytest.mark.parametrize(("n", "channels"), [(1, 1), (50, 1), (50, 3)])
def test_it_is_the_cell_step_by_step(made: Made, n: int, channels: int) -> None:
    cell = torch.nn.LSTMCell(FEATURES, HIDDEN)
    cell.load_state_dict({name: torch.from_numpy(values) for name, values in weights().items()})
    given, state = inputs(n, channels), nothing(channels)
    found, after = made(weights())(given, state)
    now = torch.from_numpy(state[0]), torch.from_numpy(state[1])
    with torch.inference_mode():
        for at in range(n):
            now = cell(torch.from_numpy(given[at]), now)
            np.testing.assert_allclose(found[at], now[0].numpy(), atol=1e-5)
    np.testing.assert_allclose(np.stack(after), np.stack([part.numpy() for part in now]), atol=1e-5)


def test_parts_in_turn_are_the_whole(made: Made) -> None:
    over, given = made(weights()), inputs(40, 2)
    whole, end = over(given, nothing(2))
    first, state = over(given[:13], nothing(2))
    second, after = over(given[13:], state)
    np.testing.assert_allclose(np.concatenate([first, second]), whole, atol=1e-6)
    np.testing.assert_allclose(np.stack(after), np.stack(end), atol=1e-6)


def test_threads_side_by_side_do_not_meet(made: Made) -> None:
    over = made(weights())
    given = [inputs(n, 1) for n in range(30, 60)]
    expected = [over(one, nothing(1))[0] for one in given]
    with ThreadPoolExecutor(4) as threads:
        for found, right in zip(threads.map(lambda one: over(one, nothing(1))[0], given), expected, strict=True):
            np.testing.assert_array_equal(found, right)


def test_the_threads_of_models_stay_as_they_were(made: Made) -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        made(weights())(inputs(5, 1), nothing(1))
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
