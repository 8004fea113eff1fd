"""The plain way: Hugging Face's own pipeline, called with one file after the other, once for each job."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from demo.untrained.checkpoints import without_bars

TASKS = {
    "transcripts": "automatic-speech-recognition",
    "emotions": "audio-classification",
    "sounds": "audio-classification",
}
"""CLAP has no pipeline that gives vectors: its extractor and model are called by hand."""
JOBS = (*TASKS, "embeddings")


def plain_way(job: str, checkpoint: Path, device: str) -> Callable[[Path], Any]:
    """A function from a file to the model's answer, in fp32 with the library's defaults."""
    with without_bars():
        return _embedding(checkpoint, device) if job == "embeddings" else _pipeline(job, checkpoint, device)


def how_files_are_read() -> str:
    """A note on what decodes, which changes the speed of the plain way a little."""
    if _has_ffmpeg():
        return "The plain way: pipeline(path), which has ffmpeg decode the file for each job."
    return (
        "The plain way: pipeline(array) with librosa.load(path) for each job, because there is no ffmpeg on the PATH "
        "for pipeline(path) to start; that spares it a process for each file."
    )


def _pipeline(job: str, checkpoint: Path, device: str) -> Callable[[Path], Any]:
    from transformers import pipeline

    pipe: Any = pipeline(TASKS[job], model=str(checkpoint), device=device, dtype=torch.float32)  # type: ignore[call-overload]
    if _has_ffmpeg():
        return lambda path: pipe(str(path))
    load = _loader(pipe.feature_extractor.sampling_rate)
    return lambda path: pipe(load(path))


def _embedding(checkpoint: Path, device: str) -> Callable[[Path], Any]:
    from transformers import AutoFeatureExtractor, AutoModel

    extractor = AutoFeatureExtractor.from_pretrained(checkpoint)
    model = AutoModel.from_pretrained(checkpoint, dtype=torch.float32).to(device)
    load = _loader(extractor.sampling_rate)

    def embed(path: Path) -> torch.Tensor:
        features = extractor(load(path), sampling_rate=extractor.sampling_rate, return_tensors="pt").to(device)
        with torch.no_grad():
            return model.get_audio_features(**features).pooler_output.cpu()

    return embed


def _loader(rate: int) -> Callable[[Path], Any]:
    """A file as mono samples at ``rate``, as the pipelines themselves read it where they can."""
    if _has_ffmpeg():
        from transformers.pipelines.audio_utils import ffmpeg_read

        return lambda path: ffmpeg_read(path.read_bytes(), rate)
    import librosa

    return lambda path: librosa.load(path, sr=rate)[0]


def _has_ffmpeg() -> bool:
    return shutil.which("ffmpeg") is not None
