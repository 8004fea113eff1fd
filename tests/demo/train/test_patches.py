"""The cosine transform that the models of spectrograms start from."""

from __future__ import annotations

import numpy as np
import torch
from scipy.fft import dctn
from torch import nn

from demo.train.patches import cosines, start_as_cosines


def test_coefficients_are_those_of_the_cosine_transform() -> None:
    """Up to a factor each: scipy's DCT-II of the same patch; tolerance 1e-5."""
    patch = np.random.default_rng(5).standard_normal((16, 16))
    patterns = cosines(16, 16, 256).double().numpy()
    ours = np.sort(np.abs((patterns * patch).sum(axis=(1, 2)) / np.sqrt((patterns**2).sum(axis=(1, 2)))))
    theirs = np.sort(np.abs(dctn(patch, norm="ortho")).ravel())
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_the_first_pattern_is_the_mean_and_the_finer_are_the_stronger() -> None:
    patterns = cosines(16, 16, 40)
    torch.testing.assert_close(patterns[0], torch.full((16, 16), 1 / 256))
    norms = patterns.square().sum(dim=(1, 2)).sqrt()
    assert (norms.diff() > -1e-6).all()
    assert norms[-1] > norms[1] > norms[0]


def test_a_projection_takes_them() -> None:
    projection = nn.Conv2d(1, 12, 4, stride=4)
    start_as_cosines(projection)
    spectrum = torch.full((1, 1, 4, 8), 3.0)
    out = projection(spectrum)
    torch.testing.assert_close(out[0, 0], torch.full((1, 2), 3.0))
    torch.testing.assert_close(out[0, 1:], torch.zeros(11, 1, 2), atol=1e-5, rtol=0)
