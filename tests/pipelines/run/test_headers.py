"""How long the files of an archive are, after some of their headers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipelines.run.headers import LEAST_OF_A_KIND, MOST_HEADERS, lengths
from schemas.records import Source
from tests.pipelines.corpora import DEMO
from transforms.discover import discover


def sources(folder: Path) -> tuple[Source, ...]:
    return discover([str(folder)]).sources


def test_of_few_files_every_header_is_read() -> None:
    given = sources(DEMO)
    found = lengths(given)
    assert found.read == len(given) == 22
    assert found.unreadable == 2
    assert found.seconds == pytest.approx(sum(seconds for _, seconds in found.drawn))
    assert lengths(given) == found


def test_of_many_some_tell_the_rest_by_their_sizes_and_formats(tmp_path: Path) -> None:
    dice = np.random.default_rng(0)
    total = 0.0
    for i in range(600):
        seconds = float(dice.uniform(0.1, 1.0))
        rate, end = (8000, "wav") if i % 50 else (44_100, "flac")  # a rare kind, with another rate
        soundfile.write(tmp_path / f"{i}.{end}", np.zeros(round(seconds * rate)), rate)
        total += seconds
    found = lengths(sources(tmp_path))
    assert MOST_HEADERS <= found.read <= MOST_HEADERS + LEAST_OF_A_KIND
    assert sum(source.path.endswith(".flac") for source, _ in found.drawn) >= LEAST_OF_A_KIND
    assert found.seconds == pytest.approx(total, rel=0.02)


def test_what_cannot_be_opened_is_told_and_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty.wav").touch()
    (tmp_path / "text.mp3").write_text("no audio")
    (tmp_path / "gone.wav").symlink_to("nowhere")
    found = lengths(sources(tmp_path))
    assert (found.read, found.unreadable, found.seconds, found.drawn) == (3, 3, 0.0, ())
    assert lengths(()).seconds == 0.0


@pytest.mark.soak
def test_ten_thousand_files(tmp_path: Path) -> None:
    for i in range(10_000):
        soundfile.write(tmp_path / f"{i}.wav", np.zeros(4000 + i), 8000)
    found = lengths(sources(tmp_path))
    assert found.read == MOST_HEADERS
    assert found.seconds == pytest.approx(sum(4000 + i for i in range(10_000)) / 8000, rel=0.02)
