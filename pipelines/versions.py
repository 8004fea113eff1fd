"""Versions of what shapes the rows."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

PACKAGES = (
    "earwitness",
    "apache-beam",
    "av",
    "librosa",
    "numpy",
    "openvino",
    "pyarrow",
    "scipy",
    "silero-vad",
    "soundfile",
    "soxr",
    "torch",
    "transformers",
)


def versions() -> dict[str, str]:
    """Python and the packages that shape rows, by name."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found
