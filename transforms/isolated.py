"""The environment of a process that runs our code and nothing that lies where the user happens to stand."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
"""The folder that holds our packages."""


def isolated(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables for a Python process that imports our packages from where this one has them.

    ``python -m`` puts the current folder first on the path: a ``numpy.py`` in a folder of recordings would be run, a
    folder ``transforms`` taken for ours.  ``PYTHONSAFEPATH`` (3.11) leaves the current folder out, and so does a
    ``PYTHONPATH`` without empty entries, which stand for it.
    """
    paths = [str(ROOT), *filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))]
    return {**environment, "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)), "PYTHONSAFEPATH": "1"}
