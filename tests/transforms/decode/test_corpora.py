"""Real recordings: every file ends as samples or as a reason."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from schemas.reasons import Reason
from tests.transforms.decode.decoding import decode, refusal
from tests.transforms.signals import DEMO

HEADERLESS = ("ZASFX_ADSR_no_sustain.s16le.pcm", "l1-fl6.pcm", "test-audio.raw")


@pytest.mark.slow
def test_every_odd_file_ends_as_samples_or_as_a_reason(shared_audio: Path) -> None:
    refused: dict[str, set[Reason]] = {
        "undecodable": {Reason.UNDECODABLE, Reason.EMPTY_FILE},
        "no_audio_stream": {Reason.NO_AUDIO, Reason.UNDECODABLE},
        "zero_samples": {Reason.ZERO_SAMPLES, Reason.UNDECODABLE},
    }
    with open(shared_audio / "odd.csv") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 400
    for row in rows:
        path = shared_audio / row["path"]
        if path.name in HEADERLESS:  # neither decoder knows them, their extensions do
            assert decode(path)[1].codec == "pcm_s16"
            continue
        if row["verdict"] in refused:
            assert refusal(path) in refused[row["verdict"]], row["path"]
            continue
        samples, format, problems = decode(path)
        assert np.isfinite(samples).all()
        assert samples.shape[1] == format.channels
        assert set(problems) <= {Reason.TRUNCATED, Reason.CORRUPT, Reason.NON_FINITE, Reason.PART_NOT_HEARD}
        whole = format.seconds is not None and len(samples) >= round(format.seconds * format.sample_rate_hz)
        assert row["verdict"] != "partial" or problems or whole, row["path"]
        seconds = [
            float(row[f"{decoder}_frames"]) / float(row[f"{decoder}_sr"])
            for decoder in ("sf", "av")
            if row[decoder] in ("ok", "partial")
        ]
        padding = 1024 / format.sample_rate_hz if format.container == "mp4" else 0  # which FFmpeg leaves on
        assert len(samples) / format.sample_rate_hz > 0.98 * (min(seconds) - padding), row["path"]


def test_whole_files_of_the_demo_have_no_problems() -> None:
    files = [path for path in DEMO.rglob("*.*") if path.suffix != ".csv" and path.parent.name != "broken"]
    assert len({path.suffix for path in files}) >= 6
    for path in files:
        assert decode(path)[2] == {}, path


@pytest.mark.slow
@pytest.mark.parametrize("listing", ["speech.csv", "sounds.csv"])
def test_clean_files_have_no_problems(shared_audio: Path, listing: str) -> None:
    with open(shared_audio / listing) as file:
        paths = [shared_audio / row["path"] for row in csv.DictReader(file)]
    for path in paths[:: max(1, len(paths) // 100)]:
        assert decode(path)[2] == {}, path
