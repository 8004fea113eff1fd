"""Making files that are several in one, or whose headers lie."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import soundfile

from tests.transforms.decode.decoding import write_av

RATE = 16_000


def voice(seconds: float, rate: int = RATE, pitch: float = 150.0, channels: int = 1) -> np.ndarray:
    """Something like speech, float32 [n, channels], each channel softer than the one before."""
    t = np.arange(int(seconds * rate)) / rate
    sound = sum(np.sin(2 * np.pi * pitch * k * t) / k for k in range(1, 8)) * (0.55 + 0.45 * np.sin(2 * np.pi * 3 * t))
    sound = 0.15 * sound + 0.001 * np.random.default_rng(0).standard_normal(len(t))
    return np.stack([sound / (1 + channel) for channel in range(channels)], axis=1).astype(np.float32)


CODECS = {
    "m4a": "aac", "mp4": "aac", "mov": "pcm_s16le", "wma": "wmav2", "tta": "tta", "wv": "wavpack", "webm": "libopus",
    "mka": "flac", "avi": "pcm_s16le", "oga": "flac", "opus": "libopus", "amr": "libopencore_amrnb",
}  # fmt: skip
"""What FFmpeg writes here; libsndfile writes the others."""

LOSSLESS = ("wav", "aiff", "aifc", "au", "caf", "w64", "rf64", "flac", "tta", "wv", "mov", "mka", "avi", "oga")


def write(path: Path, samples: np.ndarray, rate: int = RATE) -> Path:
    """A file of the form that its extension tells."""
    extension = path.suffix[1:]
    if extension in CODECS:
        write_av(path, samples, CODECS[extension], rate)
        return path
    form = {"aifc": "AIFF", "rf64": "RF64", "ogg": "OGG"}.get(extension)
    soundfile.write(path, samples, rate, format=form, endian="LITTLE" if extension == "aifc" else "FILE")
    return path


def chunk(id: bytes, content: bytes, order: str = "<") -> bytes:
    return id + struct.pack(f"{order}I", len(content)) + content + bytes(len(content) % 2)


def wav(pcm: bytes, *before: bytes, stated: int | None = None, behind: bytes = b"", rate: int = RATE) -> bytes:
    """A mono WAV file with 16 bits whose chunk of samples states whatever it is told to."""
    form = chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, rate, 2 * rate, 2, 16))
    data = b"data" + struct.pack("<I", len(pcm) if stated is None else stated)
    inner = b"WAVE" + form + b"".join(before) + data + pcm + behind
    return b"RIFF" + struct.pack("<I", min(len(inner), 2**32 - 1)) + inner


def pcm16(samples: np.ndarray) -> bytes:
    return np.round(samples * 32767).astype("<i2").tobytes()
