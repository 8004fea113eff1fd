"""What ``setup.py`` packs, which Beam's ``--setup_file`` sends to the workers of a cluster."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import venv
from pathlib import Path

import pytest

from schemas.catalog import JOBS

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sdist")
    command = [sys.executable, "setup.py", "-q", "egg_info", "-e", str(folder), "sdist", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.tar.gz"))


def test_every_module_imports_in_a_clean_environment(sdist: Path, tmp_path: Path) -> None:
    with tarfile.open(sdist) as packed:
        packed.extractall(tmp_path, filter="data")
    source = next(tmp_path.glob("earwitness-*"))
    modules = sorted(
        ".".join(path.relative_to(source).with_suffix("").parts)
        for floor in ("schemas", "transforms", "pipelines", "demo")
        for path in (source / floor).rglob("*.py")
    )
    assert len(modules) > 50
    here = sorted(
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for floor in ("schemas", "transforms", "pipelines", "demo")
        for path in (ROOT / floor).rglob("*.py")
        if "train" not in path.relative_to(ROOT).parts  # what made the demo's models is not installed
    )
    assert modules == here
    # An environment of its own without this project; the libraries come from the one that runs the tests.
    clean = tmp_path / "clean"
    venv.create(clean, symlinks=True, with_pip=False)
    target = next((clean / "lib").glob("python*/site-packages"))
    for library in map(Path, sys.path):
        if library.name == "site-packages":
            (target / "libraries.pth").write_text(f"{library}\n")
    code = (
        "import importlib, sys\nfor m in sys.argv[1:]:\n    if not m.endswith('__main__'): importlib.import_module(m)\n"
    )
    code += f"import schemas; assert schemas.__file__.startswith({str(source)!r}), schemas.__file__\n"
    done = subprocess.run(
        [clean / "bin" / "python", "-c", code, *modules], cwd=source, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_the_demo_corpus_is_packed(sdist: Path) -> None:
    with tarfile.open(sdist) as packed:
        names = packed.getnames()
    assert sum("demo/corpus/" in name and name.endswith((".wav", ".flac", ".mp3", ".opus")) for name in names) >= 5


def test_the_demo_models_are_packed(sdist: Path) -> None:
    with tarfile.open(sdist) as packed:
        names = packed.getnames()
    for job in JOBS:
        for file in ("config.json", "model.safetensors", "README.md"):
            assert any(name.endswith(f"demo/models/{job}/{file}") for name in names), (job, file)


def test_the_pages_of_the_report_are_packed(sdist: Path) -> None:
    with tarfile.open(sdist) as packed:
        names = packed.getnames()
    here = sorted(path.name for path in (ROOT / "pipelines" / "report" / "pages").iterdir())
    assert len(here) > 4
    for name in here:
        assert any(packed.endswith(f"pipelines/report/pages/{name}") for packed in names), name
