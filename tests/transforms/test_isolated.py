"""No process that is started runs what lies in the folder in which the user stands."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from demo.corpus import FOLDER
from transforms.decode.guard import Decoder
from transforms.isolated import ROOT, isolated

RECORDING = str(FOLDER / "signals" / "yes.wav")
STARTING = {"Popen", "run", "call", "check_call", "check_output", "system", "popen", "Process", "execv", "spawnv"}


@pytest.fixture
def trap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, which one stands in, of files that bear the names of what a process imports; the mark of their being
    run."""
    sprung = tmp_path / "sprung"
    code = f"open({str(sprung)!r}, 'a').write(__name__ + ' ')\nraise SystemExit(3)\n"
    folder = tmp_path / "recordings"
    names = ("numpy", "av", "soundfile", "socket", "apache_beam", "pyarrow", "sitecustomize", "torch", "pickle")
    for name in ("transforms", "schemas", "pipelines"):
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text(code)
    for name in names:
        (folder / f"{name}.py").write_text(code)
    monkeypatch.chdir(folder)
    return sprung


@pytest.mark.parametrize("path", [None, "", ":/nowhere", "/nowhere:"])
def test_the_decoder(trap: Path, path: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if path is None:
        monkeypatch.delenv("PYTHONPATH", raising=False)
    else:
        monkeypatch.setenv("PYTHONPATH", path)
    decoder = Decoder()
    try:
        assert decoder.header(RECORDING).channels == 1
    finally:
        decoder.close()
    assert not trap.exists()


def test_beams_workers(trap: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ["run", str(FOLDER / "signals"), "--out", str(out), "--tables", "windows", "--"]
    words += ["--direct_running_mode=multi_processing", "--direct_num_workers=2"]
    # This process is the user's own to start; those that it starts are ours.
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "pipelines", *words], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "4 complete" in done.stdout
    assert not trap.exists()


def test_what_this_process_is_told_of_the_path_stays() -> None:
    said = isolated({"PYTHONPATH": f"/a::{ROOT}:/b:", "HOME": "/home/x"})
    assert said == {"PYTHONPATH": f"{ROOT}:/a:/b", "PYTHONSAFEPATH": "1", "HOME": "/home/x"}


def test_no_other_process_is_started() -> None:
    """Who starts one says so here, and has seen to its path."""
    found = set()
    for path in (path for floor in ("schemas", "transforms", "pipelines") for path in (ROOT / floor).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            of = node.func.value
            if (
                isinstance(of, ast.Name)
                and of.id in {"subprocess", "os", "multiprocessing"}
                and node.func.attr in STARTING
            ):
                found.add(str(path.relative_to(ROOT)))
    # The machine is asked by the tool of a driver, which is no Python; whether its MPS works, by a Python that imports
    # nothing from where the user stands (-I).
    assert found == {
        "transforms/isolated.py",
        "pipelines/workers/machine.py",
        "pipelines/workers/mps.py",
    }
