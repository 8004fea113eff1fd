"""What a device could do at most: the five models' bare forwards in turn, ``python -m benchmarks.forwards_in_turn``.

No decoding, no features, no readout: a batch of full clips lies on the device, and each model is called with it again
and again.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from functools import partial

import torch

from benchmarks.checkpoints import checkpoints
from benchmarks.command import run_command
from benchmarks.lengths import CLIP_S, clips
from benchmarks.measure import interleaved, rates, spread, timed
from benchmarks.report import Cell, Table
from benchmarks.settings import Settings
from benchmarks.tape import Pass, record, replay
from benchmarks.ways import opened
from schemas.jobs import JOBS
from schemas.records import Failure
from transforms.models.batching import run_each
from transforms.models.door import Door

LENGTHS_S = {"segments": 15.0, "windows": 10.0, "clips": CLIP_S}
"""Of the clips of a stream: the longest usual ones, all alike."""
SHARES = (1.0, 0.5)
"""Of speech in the audio: what hears windows hears all of it, the others the speech."""
LEAST_SECONDS = 1.0
"""A model is called again until so much time is over, on a GPU; on a CPU it is called once."""
COLUMNS = ("job", "batch", "precision", "x")


def compare(settings: Settings) -> list[Table]:
    """Each model at each precision, and the five in turn."""
    models = checkpoints(settings)
    rows: list[tuple[Cell, ...]] = []
    for way in settings.precisions:
        took: dict[str, list[float]] = {}
        for job, folder in models.items():
            settings.patience.say(f"{job}, {way}")
            door = opened(job, folder, way, device=settings.device, threads=torch.get_num_threads())
            length = LENGTHS_S[JOBS[job].hears]
            n = max(1, int(settings.batch_seconds / length))
            passes = _passes(door, n, length)
            calls = _calls(passes, settings.device)
            one = timed(partial(replay, passes * calls, settings.device))
            seconds = interleaved({job: one}, settings.patience.share(1 / len(models) / len(settings.precisions)))[job]
            took[job] = [each / (calls * n * length) for each in seconds]
            ran = door.model_id.rpartition("/")[2]
            rows.append((job, f"{n} x {length:g} s", ran, rates(calls * n * length, seconds)))
        for share in SHARES:
            rounds = zip(*took.values(), strict=False)
            each = [1 / sum(s * (1 if _hears_all(job) else share) for job, s in zip(took, one, strict=True))
                    for one in rounds]  # fmt: skip
            rows.append((f"the five in turn, {100 * share:.0f} % speech", "", way, spread(each)))
    notes = (
        "x is seconds of audio a second. In turn: the sum of the five models' seconds for a second of audio, of which "
        "transcripts, emotions and speakers hear the speech alone.",
    )
    return [Table(f"Bare forwards ({settings.size} models, {settings.device})", COLUMNS, tuple(rows), notes)]


def _hears_all(job: str) -> bool:
    return JOBS[job].hears == "windows"


def _passes(door: Door, n: int, length: float) -> list[Pass]:
    """What the door calls of its model for ``n`` clips of one length, in one batch where that is possible."""
    given = clips([length] * n, door.rate)

    def work() -> None:
        for result in run_each(door, given, budget_seconds=n * length):
            if isinstance(result, Failure):
                raise RuntimeError(f"a clip failed: {result.reason}: {result.message}")

    return record([door], work)


def _calls(passes: list[Pass], device: str) -> int:
    """How often the passes are made in one round, so that a round is long enough for the clock."""
    replay(passes, device)
    if not device.startswith("cuda"):
        return 1
    began = time.perf_counter()
    replay(passes, device)
    return max(1, round(LEAST_SECONDS / (time.perf_counter() - began)))


def main(words: Sequence[str] | None = None) -> int:
    """The command."""
    return run_command("benchmarks.forwards_in_turn", "Time the models alone.", compare, words)


if __name__ == "__main__":
    sys.exit(main())
