"""What is timed has the published shapes."""

from __future__ import annotations

import pytest
import torch

from benchmarks.checkpoints import PUBLISHED, checkpoints
from benchmarks.settings import Settings

MILLION_PARAMETERS = {
    "transcripts": 94.4,  # facebook/wav2vec2-base-960h
    "emotions": 94.6,  # superb/hubert-base-superb-er
    "sounds": 86.6,  # MIT/ast-finetuned-audioset-10-10-0.4593
    "embeddings": 153.5,  # laion/clap-htsat-unfused
    "speakers": 101,  # microsoft/wavlm-base-plus-sv
}


@pytest.mark.parametrize("job", PUBLISHED)
def test_real_size(job: str) -> None:
    with torch.device("meta"):
        model = PUBLISHED[job]()
    assert sum(p.numel() for p in model.parameters()) / 1e6 == pytest.approx(MILLION_PARAMETERS[job], rel=0.01)


def test_checkpoints_are_written_once(settings: Settings) -> None:
    folders = checkpoints(settings)
    assert set(folders) == set(PUBLISHED)
    written = {job: (folder / "model.safetensors").stat().st_mtime_ns for job, folder in folders.items()}
    assert checkpoints(settings) == folders
    assert {job: (folder / "model.safetensors").stat().st_mtime_ns for job, folder in folders.items()} == written
    assert not list(settings.checkpoints.glob("*.partial"))
