"""The weights of silero-vad (MIT): its network of 16 kHz."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from transforms.openvino import core

_BUILD = "silero_vad_16k_sequence.onnx"


def silero_weights() -> dict[str, np.ndarray]:
    """The weights by name, float32: ``stft`` [258, 1, 256], ``encoder.0.weight`` [out, in, 3] and ``encoder.0.bias``
    to ``encoder.3.bias``, ``weight_ih``, ``weight_hh``, ``bias_ih`` and ``bias_hh`` of the recurrence in torch's order
    of gates, ``output.weight`` and ``output.bias``.

    They are read out of the library's ONNX build where OpenVINO is installed, which takes a hundredth of a second; to
    load the library itself loads torch, which takes two.  Both hold the same numbers.

    Raises:
        RuntimeError: silero-vad is not installed.
    """
    spec = find_spec("silero_vad")
    folders = (spec and spec.submodule_search_locations) or ()
    if not folders:
        raise RuntimeError("silero-vad is not installed, which hears where speech is: pip install silero-vad")
    build = Path(folders[0], "data", _BUILD)
    return _of_onnx(build) if build.exists() and find_spec("openvino") else _of_library()


def _of_onnx(build: Path) -> dict[str, np.ndarray]:
    model = core().read_model(build)
    constants = {op.get_friendly_name(): op for op in model.get_ops() if op.get_type_name() == "Constant"}
    names = [f"encoder.{i}.{part}" for i in range(4) for part in ("weight", "bias")]
    weights = {name: constants[name].data.copy() for name in (*names, "output.weight", "output.bias")}
    weights["stft"] = constants["stft.forward_basis_buffer"].data.copy()
    (cell,) = (op for op in model.get_ops() if op.get_type_name() == "LSTMSequence")
    given, recurrent, bias = (_constant_behind(cell.input_value(i)) for i in (4, 5, 6))
    biases = np.split(bias.reshape(-1), 2)
    parts = {"weight_ih": given[0], "weight_hh": recurrent[0], "bias_ih": biases[0], "bias_hh": biases[1]}
    for name, values in parts.items():
        i, o, f, c = np.split(values, 4)  # ONNX's order of gates
        weights[name] = np.concatenate([i, f, c, o])
    return weights


def _constant_behind(value: Any) -> np.ndarray:
    """The array that a value is made of: OpenVINO sorts the gates of a cell when it reads it."""
    waiting = [value.get_node()]
    while waiting:
        node = waiting.pop(0)
        if node.get_type_name() == "Constant" and node.data.size > 4:  # not an axis, and not a list of lengths
            return np.array(node.data)
        waiting += [given.get_node() for given in node.input_values()]
    raise LookupError("a recurrence without weights")


def _of_library() -> dict[str, np.ndarray]:
    from silero_vad import load_silero_vad

    network = load_silero_vad()._model
    cell = network.decoder.rnn
    weights = {name: getattr(cell, name) for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
    weights["stft"] = network.stft.forward_basis_buffer
    for i, block in enumerate(network.encoder.children()):
        weights |= {f"encoder.{i}.weight": block.reparam_conv.weight, f"encoder.{i}.bias": block.reparam_conv.bias}
    last = list(network.decoder.decoder.children())[2]
    weights |= {"output.weight": last.weight, "output.bias": last.bias}
    return {name: values.detach().numpy() for name, values in weights.items()}
