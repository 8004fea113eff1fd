"""Workers that are processes of their own: one that is killed ends the run, and costs what it was at and no more."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from pipelines.cli import FAILED, PUBLISHED, main
from tests.pipelines.corpora import DEMO, rows
from tests.whole.test_portable import assert_nearly_equal

ROOT = Path(__file__).resolve().parents[3]
PROCESSES = ["--", "--direct_num_workers=2", "--direct_running_mode=multi_processing"]
TABLES = ("files", "recordings", "windows", "segments", "prosody", "errors")

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc to find the workers in")


def workers_of(process: int) -> list[int]:
    """The worker processes beneath a run, which a shell may stand between."""
    parents, words = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                words[int(entry.name)] = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:  # it ended meanwhile
                continue
    found, beneath = [], [process]
    while beneath:
        above = beneath.pop()
        beneath += [child for child, parent in parents.items() if parent == above and child in words]
        found += [above] if any(word.endswith(b"sdk_worker_main") for word in words.get(above, [])) else []
    return [one for one in found if b"-c" not in words[one]]


def by_signal(process: int) -> None:
    os.kill(process, signal.SIGKILL)


def by_memory(process: int) -> None:
    """For real: the kernel gives it no more, and kills it when it asks."""
    root = Path("/sys/fs/cgroup")
    first = (root / "memory").is_dir()  # of the first version of control groups
    group = (root / "memory" if first else root) / f"earwitness-{process}"
    try:
        group.mkdir()
        (group / ("memory.limit_in_bytes" if first else "memory.max")).write_text("1M")
        (group / "cgroup.procs").write_text(str(process))
    except OSError as error:
        pytest.skip(f"no control group can be made: {error.strerror}")


@pytest.mark.parametrize("kill", [by_signal, pytest.param(by_memory, marks=pytest.mark.soak)])
def test_a_worker_that_is_killed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], kill: Callable[[int], None]
) -> None:
    archive, out, config = tmp_path / "archive", tmp_path / "out", tmp_path / "corpus.yaml"
    archive.mkdir()
    shutil.copy(DEMO / "signals" / "yes.wav", archive)
    settings = {"tables": ["windows", "prosody"], "shard_seconds": 1.0, "recordings": [str(archive)]}
    config.write_text(yaml.safe_dump(settings))
    words = ["run", "--config", str(config), "--out", str(out)]
    assert main(words) == PUBLISHED
    before = os.readlink(out / "current"), {table: rows(out, table) for table in TABLES}
    for folder in ("digits", "signals", "survey"):
        shutil.copytree(DEMO / folder, archive / folder)
    capfd.readouterr()
    command = [sys.executable, "-m", "pipelines", *words, *PROCESSES]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None and not any(out.glob("staging/*/passes/*/files/[!.]*.parquet")):
            time.sleep(0.05)
        workers = workers_of(process.pid)
        assert len(workers) == 2
        kill(workers[0])
        _, told = process.communicate()
    assert process.returncode == FAILED, told
    complaints = [line for line in told.splitlines() if line.startswith("earwitness: ")]
    assert len(complaints) == 1
    assert "it was killed by SIGKILL" in complaints[0]
    assert "Traceback" not in told
    assert (os.readlink(out / "current"), {table: rows(out, table) for table in TABLES}) == before
    assert main(words) == PUBLISHED
    assert sorted(os.listdir(out)) == ["current", "earwitness.json", "runs.jsonl", "settings.json", "snapshots"]
    undisturbed = tmp_path / "undisturbed"
    assert main([*words[:-1], str(undisturbed)]) == PUBLISHED
    for table in TABLES:
        assert_nearly_equal(rows(out, table), rows(undisturbed, table))
