"""Models without Beam, for a machine with a GPU: ``python -m benchmarks.bare_loop --device cuda``.

It needs no network.  Where the libraries that decode audio or find speech are not installed, what
starts from files is left out.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch

from benchmarks.checkpoints import checkpoints
from benchmarks.command import run_command
from benchmarks.lengths import CLIP_S, WINDOW_S, clips, segments, short_clips, windows
from benchmarks.measure import Patience, interleaved, rates, ratios, timed
from benchmarks.report import Cell, Table
from benchmarks.settings import Settings
from benchmarks.tape import record, replay
from benchmarks.ways import opened
from schemas.jobs import JOBS, Stream
from schemas.records import Failure
from transforms.models.batching import run_each
from transforms.models.door import Door

GIVEN: dict[Stream, tuple[Callable[[float], list[float]], float]] = {
    "windows": (windows, WINDOW_S),
    "segments": (segments, WINDOW_S),
    "clips": (short_clips, CLIP_S),
}
"""What a job of a stream is given in a run, and the one length of its clips for full batches, in seconds."""
FULL, SAME, DECODED, FILES = "forward, full batches", "forward, our batches", "from decoded audio", "from files"
COLUMNS = ("job, family", "precision", *(f"{name}, x" for name in (FULL, SAME, DECODED, FILES)), "decoded over forward")


def compare(settings: Settings) -> list[Table]:
    """Every job at every precision on one device."""
    models = checkpoints(settings)
    rows: list[tuple[Cell, ...]] = []
    notes: list[str] = []
    with settings.scratch() as folder:
        paths, reason = files_of_speech(folder / "speech", settings.seconds)
        if reason:
            notes.append(f"{FILES} was left out: {reason}")
        patience = settings.patience.share(1 / len(models) / len(settings.precisions))
        for precision in settings.precisions:
            for job in models:
                settings.patience.say(f"{job}, {precision}")
                threads = torch.get_num_threads()
                door = opened(job, models[job], precision, device=settings.device, threads=threads)
                family = json.loads((models[job] / "config.json").read_text())["model_type"]
                ran = door.model_id.rpartition("/")[2]
                rows.append((f"{job}, {family}", ran, *_speeds(job, door, paths, settings, patience)))
    return [
        Table(
            f"Models in a bare loop ({settings.size} models, {settings.device})",
            COLUMNS,
            tuple(rows),
            (
                "x is seconds of what the model was given a second.",
                f"{FULL}: the model alone on clips of one length (10 s; 5 s for emotions and speakers), in batches of "
                f"{settings.batch_seconds:.0f} s. {SAME}: the model alone on the batches that the next column makes.",
                f"{DECODED}: run_each over clips as long as a run's, features included. {FILES}: decoding, resampling, "
                "speech detection and cutting too, one after the other in one thread of work.",
                f"The last column is {DECODED} over {SAME}: 1 would be features for nothing.",
                *notes,
            ),
        )
    ]


def _speeds(job: str, door: Door, paths: Sequence[Path], settings: Settings, patience: Patience) -> list[Cell]:
    """The last columns of a job's row."""
    lengths_of, whole = GIVEN[JOBS[job].hears]
    as_in_a_run = clips(lengths_of(settings.seconds), door.rate)
    of_one_length = clips([whole] * len(windows(settings.seconds * WINDOW_S / whole)), door.rate)
    run = partial(_run, door, budget=settings.batch_seconds)
    full = record([door], lambda: run(of_one_length))
    same = record([door], lambda: run(as_in_a_run))
    contenders: dict[str, Callable[[], float]] = {
        FULL: timed(partial(replay, full, settings.device)),
        SAME: timed(partial(replay, same, settings.device)),
        DECODED: timed(partial(run, as_in_a_run)),
    }
    heard = 0.0
    if paths:
        from_files = partial(_from_files, door, Ears(job, door.rate), paths, settings.batch_seconds)
        heard = from_files()
        contenders[FILES] = timed(from_files)
    took = interleaved(contenders, replace(patience, say=lambda line: None))
    decoded = _seconds(as_in_a_run, door)
    return [
        rates(_seconds(of_one_length, door), took[FULL]),
        rates(decoded, took[SAME]),
        rates(decoded, took[DECODED]),
        rates(heard, took[FILES]) if paths else None,
        ratios(took[SAME], took[DECODED]),
    ]


def _run(door: Door, given: Sequence[np.ndarray], budget: float) -> None:
    for result in run_each(door, given, budget_seconds=budget):
        if isinstance(result, Failure):
            raise RuntimeError(f"a clip failed: {result.reason}: {result.message}")


def _from_files(door: Door, ears: Ears, paths: Sequence[Path], budget: float) -> float:
    """Hear the files and run the model over what the job is given of them; how many seconds that was."""
    seconds, group = 0.0, []
    for clip in ears.hear(paths):
        group.append(clip)
        if _seconds(group, door) >= budget:
            seconds += _seconds(group, door)
            _run(door, group, budget)
            group = []
    _run(door, group, budget)
    return seconds + _seconds(group, door)


class Ears:
    """The clips of one job out of files, cut as a run cuts them."""

    def __init__(self, job: str, rate: int) -> None:
        from schemas.config import SpeechConfig
        from schemas.records import Clip, Segment, Window
        from transforms.audio.speech import SpeechDetector
        from transforms.listen import Listening

        self._rate = rate
        self._wanted = {"windows": Window, "segments": Segment, "clips": Clip}[JOBS[job].hears]
        of_windows = self._wanted is Window
        self._listening = Listening((rate,), None) if of_windows else Listening(None, SpeechConfig())
        self._detector = None if of_windows else SpeechDetector()

    def hear(self, paths: Sequence[Path]) -> Iterator[np.ndarray]:
        """Float32 mono at the rate of the model."""
        import soxr

        from schemas.records import Clip, Recording, Segment, Source, Window
        from transforms.audio.speech import RATE
        from transforms.listen import listen

        for path in paths:
            recording = Recording(path.name, (Source(str(path), str(path), path.stat().st_size, 0),), 0.0)
            for event in listen(recording, self._listening, self._detector):
                if not isinstance(event, self._wanted):
                    continue
                if isinstance(event, Window):
                    yield event.audio[self._rate]
                elif isinstance(event, Segment | Clip):
                    resampled = self._rate != RATE
                    yield soxr.resample(event.samples, RATE, self._rate, quality="HQ") if resampled else event.samples


def files_of_speech(folder: Path, seconds: float) -> tuple[tuple[Path, ...], str]:
    """Files of speech; none, and why, where a library is missing."""
    try:
        import silero_vad  # noqa: F401

        import transforms.listen  # noqa: F401
        from benchmarks.material import all_speech
    except ImportError as error:
        return (), str(error)
    return all_speech(folder, seconds).paths, ""


def _seconds(given: Sequence[np.ndarray], door: Door) -> float:
    return sum(len(clip) for clip in given) / door.rate


def main(words: Sequence[str] | None = None) -> int:
    """The command."""
    return run_command("benchmarks.bare_loop", "Time the models without Beam.", compare, words)


if __name__ == "__main__":
    sys.exit(main())
