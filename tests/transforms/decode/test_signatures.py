"""What lies in the place of a recording says what it is, and what to do."""

from __future__ import annotations

import gzip
import io
import plistlib
import tarfile
import zipfile
from pathlib import Path

import pytest

from schemas.reasons import Reason
from tests.transforms.decode.decoding import tones, write_av
from transforms.decode.audio import DecodeError, open_audio
from transforms.decode.signatures import HEAD_BYTES, has_header, no_recording


def zipped(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:  # stored: FFmpeg would find the frames of MPEG in it
        archive.writestr("a.mp3", content)
    return file.getvalue()


def in_tar(content: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        member = tarfile.TarInfo("a.mp3")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


@pytest.mark.parametrize("pack", [zipped, in_tar, gzip.compress])
def test_an_archive_of_recordings_is_none(tmp_path: Path, pack) -> None:  # type: ignore[no-untyped-def]
    write_av(tmp_path / "a.mp3", tones(), "mp3", 44_100)
    (tmp_path / "talk.mp3").write_bytes(pack((tmp_path / "a.mp3").read_bytes()))
    with pytest.raises(DecodeError, match="unpack it") as refused, open_audio(str(tmp_path / "talk.mp3")):
        pass
    assert refused.value.reason is Reason.UNDECODABLE


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"#EXTM3U\n#EXTINF:3,x\nhttp://example.org/a.mp3\n", "a playlist: name the recordings"),
        (b"a.mp3\r\nfolder/b b.mp3\r\n", "a playlist"),
        (b"\xef\xbb\xbf[playlist]\nFile1=a.mp3\n", "a playlist"),
        (b"<asx version='3'><entry/></asx>", "a playlist"),
        (b"<?xml version='1.0'?>\n<playlist xmlns='http://xspf.org/ns/0/'/>", "a playlist"),
        (b"ffconcat version 1.0\nfile a.wav\n", "a playlist"),
        (b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:3,\na.ts\n", "an HLS playlist"),
        (b"[InternetShortcut]\r\nURL=https://example.org/a.mp3\r\n", "a shortcut to an address"),
        ("[InternetShortcut]\r\nURL=https://example.org\r\n".encode("utf-16"), "a shortcut to an address"),
        (plistlib.dumps({"URL": "https://example.org/a"}), "a shortcut to an address"),
        (plistlib.dumps({"URL": "https://example.org/a"}, fmt=plistlib.FMT_BINARY), "a shortcut to an address"),
        (b"https://example.org/a.mp3\n", "an address and no recording"),
        (b"s3://bucket/a.mp3\ns3://bucket/b.mp3", "a list of addresses"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "a web page"),
    ],
)
def test_what_leads_elsewhere(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "talk.mp3"
    path.write_bytes(content)
    with pytest.raises(DecodeError) as refused, open_audio(str(path)):
        pass
    assert refused.value.reason is Reason.UNDECODABLE
    assert str(refused.value).startswith(told)


def test_other_text(tmp_path: Path) -> None:
    (tmp_path / "talk.mp3").write_text('{"error": "not found"}\n' * 400)
    with pytest.raises(DecodeError, match="it holds text, no sound"), open_audio(str(tmp_path / "talk.mp3")):
        pass


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        *(("a.wav", "pcm_s16le"), ("a.caf", "pcm_s16le"), ("a.aiff", "pcm_s16be"), ("a.au", "pcm_s16be")),
        *(("a.mp3", "mp3"), ("a.flac", "flac"), ("a.ogg", "flac"), ("a.m4a", "aac"), ("a.mkv", "aac"), ("a.ts", "mp2")),
    ],
)
def test_recordings_are_none_of_it(tmp_path: Path, name: str, codec: str) -> None:
    write_av(tmp_path / name, tones(), codec, 44_100)
    head = (tmp_path / name).read_bytes()[:HEAD_BYTES]
    assert no_recording(head) is None
    assert has_header(head)


@pytest.mark.parametrize("head", [b"", b"\0" * HEAD_BYTES, b"\xff" * HEAD_BYTES, b"\xd5" * 50, b"\xff\xfb\x90\x64" * 9])
def test_samples_are_no_header(head: bytes) -> None:
    assert not has_header(head)
    assert no_recording(head) is None
