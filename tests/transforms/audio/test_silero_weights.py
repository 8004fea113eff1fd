"""The ONNX build holds the library's weights."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest

from transforms.audio import silero_weights
from transforms.audio.silero_weights import _of_library


@pytest.mark.skipif(not find_spec("openvino"), reason="needs OpenVINO")
def test_both_ways_give_the_same_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = _of_library()
    monkeypatch.setattr(silero_weights, "_of_library", None)  # it is not asked
    found = silero_weights.silero_weights()
    assert found.keys() == expected.keys()
    for name, values in found.items():
        assert values.dtype == np.float32
        np.testing.assert_array_equal(values.reshape(-1), expected[name].reshape(-1), name)


def test_without_openvino_the_library_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silero_weights, "find_spec", lambda name: None if name == "openvino" else find_spec(name))
    monkeypatch.setattr(silero_weights, "_of_onnx", None)
    assert silero_weights.silero_weights()["stft"].shape == (258, 1, 256)


def test_without_the_library_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silero_weights, "find_spec", lambda name: None)
    with pytest.raises(RuntimeError, match="pip install silero-vad"):
        silero_weights.silero_weights()
