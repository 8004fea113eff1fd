"""Every family of models does its job in a run, from a real checkpoint folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.untrained.checkpoints import build
from tests.pipelines.corpora import DEMO, publish, rows

SETS = [
    {"transcripts": "whisper", "emotions": "ast_emotion", "speakers": "wav2vec2_xvector"},
    {"transcripts": "hubert_ctc", "emotions": "wav2vec2_emotion"},
    {"transcripts": "wavlm_ctc", "emotions": "wavlm_emotion"},
]


@pytest.mark.parametrize("kinds", SETS, ids=lambda kinds: kinds["transcripts"])
def test_family(kinds: dict[str, str], tmp_path: Path) -> None:
    models = {job: build(kind, tmp_path / kind) for job, kind in kinds.items()}
    without = {job: Path("none") for job in ("sounds", "embeddings") if job not in models}
    out = tmp_path / "out"
    publish(out, {**models, **without}, [DEMO / "interviews" / "street.mp4"], language="en")
    segments = {row["segment_id"]: row for row in rows(out, "segments")}
    assert segments
    for job, kind in kinds.items():
        found = rows(out, job)
        assert {row["segment_id"] for row in found} == set(segments)
        assert {row["model"].partition("@")[0] for row in found} == {kind}
    for row in rows(out, "transcripts"):
        assert row["language"] == "en"
        assert row["text"]
        assert [w["word"] for w in row["words"]] == row["text"].split()
        assert row["words"][0]["start_ms"] >= row["start_ms"]
        assert row["words"][-1]["end_ms"] <= row["end_ms"]
    assert not rows(out, "errors")
