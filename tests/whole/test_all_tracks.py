"""A run over all audio tracks: published, audited, and asked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from demo.untrained.checkpoints import build
from pipelines.cli import main
from pipelines.corpus.asked import open_corpus
from tests.pipelines.corpora import DEMO, publish, rows
from tests.transforms.decode.muxing import RATE, mux_tracks


@pytest.mark.parametrize("channels", ["mix", "each"])
def test_a_track_is_a_part_of_the_key_as_a_channel_is(
    channels: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    samples, rate = soundfile.read(DEMO / "interviews" / "taste.mp3", dtype="float32", always_2d=True)
    first = soxr.resample(samples[:, :1], rate, RATE)[: 8 * RATE]
    mux_tracks(tmp_path / "call.mkv", first, np.column_stack([first, first[::-1]]), first[: 4 * RATE])
    models = {"transcripts": build("whisper", tmp_path / "whisper")}
    models |= {job: Path("none") for job in ("sounds", "embeddings", "emotions", "speakers")}
    out = tmp_path / "out"
    publish(out, models, [tmp_path / "call.mkv"], channels=channels, tracks="all", engine="torch")
    (recording,) = rows(out, "recordings")
    assert (recording["track"], len(recording["tracks"]), recording["channels"]) == (None, 3, 4)
    assert recording["duration_ms"] == 8000
    numbers = {1, 2, 3} if channels == "mix" else {1, 2, 3, 4}
    for table in ("windows", "segments", "prosody"):
        assert {row["channel"] for row in rows(out, table)} == numbers, table
    assert [row["notes"] for row in rows(out, "files")] == [[]]
    assert rows(out, "errors") == []
    word = next(row["words"][0]["word"] for row in rows(out, "transcripts") if row["channel"] == 2 and row["words"])
    assert main(["mentions", str(out), word]) == 0
    assert word.lower() in capfd.readouterr().out.lower()
    with open_corpus(out) as corpus:
        asked = "SELECT DISTINCT w.channel FROM segments s JOIN words w USING (segment_id) WHERE w.channel = s.channel"
        assert {row[0] for row in corpus.sql(asked).fetchall()} <= numbers
