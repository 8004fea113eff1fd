from __future__ import annotations

import numpy as np
import pytest

from transforms.audio.channels import mix


@pytest.mark.parametrize("channels", [1, 2, 3, 6, 64])
def test_mix_is_the_mean_of_the_channels(channels: int) -> None:
    block = np.random.default_rng(channels).uniform(-1, 1, (1000, channels)).astype(np.float32)
    mixed = mix(block)
    assert (mixed.dtype, mixed.shape) == (np.float32, (1000,))
    np.testing.assert_allclose(mixed, block.astype(np.float64).mean(axis=1), atol=3e-7)
