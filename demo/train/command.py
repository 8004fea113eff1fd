"""What the five commands share: their options, their data, their end."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import torch

from demo.train.data import sound_set, speech_set
from demo.train.data.manifest import MANIFEST, Planned, Row, produce, read_manifest
from demo.train.ranks import ALONE, Ranks
from demo.train.utterances import BATCH_S


@dataclass(frozen=True)
class Options:
    """As given on the command line.

    Attributes:
        data: folder of the sets that were generated; each job makes its own in there if it is missing.
        recordings: folder of real recordings with their lists; the emotions do without.
        out: folder of the checkpoint; the state of the training lies beside it, in ``NAME.state``.
        start: checkpoint whose weights the training begins with; None for none.
        peak_rate: of learning, in a further course of the transcripts; None for theirs.
        early: in a further course of the transcripts, the weight of what draws letters to the beginning of their sound.
        batch_seconds: of audio in a step of the transcripts.
        until: the step before which to break off, with the best weights so far; None for none.
        share: of what is synthesised; below 1 for a trial.
        final: the development split has chosen; train on it too, and keep the last weights.
        bfloat16: train in it; all but the emotions can.
        ranks: the processes that train together; transcripts alone.
    """

    data: Path
    recordings: Path
    out: Path
    steps: int
    start: Path | None
    peak_rate: float | None
    early: float
    batch_seconds: float
    until: int | None
    seed: int
    workers: int
    threads: int
    device: str
    share: float
    final: bool
    bfloat16: bool
    ranks: Ranks = ALONE

    def set(self, name: str) -> Path:
        """The folder of a set: another seed or share makes another set."""
        share = "" if self.share == 1 else f"-share{self.share:g}"
        return self.data / f"{name}-seed{self.seed}{share}"

    @property
    def speech(self) -> Path:
        """The folder of the set for transcripts and speakers."""
        return self.set(speech_set.name(self.final))

    @property
    def state(self) -> Path:
        return self.out.with_name(self.out.name + ".state")


def parse(arguments: Sequence[str] | None, job: str, steps: int) -> Options:
    """Read the command line of ``python -m demo.train.JOB``; sets the number of threads."""
    parser = argparse.ArgumentParser(f"python -m demo.train.{job}", description=f"Train the demo checkpoint for {job}.")
    parser.add_argument("--data", type=Path, required=True, help="folder for the generated sets; kept, gone on with")
    parser.add_argument("--recordings", type=Path, default=Path(), help="folder with sounds.csv and speech.csv (.)")
    parser.add_argument("--out", type=Path, required=True, help="folder for the checkpoint; OUT.state keeps the state")
    parser.add_argument("--steps", type=int, default=steps, help="of training (%(default)s)")
    parser.add_argument(
        "--start", type=Path, help="checkpoint to begin with (from nothing); transcripts and sounds take one"
    )
    parser.add_argument("--peak-rate", type=float, help="of learning, in a further course of the transcripts")
    parser.add_argument(
        "--early",
        type=float,
        default=0.0,
        help="weight of what draws each letter to the beginning of its sound, in a further course of the transcripts",
    )
    parser.add_argument(
        "--batch-seconds", type=float, default=BATCH_S, help="of audio in a step of the transcripts (%(default)s)"
    )
    parser.add_argument("--until", type=int, help="break off before this step, and make the best so far a checkpoint")
    parser.add_argument("--seed", type=int, default=7, help="of data, splits and weights (%(default)s)")
    parser.add_argument(
        "--workers", type=int, default=0, help="processes that make sets and batches (%(default)s: in turn)"
    )
    parser.add_argument("--threads", type=int, default=1, help="of PyTorch (%(default)s)")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu", help="(%(default)s)")
    parser.add_argument("--share", type=float, default=1.0, help="of the synthetic data, below 1 for a trial")
    parser.add_argument(
        "--final", action="store_true", help="train on the development split too: it chooses nothing then"
    )
    parser.add_argument(
        "--bfloat16",
        action="store_true",
        help="multiply in bfloat16, faster with AMX; all but the emotions can",
    )
    options = Options(**vars(parser.parse_args(arguments)))
    torch.set_num_threads(options.threads)
    return options


def prepared(folder: Path, plan: Callable[[], Iterable[Planned]], workers: int = 0) -> list[Row]:
    """The rows of a set; made first, or made to its end, where there is no manifest."""
    if (folder / MANIFEST).exists():
        return read_manifest(folder)
    folder.mkdir(parents=True, exist_ok=True)
    return produce(plan(), folder, workers)


def speech_rows(options: Options) -> list[Row]:
    """The rows of the set for transcripts and speakers."""
    plan = partial(speech_set.plan, options.recordings, options.seed, options.share, options.final)
    return prepared(options.speech, plan, options.workers)


def sound_rows(options: Options) -> list[Row]:
    """The rows of the set for sounds and embeddings."""
    plan = partial(sound_set.plan, options.recordings, options.seed, options.share)
    return prepared(options.set("sounds"), plan, options.workers)


def run(
    arguments: Sequence[str] | None,
    job: str,
    steps: int,
    rows_of: Callable[[Options], list[Row]],
    train: Callable[[Options, Sequence[Row]], None],
) -> int:
    """The command of a job: make its set, train, and print the card."""
    options = replace(parse(arguments, job, steps), ranks=Ranks.joined())
    if options.ranks.count > 1 and job != "transcripts":
        raise SystemExit(f"{job}: trains in one process; start it without torchrun")
    if options.bfloat16 and job == "emotions":
        raise SystemExit(f"{job}: trains in float32; leave out --bfloat16")
    if options.start and job not in ("transcripts", "sounds"):
        raise SystemExit(f"{job}: trains from nothing; leave out --start")
    if (options.peak_rate or options.early) and not (options.start and job == "transcripts"):
        raise SystemExit(f"{job}: --peak-rate and --early are for a further course of the transcripts, with --start")
    if options.batch_seconds != BATCH_S and job != "transcripts":
        raise SystemExit(f"{job}: has batches of its own; leave out --batch-seconds")
    if not options.ranks.first:
        options.ranks.wait()
    rows = rows_of(options)  # the first makes the set, where it is missing
    if options.ranks.first:
        options.ranks.wait()
    if options.final:
        rows = [replace(row, split="train") if row.split == "dev" else row for row in rows]
    train(options, rows)
    if options.ranks.first:
        print((options.out / "README.md").read_text("utf-8"))
    return 0
