"""OpenVINO, once in a process, as whoever computes with it loads it."""

from __future__ import annotations

import sys
import threading
from functools import cache
from typing import Any

import numpy as np

BUILDING = threading.RLock()
"""Held while a model is read, converted or compiled.

Two threads of speech detection that read a model at the same moment once waited for each other for good: one had
Python's lock, the other the one that guards the first call of a kind in OpenVINO's bindings.  So whoever builds does it
alone.
"""


def core() -> Any:
    """OpenVINO, once for this process and never given up.

    With one for each model its threads end with the last model that there is, and begin anew with the next.
    Others report crashes of that (github.com/ultralytics/ultralytics/pull/25864); here none was reproduced.

    A process that has it is not to be forked, unless the child ends by ``os._exit``: at Python's own end OpenVINO waits
    there for threads that only the parent has, or ends in a segmentation fault.  With torch the same child ends.
    """
    with BUILDING:
        return _core()


@cache
def _core() -> Any:
    openvino = load_openvino()
    made = openvino.Core()
    # One pass, so that every call of a pass has been the first before threads make them side by side.
    given = openvino.opset13.parameter([-1, 1], np.float32)
    model = openvino.Model([openvino.opset13.relu(given)], [given])
    request = made.compile_model(model, "CPU", {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1}).create_infer_request()
    request.infer([np.zeros((1, 1), np.float32)], share_inputs=True)
    request.get_output_tensor(0).data.copy()
    return made


def load_openvino() -> Any:
    """The library, which sends nothing.

    By itself it reports its import and every conversion to its makers, without asking, and writes an
    identifier into the home folder.  It does without where the package ``openvino_telemetry`` is not found.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino
    from openvino.tools.ovc import convert_impl, telemetry_stub, telemetry_utils, utils

    for module in (convert_impl, telemetry_utils, utils):
        module.tm = telemetry_stub  # where somebody else imported it before
    return openvino
