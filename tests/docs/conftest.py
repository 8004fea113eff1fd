"""A corpus of the demo, made once by the very command that the docs show."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.markdown import ROOT
from tests.docs.shell import FIRST, Shell


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder that holds ``demo/corpus`` and the ``corpus`` made of it, and what the command printed."""
    place = tmp_path_factory.mktemp("docs")
    shutil.copytree(ROOT / "demo" / "corpus", place / "demo" / "corpus")
    command = [sys.executable, "-m", "pipelines", *shlex.split(FIRST)[1:]]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    said = subprocess.run(
        command, cwd=place, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert said.returncode == 0, said.stdout
    (place / "corpus").rename(place / "kept")
    return place, said.stdout


@pytest.fixture
def shell(made: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    """What runs the commands of a page, in a folder where ``corpus`` is as the first command made it."""
    place, said = made
    for entry in place.iterdir():
        if entry.name not in ("demo", "kept"):
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    shutil.copytree(place / "kept", place / "corpus", symlinks=True)
    monkeypatch.chdir(place)
    return Shell(place, said)
