"""What a benchmark is told: which models on which device, how much audio, how much patience."""

from __future__ import annotations

import argparse
import sys
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import torch

from benchmarks.measure import Patience

REAL, TINY = "real", "tiny"
SECONDS = {REAL: 57.0, TINY: 6.0}
"""Audio in one pass of a benchmark: six files, which two workers share fairly."""
ROUNDS = {REAL: 5, TINY: 1}
WAYS = ("fp32", "auto", "int8")
WHERE = ("--cache", "--markdown", "--models", "--recordings", "--model", "--speech", "--peer-python")
"""Options that say where something lies on this machine."""


@dataclass(frozen=True)
class Settings:
    """How much is measured, with which models, and where.

    Attributes:
        folder: where checkpoints and audio are written.
        size: ``real``, the published shapes with random weights, or ``tiny``, the demo's untrained ones.
        seconds: of audio in one pass.
        device: ``cpu`` or ``cuda``, as the run takes it.
        precisions: of our runs, with their engines (see :mod:`benchmarks.ways`); the plain way is fp32.
        batch_seconds: the most audio in a batch of the bare loop.
    """

    folder: Path
    size: str = REAL
    seconds: float = SECONDS[REAL]
    device: str = "cpu"
    precisions: tuple[str, ...] = WAYS
    batch_seconds: float = 60.0
    patience: Patience = field(default_factory=Patience)

    @property
    def checkpoints(self) -> Path:
        return self.folder / self.size

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder that is gone afterwards."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            yield Path(folder)


def parse(parser: argparse.ArgumentParser, words: Sequence[str] | None) -> argparse.Namespace:
    """The command line, with the options that all benchmarks share; exits with 2 for wrong words."""
    parser.add_argument("--size", choices=(REAL, TINY), default=REAL, help="of the models (default: real)")
    parser.add_argument("--cache", type=Path, metavar="FOLDER", help="keeps the checkpoints; default: a temporary one")
    parser.add_argument("--seconds", type=float, metavar="S", help="audio in one pass (default: 57; 6 for tiny)")
    parser.add_argument("--rounds", type=int, metavar="N", help="at most (default: 5; 1 for tiny)")
    parser.add_argument("--minutes", type=float, default=18.0, metavar="M", help="for the whole (default: 18)")
    parser.add_argument("--device", default="cpu", metavar="cpu|cuda", help="where the models run (default: cpu)")
    parser.add_argument(
        "--precision",
        default=",".join(WAYS),
        metavar="P,...",
        help=f"of ours: auto, int8, fp32, bf16 (in torch), fp32-openvino, bf16-openvino (default: {','.join(WAYS)})",
    )
    parser.add_argument(
        "--batch-seconds", type=float, default=60.0, metavar="S", help="audio in a batch of the bare loop (default: 60)"
    )
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables there too")
    parser.add_argument("--append", action="store_true", help="behind what FILE holds, instead of in the place there")
    arguments = parser.parse_args(words)
    if arguments.device.startswith("cuda") and not torch.cuda.is_available():
        parser.error("--device cuda: torch sees no GPU on this machine")
    if arguments.append and not arguments.markdown:
        parser.error("--append: behind which FILE? name it with --markdown")
    return arguments


def command_line(module: str, words: Sequence[str] | None) -> str:
    """The command for a report, without where things lay on this machine."""
    kept: list[str] = []
    left = iter(sys.argv[1:] if words is None else words)
    for word in left:
        option, equals, _ = word.partition("=")
        if option not in WHERE:
            kept.append(word)
        elif not equals:
            next(left, None)
    return " ".join(["python -m", module, *(word for word in kept if word != "--append")])


@contextmanager
def settings_of(arguments: argparse.Namespace) -> Iterator[Settings]:
    """The settings that the words of :func:`parse` mean; a temporary folder is gone afterwards."""
    rounds = arguments.rounds or ROUNDS[arguments.size]
    patience = Patience(rounds, min(2, rounds), 60 * arguments.minutes, _say)
    with tempfile.TemporaryDirectory(prefix="earwitness-bench-") as folder, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "At least one mel filter")  # AST's own 128 mels over 257 frequencies
        yield Settings(
            folder=arguments.cache or Path(folder),
            size=arguments.size,
            seconds=arguments.seconds or SECONDS[arguments.size],
            device=arguments.device,
            precisions=tuple(name.strip() for name in arguments.precision.split(",") if name.strip()),
            batch_seconds=arguments.batch_seconds,
            patience=patience,
        )


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
