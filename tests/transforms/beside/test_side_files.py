"""What lies beside recordings is told by its name, and no sound or film is taken for it."""

from __future__ import annotations

import mimetypes

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.beside.layout import suffix_of
from transforms.beside.layouts import Layouts
from transforms.beside.side_files import GROWING, HIDDEN, PLAIN, extensions, kind_of, stands_in_for


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        ("list.m3u list.M3U8 disc.cue list.pls list.xspf", "playlists"),
        ("talk.aup talk.aup3 live.als session.ptx mix.rpp mix.rpp-bak take.sesx cut.prproj", "projects of editors"),
        ("study.nvpx study.nvp study.mx24 study.mx22 study.mex study.atlproj23 study.hpr7", "projects of coders"),
        ("talk.eaf talk.pfsx talk.etf talk.antx talk.trs talk.cha talk.TextGrid talk.exb", "transcripts and subtitles"),
        ("talk.wav.pk talk.pkf talk.wav.asd talk.wav.reapeaks talk.sfk talk.ovw", "waveforms of editors"),
        ("talk.sha256 talk.wav.md5 all.sfv all.par2", "checksums"),
        ("all.zip all.tar all.tar.gz all.7z all.rar", "archives"),
        ("notes.txt notes.docx~ README study.aup.bak", None),
        ("talk.lnk talk.url talk.webloc", "shortcuts"),
        (".DS_Store ._talk.wav Thumbs.db desktop.ini", "files of the system"),
        ("~$notes.docx .~lock.notes.odt#", "locks of open documents"),
        ("talk.mp4.part talk.crdownload talk.wav.!ut talk.mp3.aria2 .syncthing.talk.wav.tmp", GROWING),
        (".hidden.wav .env", HIDDEN),
    ],
)
def test_kinds(names: str, kind: str | None) -> None:
    found = {name: kind_of(name) for name in names.split()}
    assert None not in found.values()
    if kind is not None:
        assert set(found.values()) == {kind}


@pytest.mark.parametrize(
    "name",
    ["talk.dat", "talk.bin", "talk.raw", "talk.tmp", "talk", "talk.wav.bak", "talk.wav~", "17", "a.b c", "x.iso"],
)
def test_what_may_be_anything_is_opened(name: str) -> None:
    assert kind_of(name) is None
    assert stands_in_for(name) is None


def test_no_recording_is_passed_over_by_its_extension() -> None:
    """Held against what FFmpeg reads, what the system calls sound and film, and what people have."""
    readable = {
        f".{extension}"
        for name in av.formats_available
        if (format := _readable(name)) is not None
        for extension in format.extensions
    }
    # FFmpeg also reads pictures, subtitles and art of text screens.
    beside = set(".asc .avif .diz .gif .heic .heif .idx .mcc .nfo .sami .scc .smi .stl .sub .txt .vtt".split())
    assert extensions() & readable <= beside
    named = {e for e in extensions() if (mimetypes.guess_type(f"a{e}")[0] or "").startswith(("audio/", "video/"))}
    assert named <= set(".ram .pls .wax .wvx .mid .midi .kar .m3u .m3u8 .ass".split())
    heard = (
        "3ga 8svx aa aac aax ac3 act aif aifc aiff alac amr ape au awb caf cfa dct ds2 dsf dss dts dvf eac3 f4a f4b "
    )
    heard += (
        "f4p f4v flac flv gsm ivs lrv m2ts m4a m4b m4p m4r m4v mat mka mkv mlp mmf mod mov mp1 mp2 mp3 mp4 mpa mpc "
    )
    heard += (
        "mpeg mpg mts mxf nist nmf oga ogg ogv oma opus pcm qcp ra rec rf64 rm sd2 sds sln snd sph spx tak tod trec "
    )
    heard += "ts tta vob voc vox w64 wav wave webm wma wmv wv xa"
    assert not extensions() & {f".{extension}" for extension in heard.split()}


def _readable(name: str) -> av.format.ContainerFormat | None:
    try:
        return av.format.ContainerFormat(name, "r")
    except ValueError:
        return None


@pytest.mark.parametrize(
    ("name", "recording", "place"),
    [
        (".a.m4a.icloud", "a.m4a", "iCloud"),
        ("a.wav.dvc", "a.wav", "DVC"),
        ("a.wav.nextcloud", "a.wav", "Nextcloud"),
        ("Track01.cda", "Track01.cda", "an audio CD"),
    ],
)
def test_a_placeholder_says_whose_place_it_holds(name: str, recording: str, place: str) -> None:
    assert stands_in_for(name) == (recording, place)


@given(st.from_regex(PLAIN, fullmatch=True))
def test_no_rule_is_about_a_plain_name(name: str) -> None:
    assert kind_of(name) is stands_in_for(name) is suffix_of(f"/archive/{name}") is None
    assert not Layouts().takes(f"/archive/{name}")


@pytest.mark.parametrize(
    "name", ["._talk.wav", "talk.wav.part", "~lock.wav", ".talk.wav", "talk.wav~", "a.b.wav", "talk.wav\n"]
)
def test_all_others_are_asked_about(name: str) -> None:
    assert not PLAIN.fullmatch(name)
