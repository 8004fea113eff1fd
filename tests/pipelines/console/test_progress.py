"""What is shown while a run is on."""

from __future__ import annotations

import io
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from pipelines.console import progress
from pipelines.console.progress import ProgressBar, describe
from transforms.progress import Tick, Ticker


@pytest.mark.parametrize(
    ("tick", "elapsed", "text"),
    [
        (Tick(), 0.0, "0/0 files, 0.00 of 0.00 h, 0.0x real time, 0 errors"),
        (
            Tick(4500, 12, 2, 14_760, 40),
            145.16,
            "12/40 files, 1.25 of 4.10 h, 31x real time, 2 errors, 0:05:31 left",
        ),
        (
            Tick(36_000, 1, 1, 72_000, 2),
            72_000,
            "1/2 files, 10.00 of 20.00 h, 0.5x real time, 1 error, 20:00:00 left",
        ),
        (
            Tick(3.6e6, 12_345, 1_234, 7.2e6, 40_000),
            36_000,
            "12,345/40,000 files, 1,000 of 2,000 h, 100x real time, 1,234 errors, 10:00:00 left",
        ),
        (Tick(60, 3, 0, 60, 3), 2.0, "3/3 files, 0.02 of 0.02 h, 30x real time, 0 errors"),
        (Tick(0, 3, 3, 0, 3), 2.0, "3/3 files, 0.00 of 0.00 h, 0.0x real time, 3 errors"),
    ],
)
def test_figures(tick: Tick, elapsed: float, text: str) -> None:
    assert describe(tick, elapsed) == text


@given(
    st.builds(
        Tick,
        seconds=st.floats(0, 1e8),
        files=st.integers(0, 10**7),
        errors=st.integers(0, 10**7),
        planned_seconds=st.floats(0, 1e8),
        planned_files=st.integers(0, 10**7),
    ),
    st.floats(0, 1e7),
)
def test_any_figures_are_one_line(tick: Tick, elapsed: float) -> None:
    text = describe(tick, elapsed)
    assert "\n" not in text
    assert text.isprintable()
    assert text.startswith(f"{tick.files:,}/{tick.planned_files:,} files, ")


def drained(bar: ProgressBar, until: str) -> str:
    """The bar's text once it tells of the ticks, which travel by themselves."""
    for _ in range(200):
        if until in bar.text():
            break
        time.sleep(0.02)
    return bar.text()


@pytest.fixture
def plain() -> Iterator[tuple[ProgressBar, io.StringIO]]:
    stream = io.StringIO()
    with ProgressBar(Console(file=stream, markup=False, highlight=False, soft_wrap=True), 5) as bar:
        yield bar, stream


def test_ticks_of_several_workers_add_up(plain: tuple[ProgressBar, io.StringIO]) -> None:
    bar, _ = plain
    Ticker(bar.address).plan(7200.0, 5)
    for _ in range(2):
        ticker = Ticker(bar.address)
        ticker.add(seconds=900.0, files=1)
        ticker.add(seconds=900.0, files=1, errors=2)
        ticker.send()
    assert re.fullmatch(
        r"4/5 files, 1\.00 of 2\.00 h, [\d,]+x real time, 4 errors, 0:00:\d\d left", drained(bar, "4/5 files")
    )


def test_the_plans_of_several_passes_add_up(plain: tuple[ProgressBar, io.StringIO]) -> None:
    bar, _ = plain
    for files in (3, 4):
        Ticker(bar.address).plan(3600.0, files)
    assert drained(bar, "0/7 files").startswith("0/7 files, 0.00 of 2.00 h")


OTHERS = [
    b"",
    b"hello",
    b"\xff\xfe",
    b"null",
    b"[]",
    b"7",
    b"{}x",
    b"{" * 4000,
    b"[" * 4000,
    b'{"seconds": "1"}',
    b'{"seconds": null}',
    b'{"seconds": [1]}',
    b'{"seconds": NaN}',
    b'{"seconds": -1}',
    b'{"seconds": Infinity}',
    b'{"seconds": 1e400}',
    b'{"files": 1.5}',
    b'{"files": true}',
    b'{"files": 1' + b"0" * 4000 + b"}",
    b'{"planned_seconds": 1, "more": 1}',
    b'{"files": 1, "errors": ' + b" " * 5000 + b"1}",
]
"""What is no tick, or half of one."""


def test_a_datagram_that_is_no_tick_is_passed_over(plain: tuple[ProgressBar, io.StringIO]) -> None:
    bar, stream = plain
    Ticker(bar.address).plan(3600.0, 4)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for other in OTHERS:
            stranger.sendto(other, bar.address)
    ticker = Ticker(bar.address)
    ticker.add(seconds=1800.0, files=3)
    ticker.send()
    assert drained(bar, "3/4 files").startswith("3/4 files, 0.50 of 1.00 h")
    assert stream.getvalue() == ""


def test_it_listens_to_this_machine_alone(plain: tuple[ProgressBar, io.StringIO]) -> None:
    assert plain[0].address[0] == "127.0.0.1"


def test_whoever_sends_without_end_does_not_keep_it_from_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "LAST_TICKS_SECONDS", 0.05)
    over = threading.Event()

    def flood(address: tuple[str, int]) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            while not over.is_set():
                stranger.sendto(b"hello", address)

    with ProgressBar(Console(file=io.StringIO(), markup=False, highlight=False), 1) as bar:
        floods = [threading.Thread(target=flood, args=(bar.address,)) for _ in range(2)]
        for thread in floods:
            thread.start()
    over.set()
    for thread in floods:
        thread.join()


def test_what_goes_on_is_told_in_lines_where_there_is_no_terminal(plain: tuple[ProgressBar, io.StringIO]) -> None:
    bar, stream = plain
    bar.say("loading the models")
    assert bar.text() == "loading the models"
    Ticker(bar.address).plan(3600.0, 5)
    assert drained(bar, "0/5 files").startswith("0/5 files, 0.00 of 1.00 h")
    bar.say("auditing the tables [of this run]")
    assert stream.getvalue() == "loading the models\nauditing the tables [of this run]\n"


def test_ticks_sent_at_the_very_end_count() -> None:
    stream = io.StringIO()
    with ProgressBar(Console(file=stream, markup=False, highlight=False), 1000) as bar:
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sender.sendto(json.dumps(asdict(Tick(planned_seconds=1000.0, planned_files=100))).encode(), bar.address)
        for _ in range(100):
            sender.sendto(json.dumps(asdict(Tick(seconds=10.0, files=1))).encode(), bar.address)
        sender.close()
    assert bar.text().startswith("100/100 files, 0.28 of 0.28 h")
    assert stream.getvalue() == ""


def terminal(width: int) -> tuple[Console, io.StringIO]:
    stream = io.StringIO()
    settings: dict[str, Any] = {"force_terminal": True, "width": width, "height": 40, "soft_wrap": True}
    return Console(
        file=stream, markup=False, highlight=False, color_system=None, legacy_windows=False, **settings
    ), stream


@pytest.mark.parametrize("width", [80, 120])
def test_the_bar_fits_its_terminal_and_ends_full(width: int) -> None:
    console, stream = terminal(width)
    with ProgressBar(console, 17) as bar:
        bar.say("loading the models")
        time.sleep(0.5)  # a bar draws itself ten times a second
        Ticker(bar.address).plan(3600.0, 17)
        ticker = Ticker(bar.address)
        ticker.add(seconds=1800.0, files=8, errors=3)
        drained(bar, "8/17 files")
        time.sleep(0.5)
        ticker.add(seconds=1700.0, files=9)
        ticker.send()
    frames = re.split(r"[\r\n]+", re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", stream.getvalue()))
    assert max(len(frame) for frame in frames) <= width
    assert any("loading the models" in frame for frame in frames)
    assert any(
        re.search(r"8/17 files, 0\.50 of 1\.00 h, [\d,]+x real time, 3 errors, \d:\d\d:\d\d left", f) for f in frames
    )
    last = [frame for frame in frames if frame.strip()][-1]
    assert re.search(r"^━+ 17/17 files, 0\.97 of 0\.97 h, [\d,]+x real time, 3 errors", last)


def test_what_libraries_print_does_not_come_between(capsys: pytest.CaptureFixture[str]) -> None:
    import sys

    console, stream = terminal(80)
    with ProgressBar(console, 1):
        print("chatter", file=sys.stderr)
    assert "chatter" not in stream.getvalue()
    assert "chatter" in capsys.readouterr().err
