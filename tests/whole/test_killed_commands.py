"""Every command that writes, killed at any instant: one reads what was before or is after, and a repeat finishes it."""

from __future__ import annotations

import csv
import hashlib
import os
import random
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipelines.checkpoints.demo import DEMO_FOLDER
from pipelines.store.report_folder import is_page
from schemas.catalog import TABLES
from schemas.layout import PASSING
from tests.pipelines.corpora import DEMO
from tests.whole.killing import Zygote, started

KILLS = int(os.environ.get("KILLS", "500"))
"""Of the soak test, over all commands together."""
MINE = {"thesis.tex": "years", ".git/config": "mine", "snapshots/mine.txt": "mine", "report/notes.txt": "mine"}
"""What a person keeps in the folder of a corpus."""
PROMPTS = "prompts: {clock: a ticking clock, rain: heavy rain}\n"
ARCHIVE = ("signals/yes.wav", "signals/tones.wav", "digits/code_007.wav", "survey/answer_007.opus")


class Corpus:
    """A corpus of two snapshots with something for each command to do, which can be set back."""

    def __init__(self, folder: Path, models: dict[str, Path], zygote: Zygote) -> None:
        self.folder, self.out, self.to = folder, folder / "out", folder / "to"
        self._zygote = zygote
        self._pristine = folder.with_name(f"{folder.name}-pristine")
        self.archive = folder / "archive"
        self.archive.mkdir(parents=True)
        chosen = {job: models[job] for job in ("transcripts", "emotions", "speakers")}
        chosen["embeddings"] = DEMO_FOLDER / "embeddings"  # whose texts mean something
        options = [f"{job}={path}" for job, path in chosen.items()]
        self.run = ["run", str(self.archive), "--out", str(self.out), "--models", "base", "--model", "sounds=none"]
        self.run += [word for option in options for word in ("--model", option)]
        self.run += ["--tables", "segments,transcripts,emotions,embeddings,speakers"]
        for name in ARCHIVE:
            shutil.copy(DEMO / name, self.archive)
            if name in ARCHIVE[-2:]:
                assert self.command(self.run) == 0, self.log()
        (folder / "prompts.yaml").write_text(PROMPTS)
        assert self.command(["report", str(self.out)]) == 0, self.log()
        for name, text in MINE.items():
            (self.out / name).parent.mkdir(exist_ok=True)
            (self.out / name).write_text(text)
        sheet = folder / "sheet.csv"
        assert self.command(["sample", str(self.out), "--to", str(sheet)]) == 0, self.log()
        _fill(sheet)
        shutil.copytree(folder, self._pristine, symlinks=True)

    def reset(self) -> None:
        shutil.rmtree(self.folder)
        shutil.copytree(self._pristine, self.folder, symlinks=True)

    def command(self, words: list[str], kill_after: float | None = None) -> int:
        return self._zygote.run(self.folder / "log", words, kill_after)

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def tables(self) -> dict[str, Any]:
        """Every row that readers see, without the ids of the runs."""
        current = (self.out / "current").resolve()
        found = {}
        for name in TABLES:
            if (current / name).is_dir() and name != "runs":
                rows = pq.read_table(current / name, partitioning=None)
                kept = [column for column in rows.schema.names if column != "run_id"]
                found[name] = sorted(map(str, rows.select(kept).to_pylist()))
        return found

    def beside(self) -> dict[str, str]:
        """What commands have written outside of the tables: names, and a hash of what holds no time."""
        found = {}
        places = [self.out / "agreement.json", *self.to.rglob("*"), *(self.out / "report").rglob("*.html")]
        for path in places:
            if path.is_file() and not path.name.startswith(PASSING):  # what was growing, a later command sweeps away
                text = path.read_bytes()
                is_timed = path.name == "agreement.json" or is_page(path)
                found[path.name] = "there" if is_timed else hashlib.sha256(text).hexdigest()
                if is_page(path):
                    assert text.rstrip().endswith(b"</html>"), path
        return found


def _fill(sheet: Path) -> None:
    rows = list(csv.DictReader(sheet.open(encoding="utf-8-sig", newline="")))
    for row in rows:
        row["coder1_emotion"] = row["machine_emotion"]
    with sheet.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


COMMANDS: dict[str, Callable[[Corpus], list[str]]] = {
    "run": lambda c: [*c.run, "--force", "emotions", "--yes"],
    "forget": lambda c: ["forget", str(c.out), str(c.archive / "yes.wav"), "--yes"],
    "tag": lambda c: ["tag", str(c.out), str(c.folder / "prompts.yaml")],
    "speakers": lambda c: ["speakers", str(c.out), "--threshold", "0.5"],
    "agree": lambda c: ["agree", str(c.out), str(c.folder / "sheet.csv")],
    "report": lambda c: ["report", str(c.out), "--recordings", "top:2"],
    "export": lambda c: ["export", str(c.out), "--format", "csv", "--to", str(c.to), "--force"],
}


class Undisturbed:
    """How a command ends that nobody kills, and how long it takes."""

    def __init__(self, corpus: Corpus, name: str) -> None:
        corpus.reset()
        self.words = COMMANDS[name](corpus)
        self.before = corpus.tables()
        began = time.monotonic()
        assert corpus.command(self.words) == 0, corpus.log()
        self.seconds = time.monotonic() - began
        self.after, self.beside = corpus.tables(), corpus.beside()
        self.snapshots = len(_snapshots(corpus))


def _snapshots(corpus: Corpus) -> list[Path]:
    return [path for path in (corpus.out / "snapshots").iterdir() if path.is_dir() and not path.name.startswith(".")]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory, demo_models: dict[str, Path]) -> Iterator[Corpus]:
    with started() as zygote:
        yield Corpus(tmp_path_factory.mktemp("commands") / "one", demo_models, zygote)


def trial(corpus: Corpus, name: str, undisturbed: Undisturbed, kill_after: float, *, run_between: bool) -> str:
    """Kill a command, look at what is there, let others work on, and repeat it."""
    corpus.reset()
    kept = {path.name.split("Z-")[0] for path in _snapshots(corpus)}
    code = corpus.command(undisturbed.words, kill_after)
    seen = corpus.tables()
    assert seen in (undisturbed.before, undisturbed.after), name
    for file, content in corpus.beside().items():
        assert content == undisturbed.beside.get(file, content), (name, file)
    if run_between:
        assert corpus.command([*corpus.run, "--yes"]) == 0, corpus.log()
        assert kept <= {path.name.split("Z-")[0] for path in _snapshots(corpus)}, (name, "a kept snapshot is lost")
    assert corpus.command(undisturbed.words) == 0, corpus.log()
    assert corpus.tables() == undisturbed.after, name
    assert corpus.beside() == undisturbed.beside, name
    assert {file: (corpus.out / file).read_text() for file in MINE} == MINE, name
    left = [path for path in corpus.out.rglob(".earwitness-*") if path.suffix != ".growing"]
    assert left == [], name
    assert not (corpus.out / "staging").exists(), name
    if name == "forget" and not run_between:  # which publishes where it drops what a cut-off forget has left
        assert len(_snapshots(corpus)) == undisturbed.snapshots
    return "killed" if code < 0 else "over"


def trials(corpus: Corpus, count: int, seed: int, commands: int = len(COMMANDS)) -> None:
    """Kill ``count`` times, spread over some of the commands."""
    dice = random.Random(seed)
    ends: dict[str, list[str]] = {}
    for i, name in enumerate(dice.sample(list(COMMANDS), commands)):
        undisturbed = Undisturbed(corpus, name)
        share = count // commands + (i < count % commands)
        for j in range(share):
            # Spread over the whole command, each at random within its share.
            kill_after = undisturbed.seconds * 1.1 * (j + dice.random()) / share
            ended = trial(corpus, name, undisturbed, kill_after, run_between=dice.random() < 0.3)
            ends.setdefault(name, []).append(ended)
        print(f"{name}: {share} tried, {ends.get(name, []).count('killed')} of them killed", flush=True)
    killed = sum(those.count("killed") for those in ends.values())
    assert killed >= count // 2 or count < KILLS, f"{killed} of {count} were killed: the others were over before"


def test_commands_that_write_are_killed(corpus: Corpus, seed: int) -> None:
    trials(corpus, 3, seed, commands=3)


@pytest.mark.soak
def test_hundreds_of_kills_of_every_command(corpus: Corpus, seed: int) -> None:
    trials(corpus, KILLS, seed)
