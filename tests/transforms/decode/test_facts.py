"""What recorders note in headers: when, with what, which scene and take; and headers that were made to do harm."""

from __future__ import annotations

import os
import struct
from dataclasses import asdict, replace
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.transforms.decode.decoding import tones, write_av
from tests.transforms.signals import DEMO
from transforms.decode.asked import NOTHING, Asked
from transforms.decode.facts import NO_FACTS, Facts, read_facts
from transforms.decode.guard import Decoder

WHERE = Asked(location=True)


def chunk(id: bytes, content: bytes) -> bytes:
    return id + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def wav(*before: bytes, behind: bytes = b"", form: bytes = b"RIFF") -> bytes:
    """A second of silence at 48 kHz, with chunks before and behind the samples."""
    fmt = struct.pack("<HHIIHH", 1, 1, 48_000, 96_000, 2, 16)
    body = b"WAVE" + b"".join(before) + chunk(b"fmt ", fmt) + chunk(b"data", bytes(96_000)) + behind
    return form + struct.pack("<I", len(body)) + body


def bext(
    originator: bytes = b"ZOOM H4n", date: bytes = b"2017-10-06", time: bytes = b"21:23:15", reference: int = 0
) -> bytes:
    said = b"sSCENE=12\r\nsTAKE=3\r\nsTRK1=BOOM\r\nsTRK2=LAV"
    content = said.ljust(256, b"\0") + originator.ljust(32, b"\0") + bytes(32) + date + time
    return chunk(b"bext", (content + struct.pack("<Q", reference)).ljust(602, b"\0"))


def info(**texts: bytes) -> bytes:
    return chunk(b"LIST", b"INFO" + b"".join(chunk(id.encode(), text + b"\0") for id, text in texts.items()))


IXML = b"""<?xml version="1.0" encoding="UTF-8"?><BWFXML><SCENE>4A</SCENE><TAKE>7</TAKE><NOTE>wind &amp; rain</NOTE>
<SPEED><MASTER_SPEED>24/1</MASTER_SPEED><CURRENT_SPEED>25/1</CURRENT_SPEED></SPEED><TRACK_LIST><TRACK_COUNT>2
</TRACK_COUNT><TRACK><NAME>Boom</NAME></TRACK><TRACK><NAME>Lavalier \xc3\xa4</NAME></TRACK></TRACK_LIST></BWFXML>"""
MOTH = (
    b"Recorded at 19:17:30 14/07/2020 (UTC%s) by AudioMoth 24F319055FDF2C54 at medium gain setting while battery state "
    b"was 4.2V and temperature was 25.0C."
)
GUANO = b"""GUANO|Version: 1.0
Timestamp: 2019-05-01T22:10:05+02:00
Make: Wildlife Acoustics
Model: SM4
Loc Position: 52.1 -1.2
"""


def facts_of(path: Path, content: bytes, asked: Asked = NOTHING) -> Facts:
    path.write_bytes(content)
    return read_facts(str(path), asked)


def test_a_broadcast_wave(tmp_path: Path) -> None:
    assert facts_of(tmp_path / "a.wav", wav(bext(reference=48_000 * 3601))) == Facts(
        recorded_at="2017-10-06T21:23:15",  # of the recorder's clock: its zone is not known
        recorded_at_from="bext",
        recorder="ZOOM H4n",
        recorder_timecode_ms=3_601_000,
        recorder_scene="12",
        recorder_take="3",
        recorder_tracks="BOOM; LAV",
    )


@pytest.mark.parametrize("form", [b"RIFF", b"RF64"])
def test_ixml_stands_behind_the_samples(tmp_path: Path, form: bytes) -> None:
    ds64 = [chunk(b"ds64", struct.pack("<QQQI", 0, 96_000, 48_000, 0))] if form == b"RF64" else []
    content = wav(*ds64, bext(), behind=chunk(b"iXML", IXML), form=form)
    if ds64:
        content = content.replace(b"data" + struct.pack("<I", 96_000), b"data\xff\xff\xff\xff")
    found = facts_of(tmp_path / "a.wav", content)
    assert (found.recorder_scene, found.recorder_take) == ("4A", "7")
    assert found.recorder_tracks == "Boom; Lavalier ä"
    assert found.recorder_note == "wind & rain; speed 25/1 of 24/1"


@pytest.mark.parametrize(
    ("zone", "recorded_at"),
    [(b"", "Z"), (b"+2", "+02:00"), (b"-3:30", "-03:30"), (b"+10", "+10:00")],
)
def test_an_audiomoth(tmp_path: Path, zone: bytes, recorded_at: str) -> None:
    found = facts_of(tmp_path / "a.wav", wav(info(ICMT=MOTH % zone, IART=b"AudioMoth 24F319055FDF2C54")))
    assert (found.recorded_at, found.recorded_at_from) == (f"2020-07-14T19:17:30{recorded_at}", "audiomoth")
    assert found.recorder == "AudioMoth 24F319055FDF2C54"
    assert found.recorder_note is not None
    assert found.recorder_note.endswith("battery state was 4.2V and temperature was 25.0C.")


def test_a_comment_of_anybody_is_no_fact(tmp_path: Path) -> None:
    assert facts_of(tmp_path / "a.wav", wav(info(ICMT=b"call mother", INAM=b"a title", ISFT=b"Lavf59"))) == NO_FACTS


def test_guano_and_the_place_only_if_it_is_asked_for(tmp_path: Path) -> None:
    found = facts_of(tmp_path / "a.wav", wav(behind=chunk(b"guan", GUANO)), WHERE)
    assert (found.recorded_at, found.recorded_at_from) == ("2019-05-01T22:10:05+02:00", "guano")
    assert (found.recorder, found.recorder_location) == ("Wildlife Acoustics SM4", "52.1 -1.2")
    assert read_facts(str(tmp_path / "a.wav")) == replace(found, recorder_location=None)


APPLE = "com.apple.quicktime.creationdate"


@pytest.mark.parametrize(
    ("name", "codec", "tags", "recorded_at", "source"),
    [
        ("a.mp4", "aac", {"creation_time": "2020-09-18T09:02:41.000000Z"}, "2020-09-18T09:02:41Z", "creation_time"),
        ("a.mkv", "aac", {"creation_time": "2020-09-18T09:02:41.000000Z"}, "2020-09-18T09:02:41Z", "creation_time"),
        ("a.mov", "aac", {APPLE: "2021-03-04T05:06:07+0200"}, "2021-03-04T05:06:07+02:00", "quicktime"),
        ("a.mp3", "mp3", {"date": "2016-07-31T10:25"}, "2016-07-31T10:25:00", "date"),
        ("a.flac", "flac", {"date": "2007"}, "2007", "date"),
        ("a.ogg", "flac", {"date": "2007-05-06"}, "2007-05-06", "date"),
        ("a.mp3", "mp3", {"date": "0000", "title": "x"}, None, None),
        ("a.mp3", "mp3", {"date": "yesterday"}, None, None),
        ("a.mp3", "mp3", {"date": "2007-02-31"}, None, None),
        ("a.mkv", "aac", {"creation_time": "1970-01-01T00:00:00Z"}, None, None),
    ],
)  # fmt: skip
def test_tags(tmp_path: Path, name: str, codec: str, tags: dict[str, str], recorded_at: str, source: str) -> None:
    write_av(tmp_path / f"plain{name[1:]}", tones(), codec, 44_100)
    options = {"movflags": "use_metadata_tags"} if name == "a.mov" else {}
    with (
        av.open(str(tmp_path / f"plain{name[1:]}")) as plain,
        av.open(str(tmp_path / name), "w", options=options) as out,
    ):
        stream = out.add_stream_from_template(plain.streams.audio[0])
        out.metadata.update(tags)
        for packet in plain.demux(plain.streams.audio[0]):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    found = read_facts(str(tmp_path / name))
    assert (found.recorded_at, found.recorded_at_from) == (recorded_at, source)


def test_recordings_of_the_demo_say_nothing() -> None:
    for path in sorted(DEMO.rglob("*.*")):
        if path.suffix != ".csv":
            assert read_facts(str(path)).recorder is None


HOSTILE = {
    "entities": chunk(b"iXML", b'<!DOCTYPE a [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><B><SCENE>&b;</SCENE></B>'),
    "deep": chunk(b"iXML", b"<BWFXML>" + b"<a>" * 100_000),
    "huge": chunk(b"iXML", b"<BWFXML><NOTE>" + b"x" * 5_000_000 + b"</NOTE></BWFXML>"),
    "no XML": chunk(b"iXML", bytes(range(256))),
    "NULs": bext(bytes(32), bytes(10), bytes(8)),
    "Latin-1": bext(b"M\xfcller", b"2017:10:06", b"21-23-15"),
    "short": chunk(b"bext", b"x" * 300),
    "a size beyond": b"bext\xff\xff\xff\xff" + b"x" * 700,
    "controls": info(ICMT=b"\x1b[31mRecorded", ICRD=b"2017\n-10"),
    "a list that lies": chunk(b"LIST", b"INFOICRD\xff\xff\xff\x7f2017"),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_headers(tmp_path: Path, kind: str) -> None:
    found = facts_of(tmp_path / "a.wav", wav(HOSTILE[kind]), WHERE)
    for value in asdict(found).values():
        assert value is None or isinstance(value, int) or (value.isprintable() and 0 < len(value) <= 500)
    if kind == "Latin-1":
        assert (found.recorder, found.recorded_at) == ("Müller", "2017-10-06T21:23:15")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([b"bext", b"iXML", b"LIST", b"guan"]), st.binary(max_size=700)), max_size=4))
def test_whatever_chunks_hold(tmp_path: Path, chunks: list[tuple[bytes, bytes]]) -> None:
    found = facts_of(tmp_path / "a.wav", wav(*(chunk(*one) for one in chunks)), WHERE)
    assert all(value is None or isinstance(value, str | int) for value in asdict(found).values())


def test_a_decoder_that_dies_of_a_header_costs_no_sound(tmp_path: Path) -> None:
    command = ("python", "-c", "import os, sys; os._exit(3)")
    decoder = Decoder(command=command)
    assert decoder.facts(str(tmp_path / "a.wav")) == NO_FACTS


def test_it_is_read_in_the_process_of_the_decoder(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(wav(bext()))
    decoder = Decoder()
    try:
        assert decoder.facts(str(tmp_path / "a.wav")).recorder == "ZOOM H4n"
        with decoder.open(str(tmp_path / "a.wav")) as audio:
            assert sum(map(len, audio.blocks())) == 48_000
        assert decoder.facts(str(tmp_path / "none.wav")) == NO_FACTS
    finally:
        decoder.close()
    soundfile.write(tmp_path / "b.w64", np.zeros(100), 8000)
    assert read_facts(str(tmp_path / "b.w64")) == NO_FACTS
    assert os.path.getsize(tmp_path / "b.w64")
