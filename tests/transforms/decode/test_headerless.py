"""Telephone audio without a header: by its extension, by what a person says, and never as noise."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import soundfile

from schemas.notes import Note
from schemas.raw import BY_EXTENSION, UNSURE, read_raw
from schemas.reasons import Reason
from tests.transforms.decode.decoding import decode, refusal
from tests.transforms.signals import made_speech
from transforms.audio.resample import Resampler
from transforms.decode.asked import Asked
from transforms.decode.audio import DecodeError, open_audio

RATE = 8000


@pytest.fixture(scope="module")
def call() -> np.ndarray:
    """Voices with pauses between them, float32 [n] at 8 kHz."""
    pause = np.zeros(8000, np.float32)
    at_16k = np.concatenate([part for voice in made_speech() for part in (voice, pause)])[:, np.newaxis]
    resampler = Resampler(16_000, RATE, 1)
    return np.concatenate([resampler.push(at_16k), resampler.flush()])[:, 0]


def raw_bytes(samples: np.ndarray, subtype: str, endian: str = "FILE") -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, RATE, format="RAW", subtype=subtype, endian=endian)
    return file.getvalue()


def encoded(samples: np.ndarray, format: str, codec: str, rate: int) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format=format) as container:
        stream = container.add_stream(codec, rate=rate, layout="mono")
        pcm = (samples * 32_767).astype(np.int16)
        for at in range(0, len(pcm), 320):
            piece = pcm[at : at + 320][np.newaxis]
            if piece.shape[1] == 320:
                frame = av.AudioFrame.from_ndarray(piece, format="s16", layout="mono")
                frame.sample_rate, frame.pts = rate, at
                container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


KINDS = {
    "alaw": ("ALAW", "FILE", (".alaw", ".al", ".ALAW")),
    "mulaw": ("ULAW", "FILE", (".ulaw", ".ul", ".mulaw", ".ulw")),
    "s16le": ("PCM_16", "LITTLE", (".raw", ".pcm", ".sln", ".sw")),
    "vox": ("VOX_ADPCM", "FILE", (".vox",)),
}


@pytest.mark.parametrize(
    ("subtype", "endian", "extension"),
    [(subtype, endian, extension) for subtype, endian, extensions in KINDS.values() for extension in extensions],
)
def test_the_extension_says_what_it_is(
    tmp_path: Path, call: np.ndarray, subtype: str, endian: str, extension: str
) -> None:
    (tmp_path / f"call{extension}").write_bytes(raw_bytes(call, subtype, endian))
    samples, format, problems = decode(tmp_path / f"call{extension}")
    assert (format.container, format.sample_rate_hz, format.channels) == ("raw", RATE, 1)
    assert problems == {}
    assert abs(len(samples) - len(call)) <= 1
    error = samples[: len(call), 0] - call[: len(samples)]
    assert 10 * np.log10(np.mean(error**2) / np.mean(call**2)) < -20


def test_a_rate_that_the_extension_leaves_open_is_noted(tmp_path: Path, call: np.ndarray) -> None:
    for extension, coding in ((".vox", "VOX_ADPCM"), (".ulaw", "ULAW")):
        (tmp_path / f"call{extension}").write_bytes(raw_bytes(call, coding))
    assert decode(tmp_path / "call.vox")[1].notes == (Note.RATE_ASSUMED,)
    assert decode(tmp_path / "call.ulaw")[1].notes == ()
    with open_audio(str(tmp_path / "call.vox"), Asked(read_raw([".vox=vox:6000"]))) as audio:
        assert (audio.format.sample_rate_hz, audio.format.notes) == (6000, ())


def test_g722(tmp_path: Path, call: np.ndarray) -> None:
    (tmp_path / "call.g722").write_bytes(encoded(call, "g722", "g722", 16_000))
    samples, format, problems = decode(tmp_path / "call.g722")
    assert (format.codec, format.sample_rate_hz, problems) == ("adpcm_g722", 16_000, {})
    assert len(samples) == pytest.approx(len(call), abs=400)


def test_a_higher_rate_stands_in_the_extension(tmp_path: Path, call: np.ndarray) -> None:
    (tmp_path / "call.sln16").write_bytes(raw_bytes(call, "PCM_16", "LITTLE"))
    samples, format, _ = decode(tmp_path / "call.sln16")
    assert (format.sample_rate_hz, len(samples)) == (16_000, len(call))


@pytest.mark.parametrize("extension", [".alaw", ".pcm", ".vox", ".raw", ".gsm", ".g729"])
def test_a_real_header_is_believed(tmp_path: Path, call: np.ndarray, extension: str) -> None:
    soundfile.write(tmp_path / "call.wav", call, RATE, subtype="PCM_16")
    os.rename(tmp_path / "call.wav", tmp_path / f"call{extension}")
    samples, format, _ = decode(tmp_path / f"call{extension}")
    assert (format.container, len(samples)) == ("wav", len(call))


def test_frames_of_mpeg_are_believed(tmp_path: Path, call: np.ndarray) -> None:
    soundfile.write(tmp_path / "call.mp3", call, RATE, format="MP3")
    os.rename(tmp_path / "call.mp3", tmp_path / "call.raw")
    _, format, _ = decode(tmp_path / "call.raw")
    assert format.codec == "mp3"


def test_a_photograph_is_no_sound(tmp_path: Path) -> None:
    (tmp_path / "photo.raw").write_bytes(b"IIU\0\x08\0\0\0" + np.random.default_rng(0).bytes(200_000))
    assert refusal(tmp_path / "photo.raw") in (Reason.UNDECODABLE, Reason.NO_AUDIO)


@pytest.mark.parametrize("written", KINDS)
@pytest.mark.parametrize("extension", [".pcm", ".alaw", ".ulaw", ".vox", ".gsm"])
def test_no_extension_makes_noise_of_speech(tmp_path: Path, call: np.ndarray, written: str, extension: str) -> None:
    """Another coding than the extension says is refused, with that coding in the line; two are hard to tell apart."""
    subtype, endian, own = KINDS[written]
    path = tmp_path / f"call{extension}"
    path.write_bytes(raw_bytes(call, subtype, endian))
    if extension in own or {written, BY_EXTENSION[extension].name} == {"alaw", "mulaw"}:
        return
    with pytest.raises(DecodeError, match="noise at full scale") as refused, open_audio(str(path)):
        pass
    assert refused.value.reason is Reason.UNDECODABLE
    assert f"--raw {extension}={written}:8000" in str(refused.value)


def test_what_ffmpeg_takes_for_gsm_is_listened_to_first(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, 33 * 4000, np.uint8)
    noise[::33] = 0xD0 | noise[::33] & 0x0F
    (tmp_path / "call.bin").write_bytes(noise.tobytes())
    with pytest.raises(DecodeError, match="taken for gsm by FFmpeg"), open_audio(str(tmp_path / "call.bin")):
        pass


def test_a_name_that_says_nothing_gets_a_hint(tmp_path: Path, call: np.ndarray) -> None:
    (tmp_path / "call.bin").write_bytes(raw_bytes(call, "ALAW"))
    with pytest.raises(DecodeError, match=r"--raw \.bin=alaw:8000"), open_audio(str(tmp_path / "call.bin")):
        pass
    (tmp_path / "call.wav").write_bytes(raw_bytes(call, "ALAW"))
    assert refusal(tmp_path / "call.wav") is Reason.UNDECODABLE


def test_what_a_person_says_is_done(tmp_path: Path, call: np.ndarray) -> None:
    (tmp_path / "call.bin").write_bytes(raw_bytes(np.stack([call, -call], axis=1), "PCM_16", "BIG"))
    with open_audio(str(tmp_path / "call.bin"), Asked(read_raw([".bin=s16be:16000:2"]))) as audio:
        samples = np.concatenate(list(audio.blocks()))
    assert (audio.format.sample_rate_hz, samples.shape) == (16_000, (len(call), 2))
    assert np.abs(samples[:, 0] - call).max() < 1e-4


@pytest.mark.parametrize("seconds", [0.01, 0.2, 300.0])
def test_short_and_long_noise_that_a_person_names_is_heard(tmp_path: Path, seconds: float) -> None:
    """As masking noise of an experiment is; nobody distrusts what was said outright."""
    noise = np.random.default_rng(0).bytes(int(seconds * RATE) * 2)
    (tmp_path / "noise.raw").write_bytes(noise)
    with open_audio(str(tmp_path / "noise.raw"), Asked(read_raw(["s16le:8000"]))) as audio:
        assert sum(map(len, audio.blocks())) == int(seconds * RATE)


@pytest.mark.parametrize("extension", sorted(BY_EXTENSION))
@pytest.mark.parametrize("size", [1, 2, 33, 1000])
def test_however_short_it_ends_in_samples_or_a_reason(tmp_path: Path, extension: str, size: int) -> None:
    path = tmp_path / f"call{extension}"
    path.write_bytes(bytes(range(7, 8)) * size)
    try:
        with open_audio(str(path)) as audio:
            came = sum(map(len, audio.blocks()))
    except DecodeError as error:
        came = error.reason in (Reason.UNDECODABLE, Reason.ZERO_SAMPLES)
    assert came


def test_every_coding_can_be_opened(tmp_path: Path) -> None:
    told: dict[str, Any] = {}
    (tmp_path / "x.bin").write_bytes(bytes(24 * 33 * 10 * 4))
    for word in (*map(str, BY_EXTENSION.values()), *UNSURE.values(), "s24be:8000", "s32le:8000", "f32be:8000:2"):
        with open_audio(str(tmp_path / "x.bin"), Asked(read_raw([word]))) as audio:
            told[word] = sum(map(len, audio.blocks()))
    assert all(told.values())
