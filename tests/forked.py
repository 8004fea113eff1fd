"""A process that has imported all that a test needs but this program, and forks pytest in a copy of the tree.

``python -m tests.forked TEST`` reads the folder of a copy from each line of standard input, and answers with a line of
JSON: the exit code of pytest over ``TEST`` in that copy, and what it printed.  So a copy costs its own imports alone.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import tempfile
from pathlib import Path

import pytest

HERE = str(Path.cwd())
OURS = ("schemas", "transforms", "pipelines", "earwitness", "demo", "tests", "conftest")


def forget_ours() -> None:
    """Leave what others wrote in memory, and have our modules imported anew, from where the copy lies."""
    for name in list(sys.modules):
        if name.partition(".")[0] in OURS:
            del sys.modules[name]


def tested(tree: str, test: str) -> tuple[int, str]:
    """The exit code of pytest over ``test`` in ``tree``, and what it printed."""
    with tempfile.TemporaryFile() as said:
        child = os.fork()
        if child == 0:
            os.dup2(said.fileno(), 1)
            os.dup2(said.fileno(), 2)
            os.chdir(tree)
            sys.path[:] = [tree, *(path for path in sys.path if path not in ("", HERE))]
            os._exit(pytest.main(["-q", "-p", "no:cacheprovider", test]))
        _, status = os.waitpid(child, 0)
        said.seek(0)
        return os.waitstatus_to_exitcode(status), said.read().decode("utf-8")


def main(test: str) -> None:
    for name in ("tests.conftest", test.removesuffix(".py").replace("/", ".")):
        importlib.import_module(name)
    forget_ours()
    for line in sys.stdin:
        print(json.dumps(tested(line.rstrip("\n"), test)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
