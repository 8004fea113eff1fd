"""What the tests of decoding share: making files, and reading them through the door."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from schemas.reasons import Reason, Stage
from transforms.decode.audio import DecodeError, Format, open_audio, read_header

RATE = 22_050
FRAMES = 3 * RATE


def tones() -> np.ndarray:
    """Three seconds of two tones in noise, float32 [n, 2]."""
    t = np.arange(FRAMES) / RATE
    tones = np.stack([0.4 * np.sin(2 * np.pi * 440 * t), 0.2 * np.sin(2 * np.pi * 660 * t)], axis=1)
    return (tones + 0.02 * np.random.default_rng(0).standard_normal(tones.shape)).astype(np.float32)


def decode(path: Path | str, frames: int = 65_536) -> tuple[np.ndarray, Format, dict[Reason, int | None]]:
    with open_audio(str(path)) as audio:
        blocks = list(audio.blocks(frames))
    assert all(0 < len(block) <= frames and block.dtype == np.float32 for block in blocks)
    assert all(problem.stage is Stage.DECODE for problem in audio.problems)
    reasons = {problem.reason: problem.start_ms for problem in audio.problems}
    assert len(reasons) == len(audio.problems)
    return np.concatenate(blocks), audio.format, reasons


def refusal(path: Path | str) -> Reason:
    """The reason, the same from the header as from the samples."""
    with pytest.raises(DecodeError) as refused, open_audio(str(path)) as audio:
        list(audio.blocks())
    assert "\n" not in str(refused.value)
    with pytest.raises(DecodeError) as header:
        read_header(str(path))
    assert header.value.reason is refused.value.reason
    return refused.value.reason


def write_av(path: Path, samples: np.ndarray, codec: str, rate: int) -> None:
    """Encodes float32 [n, 1 or 2] through FFmpeg; the container follows from the name."""
    layout = "mono" if samples.shape[1] == 1 else "stereo"
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        stream.bit_rate = 48_000 * samples.shape[1]
        fifo = av.AudioFifo()
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples.T), format="fltp", layout=layout)
        frame.sample_rate = rate
        for converted in av.AudioResampler(stream.format, layout, rate).resample(frame):
            fifo.write(converted)
        while (piece := fifo.read(stream.codec_context.frame_size or 1024, partial=True)) is not None:
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
