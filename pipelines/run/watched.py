"""Workers that are processes of their own: the death of one ends the run, in place of a wait without end."""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import apache_beam as beam
from apache_beam.runners.runner import PipelineResult

from pipelines.errors import CommandError
from pipelines.workers.server import isolated_children

THREAD = "run_worker"
"""What Beam (2.77) calls the thread that waits for a worker process; it ends with an error if the worker does."""
GRACE_SECONDS = 10.0
"""What a run may still take behind the death of a worker: Beam may know why it died, or be at its end anyway."""


def run_watched(pipeline: beam.Pipeline) -> PipelineResult:
    """Run to the end, with an eye on the worker processes, for which Beam would wait for ever.

    The pipeline is in a thread of its own, which stays behind where a worker was lost: the process should end soon.

    Raises:
        CommandError: a worker died.
        Exception: whatever the pipeline raises.
    """
    results: list[PipelineResult] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            result = pipeline.run()
            result.wait_until_finish()
            results.append(result)
        except BaseException as error:
            errors.append(error)

    with _deaths() as deaths, isolated_children():
        thread = threading.Thread(target=work, name="pipeline", daemon=True)
        thread.start()
        while thread.is_alive() and not deaths:
            thread.join(0.2)
        thread.join(GRACE_SECONDS)
    if results:
        return results[0]
    if deaths:
        raise CommandError(f"a worker process is gone: {deaths[0]}; what it had finished is kept: run again")
    raise errors[0]


@contextmanager
def _deaths() -> Iterator[list[str]]:
    """Fills with what is said of each worker that dies meanwhile."""
    found: list[str] = []
    before = threading.excepthook

    def hook(arguments: threading.ExceptHookArgs) -> None:
        if arguments.thread is not None and arguments.thread.name == THREAD:
            found.append(_said(str(arguments.exc_value)))
        else:
            before(arguments)

    threading.excepthook = hook
    try:
        yield found
    finally:
        threading.excepthook = before


def _said(message: str) -> str:
    """Beam's words, with the signal by its name: a shell gives it as 128 and its number, Python as a negative one."""
    code = re.search(r"return code (-?\d+)", message)
    if code is None:
        return message
    number = -int(code[1]) if int(code[1]) < 0 else int(code[1]) - 128
    try:
        name = signal.Signals(number).name
    except ValueError:
        return f"it ended with exit code {code[1]}"
    return f"it was killed by {name}" + (" (as the system does when memory is short)" if name == "SIGKILL" else "")
