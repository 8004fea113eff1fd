"""Which audio track of a file is heard."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from schemas.notes import Note
from schemas.reasons import Reason
from schemas.tracks import Track
from tests.transforms.decode.muxing import RATE, clicks, onsets
from transforms.decode.asked import Asked
from transforms.decode.audio import DecodeError, open_audio, read_header
from transforms.decode.format import Format
from transforms.decode.tracks import is_in

SILENCE = np.zeros(3 * RATE, np.float32)
EARLY, LATE = clicks([0.5], 3.0), clicks([2.0], 3.0)


def write(path: Path, *tracks: np.ndarray, languages: tuple[str, ...] = (), default: int | None = 0) -> None:
    """Audio tracks beside each other; codec_context for all is that of FLAC or AAC."""
    with av.open(str(path), "w") as container:
        codec = "mp2" if path.suffix == ".ts" else "aac"
        streams = []
        for number, _ in enumerate(tracks):
            stream = container.add_stream(codec, rate=RATE, layout="mono")
            if number < len(languages):
                stream.metadata["language"] = languages[number]
            stream.disposition = av.stream.Disposition.default if number == default else av.stream.Disposition(0)
            streams.append(stream)
        packets = []
        for stream, samples in zip(streams, tracks, strict=True):
            size = 1024
            for start in range(0, len(samples), size):
                piece = av.AudioFrame.from_ndarray(samples[None, start : start + size], format="fltp", layout="mono")
                piece.sample_rate, piece.pts, piece.time_base = RATE, start, Fraction(1, RATE)
                if codec == "mp2":
                    continue
                packets.extend(stream.encode(piece))
            if codec == "mp2":
                whole = av.AudioFrame.from_ndarray(samples[None], format="fltp", layout="mono")
                whole.sample_rate = RATE
                fifo, at = av.AudioFifo(), 0
                for part in av.AudioResampler("s16", "mono", RATE).resample(whole):
                    part.pts = None
                    fifo.write(part)
                while (piece := fifo.read(1152, partial=True)) is not None:
                    piece.pts, piece.time_base, at = at, Fraction(1, RATE), at + piece.samples
                    packets.extend(stream.encode(piece))
            packets.extend(stream.encode(None))
        for packet in sorted(packets, key=lambda one: one.pts * one.time_base):
            container.mux(packet)


def hear(path: Path, tracks: str = "default") -> tuple[list[float], Format]:
    with open_audio(str(path), Asked(tracks=tracks)) as audio:
        samples = np.concatenate(list(audio.blocks()))
    return [round(at, 1) for at in onsets(samples[:, 0], RATE)], audio.format


@pytest.mark.parametrize("extension", ["mp4", "m4a", "mov", "mkv", "ts"])
def test_where_the_default_track_is_silent_the_other_is_heard(tmp_path: Path, extension: str) -> None:
    write(tmp_path / f"a.{extension}", SILENCE, EARLY)
    found, format = hear(tmp_path / f"a.{extension}")
    assert found in ([0.5], [0.6])
    assert (format.track, len(format.tracks), format.notes) == (2, 2, (Note.OTHER_TRACK,))
    assert read_header(str(tmp_path / f"a.{extension}")).track == 1  # a header is not listened to


def test_the_track_that_players_take_is_heard(tmp_path: Path) -> None:
    write(tmp_path / "a.mkv", EARLY, LATE, default=1, languages=("eng", "deu"))
    assert hear(tmp_path / "a.mkv")[0] == [2.0]
    found, format = hear(tmp_path / "a.mkv", "first")
    assert found == [0.5]
    assert format.tracks == (Track("eng", None, False, 1), Track("deu", None, True, 1))
    assert format.notes == ()


@pytest.mark.parametrize(
    ("word", "expected"), [("1", 0.5), ("2", 2.0), ("eng", 0.5), ("deu", 2.0), ("fra", 0.5), ("7", 0.5)]
)
def test_a_number_or_a_language_chooses(tmp_path: Path, word: str, expected: float) -> None:
    write(tmp_path / "a.mp4", EARLY, LATE, languages=("eng", "deu"))
    assert hear(tmp_path / "a.mp4", word)[0] == [expected]


def test_a_track_that_is_asked_for_is_heard_though_it_is_silent(tmp_path: Path) -> None:
    write(tmp_path / "a.mp4", SILENCE, EARLY)
    found, format = hear(tmp_path / "a.mp4", "1")
    assert (found, format.track, format.notes) == ([], 1, ())


def test_where_all_are_silent_the_one_of_players_is_heard(tmp_path: Path) -> None:
    write(tmp_path / "a.mp4", SILENCE, SILENCE)
    found, format = hear(tmp_path / "a.mp4")
    assert (found, format.track, format.notes) == ([], 1, ())


def test_a_video_without_sound_has_none(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.mp4"), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width = stream.height = 64
        container.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        container.mux(stream.encode(None))
    with pytest.raises(DecodeError) as refused, open_audio(str(tmp_path / "a.mp4")):
        pass
    assert refused.value.reason is Reason.NO_AUDIO


def test_languages_are_compared_as_they_are_written() -> None:
    assert is_in(Track("en-US"), "en")
    assert is_in(Track("ENG"), "eng")
    assert not is_in(Track("eng"), "en")
    assert not is_in(Track(None), "en")
