"""OpenVINO, once in a process, as whoever computes with it loads it."""

from __future__ import annotations

import sys
from functools import cache
from typing import Any


@cache
def core() -> Any:
    """OpenVINO, once for this process and never given up.

    With one for each model its threads end with the last model that there is, and begin anew with the next.
    Others report crashes of that (github.com/ultralytics/ultralytics/pull/25864); here none was reproduced.

    A process that has it is not to be forked, unless the child ends by ``os._exit``: at Python's own end OpenVINO waits
    there for threads that only the parent has, or ends in a segmentation fault.  With torch the same child ends.
    """
    return load_openvino().Core()


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
