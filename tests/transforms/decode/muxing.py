"""Files whose packets carry the time stamps that a test wants."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

RATE = 16_000
VIDEO = {".webm": "libvpx", ".mpg": "mpeg1video", ".wmv": "wmv2", ".flv": "flv", ".avi": "mpeg4"}
AUDIO = {".webm": "libopus", ".mpg": "mp2", ".wmv": "wmav2", ".flv": "aac", ".avi": "libmp3lame"}
RATES = {".webm": 48_000, ".mpg": 48_000, ".wmv": 44_100, ".flv": 44_100, ".avi": 44_100}


def clicks(at: list[float], seconds: float, rate: int = RATE) -> np.ndarray:
    """Bursts of 20 ms in silence, float32 [n]: their onsets survive every coder within some milliseconds."""
    samples = np.zeros(round(seconds * rate), np.float32)
    burst = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(round(0.02 * rate)) / rate)
    for onset in at:
        start = round(onset * rate)
        samples[start : start + len(burst)] = burst
    return samples


def onsets(samples: np.ndarray, rate: int) -> list[float]:
    """Where bursts begin, in seconds: a level above a twentieth, with 100 ms below it before."""
    loud = np.flatnonzero(np.abs(samples) > 0.05)
    first = np.flatnonzero(np.diff(loud, prepend=-rate) > 0.1 * rate)
    return [float(at) / rate for at in loud[first]]


def mux(
    path: Path,
    samples: np.ndarray,
    *,
    late: float = 0.0,
    pauses: Mapping[float, float] | None = None,
    video_seconds: float = 0.0,
    stretch: float = 1.0,
    keep: Callable[[float], bool] = lambda _: True,
    codec: str | None = None,
    rate: int | None = None,
    samples_rate: int = RATE,
    options: Mapping[str, str] | None = None,
) -> None:
    """Encodes float32 [n] at ``samples_rate``; the container follows from the name.

    Args:
        late: seconds by which every packet of the audio is stamped later.
        pauses: seconds by which the packets from one time on are stamped later, by that time.
        video_seconds: how long the pictures beside the audio last, from 0 on; 0 for none.
        stretch: what stamps are multiplied with, as a clock that is not the sound card's would.
        keep: of the time of a packet in the audio, whether it is written.
        options: of FFmpeg's muxer.
    """
    extension = path.suffix
    rate = rate or RATES.get(extension, RATE)
    with av.open(str(path), "w", options=dict(options or {})) as container:
        pictures = None
        if video_seconds:
            pictures = container.add_stream(VIDEO.get(extension, "mpeg4"), rate=25)
            pictures.width = pictures.height = 64
            pictures.pix_fmt = "yuv420p"
        stream = container.add_stream(codec or AUDIO.get(extension, "aac"), rate=rate, layout="mono")
        stream.bit_rate = 64_000
        packets, written = [], 0.0
        for packet in _packets(stream, samples, samples_rate, rate):
            if packet.dts is None:
                continue
            time = float(packet.pts * packet.time_base)
            if keep(time):
                shift = late + sum(pause for at, pause in (pauses or {}).items() if time >= at - 1e-9)
                packet.pts = packet.dts = round((time * stretch + shift) / packet.time_base)
                written = max(written, time * stretch + shift)  # in their own order, whatever their stamps
                packets.append((written, packet))
        if pictures is not None:
            for number in range(round(25 * video_seconds)):
                frame = av.VideoFrame(64, 64, "yuv420p")
                frame.pts = number
                packets.extend((number / 25, packet) for packet in pictures.encode(frame))
            packets.extend((video_seconds, packet) for packet in pictures.encode(None))
        for _, packet in sorted(packets, key=lambda one: one[0]):
            container.mux(packet)


def mux_tracks(path: Path, *tracks: np.ndarray) -> Path:
    """Float32 [n, channels] each, at 16 kHz, in FLAC of 16 bits, beside one another in Matroska."""
    with av.open(str(path), "w") as container:
        packets = []
        layouts = ["mono" if track.shape[1] == 1 else "stereo" for track in tracks]
        streams = [container.add_stream("flac", rate=RATE, layout=layout) for layout in layouts]
        for stream, samples, layout in zip(streams, tracks, layouts, strict=True):
            whole = (samples * 32_767).astype(np.int16)
            for start in range(0, len(whole), 4096):
                part = np.ascontiguousarray(whole[start : start + 4096].reshape(1, -1))
                frame = av.AudioFrame.from_ndarray(part, format="s16", layout=layout)
                frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
                packets.extend(stream.encode(frame))
            packets.extend(stream.encode(None))
        for packet in sorted(packets, key=lambda one: one.pts * one.time_base):
            container.mux(packet)
    return path


def _packets(stream: av.AudioStream, samples: np.ndarray, samples_rate: int, rate: int) -> list[av.Packet]:
    frame = av.AudioFrame.from_ndarray(samples[None], format="fltp", layout="mono")
    frame.sample_rate = samples_rate
    fifo = av.AudioFifo()
    resampler = av.AudioResampler(stream.format, "mono", rate)
    for part in (*resampler.resample(frame), *resampler.resample(None)):
        part.pts = None
        fifo.write(part)
    packets, at = [], 0
    while (piece := fifo.read(stream.codec_context.frame_size or 1024, partial=True)) is not None:
        piece.pts, piece.time_base, at = at, Fraction(1, rate), at + piece.samples
        packets.extend(stream.encode(piece))
    packets.extend(stream.encode(None))
    return packets
