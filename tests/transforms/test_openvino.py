"""OpenVINO is loaded once, and sends nothing to anybody."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

import pytest

from transforms.openvino import core

pytestmark = pytest.mark.skipif(not find_spec("openvino"), reason="needs OpenVINO")


def test_it_is_one() -> None:
    assert core() is core()


@pytest.mark.parametrize("who", ["transforms.openvino", "transforms.audio.silero"])
def test_whoever_loads_it_nothing_is_reported(who: str) -> None:
    """Its own telemetry is a package that it does without where that cannot be imported."""
    asked = {
        "transforms.openvino": "from transforms.openvino import core; core()",
        "transforms.audio.silero": "from transforms.audio.silero import Network; Network()",
    }[who]
    code = f"import sys\n{asked}\nprint('openvino' in sys.modules, sys.modules['openvino_telemetry'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True None\n"
