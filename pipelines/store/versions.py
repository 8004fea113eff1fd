"""Versions of what shapes the rows."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

PACKAGES = (
    "earwitness",
    "apache-beam",
    "av",
    "ctranslate2",
    "flashlight-text",
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
    return {"python": platform.python_version(), **{package: version_of(package) for package in PACKAGES}}


def version_of(package: str) -> str:
    """Its version, or ``not installed``."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
