"""Our recogniser as a program that answers lines: files to transcripts, by the pipeline's functions without Beam.

Decoding, speech detection, the model, and rows of ``transcripts``, side by side as in a run: one thread listens, and
as many groups as there are cores are with the model.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.peer import measured, serve
from benchmarks.ways import AUTO, words_of
from schemas.catalog import TABLES
from schemas.config import SpeechConfig
from schemas.records import Clip, Problem, Recording, Rows, Source, Talk
from transforms.audio.speech import SpeechDetector
from transforms.gather import Gatherer, Group, Item
from transforms.infer import answer
from transforms.listen import Listening, listen
from transforms.models.budget import group_seconds
from transforms.models.engines import Engine, best_engine
from transforms.models.jobs import describe, open_door
from transforms.models.precision import best_precision
from transforms.task import Task
from transforms.threads import return_freed_memory, use_threads

JOB = "transcripts"


class Listener:
    """One checkpoint in one way on this machine's CPU.

    Args:
        way: a precision with its engine, see :mod:`benchmarks.ways`.
        threads: groups at once, each computed by one.
    """

    def __init__(self, folder: str, way: str, threads: int) -> None:
        precision, engine = words_of(way)
        described = describe(JOB, folder)
        if way == AUTO:
            engine = best_engine("cpu", described.kind)
            precision = best_precision("cpu", described.kind, engine)
        self._task = Task(
            name=JOB,
            table=TABLES[JOB],
            checkpoint=folder,
            run_id="benchmark",
            precision=precision,
            engine=Engine(engine, threads, threads),
            language="en",
            group_seconds=group_seconds("cpu", None, engine),
            joins=described.talk_seconds is not None,
        )
        self._door = open_door(JOB, folder, precision=precision, language="en", engine=self._task.engine)
        self._listening = Listening(None, SpeechConfig(), talk_seconds=described.talk_seconds)
        self._wanted = Talk if self._task.joins else Clip
        self._detector = SpeechDetector()
        self._pool = ThreadPoolExecutor(threads, "model", use_threads, (1,))
        use_threads(1)
        self.name = self._door.model_id.rpartition("/")[2]

    def hear(self, paths: Sequence[str], group_seconds: float | None = None) -> list[dict[str, Any]]:
        """Of each file its text, and each word with its start in seconds.

        Args:
            group_seconds: audio that is gathered before it goes to the model; None for as much as in a run.

        Raises:
            RuntimeError: a file or a segment failed: what is left out cannot be compared.
        """
        names = {hashlib.md5(path.encode()).hexdigest(): path for path in paths}
        said: dict[str, list[dict[str, Any]]] = {path: [] for path in paths}
        enough = self._task.group_seconds if group_seconds is None else group_seconds
        futures = [self._pool.submit(self._answered, group) for group in self._groups(names, enough)]
        for future in futures:
            for row in _rows(future):
                said[names[row["recording_id"]]].append(row)
        return [_told(sorted(said[path], key=lambda row: row["start_ms"])) for path in paths]

    def _groups(self, names: dict[str, str], enough: float) -> Iterator[Group[Clip | Talk]]:
        gatherer = Gatherer[Any](enough, lambda one: len(one.samples) / one.rate)
        for name, path in names.items():
            at = Path(path).stat()
            recording = Recording(name, (Source(path, path, at.st_size, at.st_mtime_ns),), 0.0)
            for event in listen(recording, self._listening, self._detector):
                if isinstance(event, Problem):
                    raise RuntimeError(f"{path}: {event.message}")
                if isinstance(event, self._wanted) and (group := gatherer.push(Item("", event))):
                    yield group
        last = gatherer.push(Item("", None))
        assert last is not None, "the end of a shard gives a group"
        if len(last):
            yield last

    def _answered(self, group: Group[Clip | Talk]) -> list[Rows]:
        return list(answer(self._task, self._door, group))


def _rows(future: Future[list[Rows]]) -> Iterator[dict[str, Any]]:
    for rows in future.result():
        made = [] if rows.batch is None else rows.batch.to_pylist()
        if rows.table == "errors":
            raise RuntimeError(f"the model failed: {made[0]}")
        yield from made


def _told(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    words = [[word["word"], word["start_ms"] / 1000] for row in rows for word in row["words"]]
    return {"text": " ".join(row["text"] for row in rows), "words": words}


def main(folder: str, way: str, threads: str) -> None:
    """Serve one checkpoint in one way."""
    return_freed_memory()
    listener = Listener(folder, way, int(threads))

    def answered(asked: dict[str, Any]) -> dict[str, Any]:
        hear = partial(listener.hear, group_seconds=asked.get("group_seconds"))
        return {"name": listener.name, **measured(hear, asked["paths"])}

    serve(answered)


if __name__ == "__main__":
    main(*sys.argv[1:])
