"""A process that has imported everything and forks a run at each word: a run begins at once, and can be killed.

It reads a JSON list of the command's words from each line of standard input, and answers with the
run's process (which leads a process group of its own) and, when that is over, with its exit status.
"""

from __future__ import annotations

import importlib
import json
import os
import sys

from pipelines.cli import main

for name in (
    *(
        "pipelines.run.estimate",
        "pipelines.console.progress",
        "pipelines.run.run",
        "pipelines.commands.printed.run",
        "transforms.models.classifier",
    ),
    *("great_expectations", "great_expectations.data_context.types.base", "silero_vad", "sqlite3", "grpc"),
    "apache_beam.runners.portability.fn_api_runner.fn_runner",
):
    importlib.import_module(name)


def serve() -> None:
    print("ready", flush=True)
    for line in sys.stdin:
        words = json.loads(line)
        child = os.fork()
        if child == 0:
            os.setsid()
            nowhere = os.open(os.devnull, os.O_RDWR)
            log = os.open(words.pop(0), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            for descriptor, to in ((nowhere, 0), (nowhere, 1), (log, 2)):
                os.dup2(descriptor, to)
            os._exit(main(words))
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    serve()
