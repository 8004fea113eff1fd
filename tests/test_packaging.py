"""What is handed on: the source, which Beam's ``--setup_file`` sends to workers, and the wheel that is made of it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile

import earwitness

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("earwitness", "schemas", "transforms", "pipelines")
BESIDE = ("tests", "demo", "benchmarks", "docs")
"""Of the source alone."""
MOST_BYTES = 1_500_000
"""Of the wheel: with the demo it was 28.6 million."""
LEFT_OUT = (
    "plotly",
    "_plotly_utils",
    "flashlight",
    "nncf",
    "pyreadstat",
    "xlsxwriter",
    "earwitness",
    "__editable__",
)
"""How names begin of what the environment of a new user lacks: the extras, and this project."""


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sdist")
    command = [sys.executable, "setup.py", "-q", "egg_info", "-e", str(folder), "sdist", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.tar.gz"))


@pytest.fixture(scope="module")
def source(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source, unpacked."""
    folder = tmp_path_factory.mktemp("source")
    with tarfile.open(sdist) as packed:
        packed.extractall(folder, filter="data")
    return next(folder.glob("earwitness-*"))


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made of the unpacked source: what an earlier build left in this folder is not in it."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(source)]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment of its own that has the wheel, and the libraries of the one that runs the tests
    but for the extras."""
    clean = tmp_path_factory.mktemp("clean")
    venv.create(clean, symlinks=True, with_pip=True)
    target = next((clean / "lib").glob("python*/site-packages"))
    for library in map(Path, sys.path):
        if library.name == "site-packages":
            for entry in library.iterdir():
                if not entry.name.startswith(LEFT_OUT) and not (target / entry.name).exists():
                    (target / entry.name).symlink_to(entry)
    command = [clean / "bin" / "python", "-m", "pip", "install", "--no-deps", "--no-index", wheel]
    subprocess.run(command, check=True, capture_output=True)
    return clean / "bin"


def modules_of(names: Sequence[str]) -> set[str]:
    return {name for name in names if name.endswith(".py")}


def called(program: Path, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """As a person calls it who is outside the clone."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [program, *words], cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=600
    )


def test_the_source_is_whole(source: Path) -> None:
    """Whoever has it can run the tests, and make the demo."""
    packed = {str(path.relative_to(source)) for path in source.rglob("*") if path.is_file()}
    here = {
        str(path.relative_to(ROOT))
        for folder in (*PACKAGES, *BESIDE)
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.relative_to(ROOT).parts[:2] != ("demo", "out")
    }
    assert len(modules_of(sorted(here))) > 200
    assert here <= packed, sorted(here - packed)[:10]
    for name in ("pyproject.toml", "setup.py", "constraints.txt", "Makefile", "README.md", "LICENSE"):
        assert name in packed, name


def test_the_wheel_holds_the_packages_alone(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = [name for name in packed.namelist() if ".dist-info/" not in name]
    assert {name.partition("/")[0] for name in names} == set(PACKAGES)
    here = {str(path.relative_to(ROOT)) for package in PACKAGES for path in (ROOT / package).rglob("*.py")}
    assert modules_of(names) == here
    assert len(here) > 100
    pages = {f"pipelines/report/pages/{path.name}" for path in (ROOT / "pipelines/report/pages").iterdir()}
    assert len(pages) > 4
    others = pages | {f"{name}/py.typed" for name in PACKAGES} | {"transforms/models/calibration/clips.opus"}
    assert {name for name in names if not name.endswith(".py")} == others


def test_the_wheel_is_small(wheel: Path) -> None:
    assert wheel.stat().st_size < MOST_BYTES


def test_it_says_whose_it_is_and_under_what(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        folder = next(name.partition("/")[0] for name in packed.namelist() if ".dist-info/" in name)
        metadata = packed.read(f"{folder}/METADATA").decode()
        assert f"{folder}/licenses/LICENSE" in packed.namelist()
    head = metadata.partition("\n\n")[0].splitlines()
    for line in ("License-Expression: Apache-2.0", "Requires-Python: >=3.11", "Name: earwitness"):
        assert line in head
    extras = {line.split()[1] for line in head if line.startswith("Provides-Extra:")}
    assert extras == {"docs", "export", "int8", "openvino", "report", "test", "vocabulary"}
    assert not any("plotly" in line and "extra ==" not in line for line in head)


def test_every_module_imports_in_a_clean_environment(installed: Path, tmp_path: Path) -> None:
    modules = sorted(
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if path.name != "__main__.py"
    )
    code = """if True:
        import importlib, sys
        for module in sys.argv[1:]:
            try:
                importlib.import_module(module)
            except ModuleNotFoundError as error:
                print(module, error.name)
        import schemas
        assert schemas.__file__.startswith(sys.prefix), schemas.__file__
    """
    done = called(installed / "python", "-c", code, *modules, cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    lacking = dict(line.split() for line in done.stdout.splitlines())
    assert set(lacking.values()) == {"plotly"}
    assert all(module.startswith("pipelines.report.") for module in lacking)


def test_the_command_works_outside_the_clone(installed: Path, tmp_path: Path) -> None:
    command = installed / "earwitness"
    assert "run" in called(command, "--help", cwd=tmp_path).stdout
    assert called(command, "--version", cwd=tmp_path).stdout == f"earwitness {earwitness.__version__}\n"
    seconds = np.arange(2 * 16_000) / 16_000
    soundfile.write(tmp_path / "tone.wav", 0.1 * np.sin(2 * np.pi * 220 * seconds), 16_000)
    done = called(command, "run", "tone.wav", "--out", "corpus", "--tables", "frames", cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    listed = called(command, "tables", "corpus", "--format", "csv", cwd=tmp_path)
    assert listed.returncode == 0, listed.stderr
    rows = dict(line.split(",")[:2] for line in listed.stdout.splitlines())
    assert (rows["recordings"], rows["frames"], rows["errors"]) == ("1", "1", "0")

    demo = called(command, "run", "tone.wav", "--out", "other", "--models", "demo", cwd=tmp_path)
    assert demo.returncode == 2, demo.stderr
    assert "demo/models of the source" in demo.stderr
    report = called(command, "report", "corpus", cwd=tmp_path)
    assert report.returncode == 1, report.stderr
    assert "pip install 'earwitness[report]'" in report.stderr
    for said in (demo, report):
        assert (said.stdout, len(said.stderr.splitlines())) == ("", 1)
    assert not (tmp_path / "other").exists()
    assert not (tmp_path / "corpus" / "report").exists()


def test_the_version_stands_in_one_place() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    written = [
        path.relative_to(ROOT)
        for folder in PACKAGES
        for path in (ROOT / folder).rglob("*.py")
        if declared in path.read_text("utf-8")
    ]
    assert written == []
    assert declared not in (ROOT / "setup.py").read_text("utf-8")
    citation = ROOT / "CITATION.cff"  # what is cited repeats it
    said = re.findall(r"^version: *(\S+)", citation.read_text("utf-8"), re.MULTILINE) if citation.is_file() else []
    assert said in ([], [declared])
    assert earwitness.__version__ == declared, "install anew: pip install -e ."
