"""A run killed at any instant: readers see the last publish, and the next run finishes the work."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from tests.pipelines.corpora import DEMO, rows
from tests.whole.killing import Zygote, started
from tests.whole.test_portable import assert_nearly_equal

TRIALS, SOAK_TRIALS = 5, int(os.environ.get("KILLS", "500"))
MORE_TRIALS = 20
BEFORE = ("digits/code_007.wav", "signals/tones.wav", "broken/breaks_off.flac", "broken/garbage.wav")
NEWS = ("digits/code_012.wav", "digits/code_031.flac", "signals/yes.wav", "signals/noise.wav", "survey/answer_007.opus")
TABLES = ("windows", "segments", "prosody", "emotions", "files", "recordings", "errors")


class Nights:
    """An archive with one published night and news for the next, in a folder that can be set back."""

    def __init__(self, folder: Path, emotions: Path, zygote: Zygote) -> None:
        self.folder, self.out, self._zygote = folder, folder / "out", zygote
        self._pristine = folder.with_name(f"{folder.name}-pristine")
        archive = folder / "archive"
        archive.mkdir(parents=True)
        config = {
            "recordings": [str(archive)],
            "out": str(self.out),
            "model": {**dict.fromkeys(("transcripts", "sounds", "embeddings", "speakers"), "none")},
            "tables": ["windows", "prosody", "emotions"],
            "shard_seconds": 1.0,  # a shard for each recording
            "beam": ["--direct_num_workers=2"],
        }
        config["model"]["emotions"] = str(emotions)
        (folder / "corpus.yaml").write_text(yaml.safe_dump(config))
        for name in BEFORE:
            shutil.copy(DEMO / name, archive)
        assert self.run() == 0, self.log()
        for name in NEWS:
            shutil.copy(DEMO / name, archive)
        shutil.copy(DEMO / "signals" / "tones.wav", archive / "code_007.wav")  # one that changed
        shutil.copytree(folder, self._pristine, symlinks=True)
        self.published = self.digest()
        assert self.run() == 0, self.log()
        self.reset()
        began = time.monotonic()
        assert self.run() == 0, self.log()
        self.seconds = time.monotonic() - began
        self.undisturbed = self.tables()
        assert self.digest() != self.published

    def reset(self) -> None:
        shutil.rmtree(self.folder)
        shutil.copytree(self._pristine, self.folder, symlinks=True)

    def run(self, kill_after: float | None = None) -> int:
        words = ["run", "--config", str(self.folder / "corpus.yaml")]
        return self._zygote.run(self.folder / "log", words, kill_after)

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def digest(self) -> str:
        """Of every byte that readers see."""
        digest = hashlib.sha256()
        current = (self.out / "current").resolve()
        for path in sorted(p for p in current.rglob("*") if p.is_file()):
            digest.update(f"{path.relative_to(current)}\0".encode() + path.read_bytes())
        return digest.hexdigest()

    def tables(self) -> dict[str, Any]:
        return {table: rows(self.out, table) for table in TABLES}

    def finished(self) -> int:
        """Files whose shards the killed run had finished."""
        done = self.out.glob("staging/*/passes/*/files/[!.]*.parquet")
        return sum(pq.read_metadata(path).num_rows for path in done)

    def resumed(self) -> int:
        last = max(pq.read_table(self.out / "current" / "runs").to_pylist(), key=lambda run: run["run_id"])
        return next(count["value"] for count in last["counts"] if count["name"] == "inputs.resumed")


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    with started() as zygote:
        yield zygote


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory, demo_models: dict[str, Path], zygote: Zygote) -> Nights:
    return Nights(tmp_path_factory.mktemp("killed") / "nights", demo_models["emotions"], zygote)


def trial(nights: Nights, kill_after: float) -> tuple[str, int]:
    """Kill a run, look at what readers see, let the next one finish; returns how it ended and what was resumed."""
    nights.reset()
    nights.run(kill_after)
    finished = nights.finished()
    if nights.digest() == nights.published:
        ended = "before the switch"
    else:
        ended = "behind the switch"
        finished = 0
        assert_nearly_equal(nights.tables(), nights.undisturbed)
    assert nights.run() == 0, nights.log()
    assert_nearly_equal(nights.tables(), nights.undisturbed)
    if ended == "before the switch":
        assert nights.resumed() == finished  # nothing that was finished is computed again
    assert sorted(os.listdir(nights.out)) == ["current", "earwitness.json", "runs.jsonl", "settings.json", "snapshots"]
    assert len(os.listdir(nights.out / "snapshots")) == 2
    return ended, finished


def trials(nights: Nights, count: int, seed: int) -> None:
    dice = random.Random(seed)
    # Spread over the whole run, each at random within its share, so that few trials reach every part.
    ends = [trial(nights, nights.seconds * 1.1 * (i + dice.random()) / count) for i in range(count)]
    # What is gone on from is looked at, too: few trials may all have missed the time between a file and the switch.
    for _ in range(MORE_TRIALS):
        if any(ended == "before the switch" and finished for ended, finished in ends):
            break
        ends.append(trial(nights, nights.seconds * (0.4 + 0.6 * dice.random())))
    else:
        pytest.fail(f"no kill came between a finished file and the switch: {ends}")
    print(f"{count} kills over {nights.seconds:.1f} s: {ends}")


def test_a_run_killed_at_random_loses_nothing_and_shows_nothing_twice(nights: Nights, seed: int) -> None:
    trials(nights, TRIALS, seed)


@pytest.mark.soak
def test_hundreds_of_kills(nights: Nights, seed: int) -> None:
    trials(nights, SOAK_TRIALS, seed)
