"""What ``make quick`` leaves, and that no test draws numbers that nobody can draw again."""

from __future__ import annotations

import ast
import contextlib
import multiprocessing
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.quick import LEFT, Doors

TESTS = Path(__file__).parent
SEEDED = {"Random", "default_rng", "Generator", "RandomState"}
"""What is made of a seed.  The functions beside them draw from a state that all share."""


@pytest.fixture(scope="module")
def doors() -> Iterator[Doors]:
    doors = Doors()
    with pytest.MonkeyPatch.context() as patched:
        doors.hang(patched.setattr)
        yield doors


def nothing() -> None:
    pass


@pytest.mark.parametrize(
    "begin",
    [
        lambda: subprocess.run([sys.executable, "-c", ""], check=True),
        lambda: os.system("true"),
        lambda: multiprocessing.get_context("spawn").Process(target=nothing).start(),
    ],
    ids=["subprocess", "system", "multiprocessing"],
)
def test_a_process_is_left(doors: Doors, begin: Callable[[], object]) -> None:
    with pytest.raises(pytest.skip.Exception, match=f"{LEFT}starts a process"), doors.shut():
        begin()


def test_models_are_left(doors: Doors) -> None:
    from silero_vad import load_silero_vad
    from transformers import Wav2Vec2Config, Wav2Vec2Model

    with pytest.raises(pytest.skip.Exception, match="holds a model"), doors.shut():
        load_silero_vad()
    with pytest.raises(pytest.skip.Exception, match="holds a model"), doors.shut():
        Wav2Vec2Model(Wav2Vec2Config(hidden_size=8, num_attention_heads=1, num_hidden_layers=1))


def test_nothing_is_begun_where_a_test_would_not_hear_of_it(doors: Doors, tmp_path: Path) -> None:
    """In a thread, or by who takes every end for a failure of its own."""
    code = [sys.executable, "-c", f"open({str(tmp_path / 'begun')!r}, 'w')"]

    def swallowed() -> None:
        with contextlib.suppress(BaseException):
            subprocess.run(code, check=True)

    def begin() -> None:
        with doors.shut():
            swallowed()
            thread = threading.Thread(target=swallowed)
            thread.start()
            thread.join()

    with pytest.raises(pytest.skip.Exception, match="starts a process"):
        begin()
    assert not (tmp_path / "begun").exists()


def test_outside_of_quick_tests_the_doors_are_open(doors: Doors) -> None:
    with doors.shut():
        pass
    assert subprocess.run([sys.executable, "-c", ""], check=True).returncode == 0


def test_no_test_draws_numbers_that_cannot_be_drawn_again() -> None:
    """They come of a number that stands there, of Hypothesis, or of the fixture ``seed``, which a failed test shows."""
    unseeded = []
    for path in sorted(TESTS.rglob("test_*.py")):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        modules = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        shared = {"np.random", "numpy.random", *({"random"} & modules)}
        for call in (node for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            name, of = call.func.attr, ast.unparse(call.func.value)
            if of in shared and not (name in SEEDED and call.args):
                unseeded.append(f"{path.relative_to(TESTS)}:{call.lineno}: {of}.{name}")
    assert unseeded == []
