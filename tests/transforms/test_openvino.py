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


def test_threads_build_and_hear_side_by_side() -> None:
    """In a process of its own, where every call is a first one; one that hangs is ended."""
    code = (
        "import threading, numpy as np\n"
        "from transforms.audio.speech import SpeechDetector\n"
        "barrier, heard = threading.Barrier(8), []\n"
        "def hear():\n"
        "    barrier.wait()\n"
        "    detector = SpeechDetector()\n"
        "    detector.push(np.zeros((1, 500_000), np.float32))\n"
        "    heard.append(len(detector.finish()[0]))\n"
        "threads = [threading.Thread(target=hear) for _ in range(8)]\n"
        "[thread.start() for thread in threads]\n"
        "[thread.join() for thread in threads]\n"
        "print(len(heard))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout == "8\n"


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
