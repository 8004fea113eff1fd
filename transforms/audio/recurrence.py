"""A long short-term memory over many steps, as a library computes it: by OpenVINO, which starts in a tenth of a second.

Where OpenVINO has no wheel torch does it.  Both compute with oneDNN: on x86 they agree to the bit.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

import numpy as np

from transforms.openvino import core, load_openvino

State = tuple[np.ndarray, np.ndarray]
"""Hidden and cell, each float32 [channels, hidden]."""

Recurrence = Callable[[np.ndarray, State], tuple[np.ndarray, State]]
"""Of inputs, float32 [n, channels, features], and the state before them: float32 [n, channels, hidden], and the state
after them.  Threads may be in it side by side."""


def recurrence(weights: dict[str, np.ndarray]) -> Recurrence:
    """The recurrence of a cell, with one thread: so few channels leave a second nothing to do.

    Args:
        weights: ``weight_ih`` float32 [4 hidden, features], ``weight_hh`` [4 hidden, hidden], ``bias_ih`` and
            ``bias_hh`` [4 hidden], with the gates in torch's order: input, forget, cell, output.
    """
    return _by_openvino(weights) if find_spec("openvino") else _by_torch(weights)


def _by_openvino(weights: dict[str, np.ndarray]) -> Recurrence:
    openvino = load_openvino()
    ops = openvino.opset13

    hidden, features = weights["weight_hh"].shape[1], weights["weight_ih"].shape[1]
    gates = {name: np.split(values, 4) for name, values in weights.items()}
    turned = {name: np.concatenate([f, i, c, o])[None] for name, (i, f, c, o) in gates.items()}
    bias = turned["bias_ih"] + turned["bias_hh"]
    given = ops.parameter([-1, -1, features], np.float32)
    states = [ops.parameter([-1, 1, hidden], np.float32) for _ in range(2)]
    lengths = ops.parameter([-1], np.int32)
    cell = ops.lstm_sequence(given, *states, lengths, turned["weight_ih"], turned["weight_hh"], bias, hidden, "FORWARD")
    settings = {
        "INFERENCE_NUM_THREADS": 1,
        "NUM_STREAMS": 1,
        "INFERENCE_PRECISION_HINT": "f32",
        "ENABLE_CPU_PINNING": False,
    }
    model = core().compile_model(openvino.Model(cell.outputs(), [given, *states, lengths]), "CPU", settings)

    def over(inputs: np.ndarray, state: State) -> tuple[np.ndarray, State]:
        n, channels, _ = inputs.shape
        request = model.create_infer_request()
        request.infer([
            np.ascontiguousarray(inputs.transpose(1, 0, 2)), *(part[:, None] for part in state),
            np.full(channels, n, np.int32),
        ])  # fmt: skip
        out, *after = (request.get_output_tensor(i).data[:, 0].copy() for i in range(3))
        return out.transpose(1, 0, 2), (after[0], after[1])

    return over


def _by_torch(weights: dict[str, np.ndarray]) -> Recurrence:
    import torch

    cell = torch.nn.LSTM(weights["weight_ih"].shape[1], weights["weight_hh"].shape[1])
    cell.load_state_dict({f"{name}_l0": torch.from_numpy(values) for name, values in weights.items()})

    def over(inputs: np.ndarray, state: State) -> tuple[np.ndarray, State]:
        threads = torch.get_num_threads()
        torch.set_num_threads(1)  # the others would wait for it actively: 10 s an hour of audio
        try:
            with torch.inference_mode():
                before = torch.from_numpy(state[0])[None], torch.from_numpy(state[1])[None]
                out, (hidden, held) = cell(torch.from_numpy(inputs), before)
        finally:
            torch.set_num_threads(threads)
        return out.numpy(), (hidden[0].numpy(), held[0].numpy())

    return over
