"""Write samples as files: libsndfile for what it does well, FFmpeg (PyAV) for the rest."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
import soundfile as sf

FFMPEG_CODECS = {".mp3": "libmp3lame", ".opus": "libopus", ".m4a": "aac", ".mp4": "aac"}
PICTURE = (64, 48)
PICTURES_PER_SECOND = 5


def write(path: Path, samples: np.ndarray, rate: int, bits_per_second: int = 0) -> None:
    """Write float32 [n, channels] in [-1, 1] in the format that the ending of ``path`` names.

    wav and flac are 16 bit, ogg is Vorbis; the others take ``bits_per_second``.  An mp4 gets a small
    moving picture.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".ogg":
        sf.write(path, samples, rate, format="OGG", subtype="VORBIS", compression_level=0.8)
    elif path.suffix in FFMPEG_CODECS:
        _write_ffmpeg(path, samples, rate, bits_per_second)
    else:
        sf.write(path, samples, rate, subtype="PCM_16")


def _write_ffmpeg(path: Path, samples: np.ndarray, rate: int, bits_per_second: int) -> None:
    layout = "mono" if samples.shape[1] == 1 else "stereo"
    with av.open(str(path), "w", options={"fflags": "+bitexact"}) as container:
        # Both streams have to stand before the first packet is written.
        video = _picture_stream(container) if path.suffix == ".mp4" else None
        codec = FFMPEG_CODECS[path.suffix]
        audio = cast("av.AudioStream", container.add_stream(codec, rate=rate, layout=layout))
        audio.bit_rate = bits_per_second
        if video is not None:
            for frame in _pictures(len(samples) / rate):
                container.mux(video.encode(frame))
            container.mux(video.encode())
        block = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples.T), format="fltp", layout=layout)
        block.sample_rate = rate
        block.time_base = Fraction(1, rate)
        block.pts = 0
        container.mux(audio.encode(block))
        container.mux(audio.encode())


def _picture_stream(container: av.container.OutputContainer) -> av.VideoStream:
    stream = container.add_stream("libx264", rate=PICTURES_PER_SECOND)
    stream.width, stream.height = PICTURE
    stream.pix_fmt = "yuv420p"
    stream.options = {"crf": "35", "threads": "1"}
    return stream


def _pictures(seconds: float) -> Iterator[av.VideoFrame]:
    """A bright disc that goes round on a dark ground."""
    width, height = PICTURE
    y, x = np.mgrid[:height, :width]
    for i in range(int(seconds * PICTURES_PER_SECOND)):
        turn = 2 * np.pi * i / (4 * PICTURES_PER_SECOND)
        disc = np.hypot(x - width / 2 - 16 * np.cos(turn), y - height / 2 - 12 * np.sin(turn)) < 8
        picture = np.where(disc[..., None], (230, 60, 60), (20, 30, 60)).astype(np.uint8)
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts = i
        yield frame
