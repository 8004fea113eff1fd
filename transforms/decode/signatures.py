"""What the first bytes of a file say that it is."""

from __future__ import annotations

import re

HEAD_BYTES = 4096
"""What is looked at."""

_OF_SOUND = (
    *(b"RIFF", b"RIFX", b"RF64", b"BW64", b"FORM", b"fLaC", b"OggS", b"ID3", b".snd", b"dns.", b"caff", b"#!AMR"),
    *(b"#!iLBC", b"#!SILK", b"\x02#!SILK", b"NIST_1A", b"Creative Voice File", b"wvpk", b"MAC ", b"TTA1", b"TTA2"),
    *(b"DSD ", b"FRM8", b"MPCK", b"MP+", b"riff\x2e\x91\xcf\x11", b"2BIT", b"ADIF", b"FLV\x01", b"\x1aE\xdf\xa3"),
    *(b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", b"\x00\x00\x01\xba", b"\x64\xa3\x01\x00", b"\x64\xa3\x02\x00", b".RMF"),
    *(b".ra\xfd", b"SOUND SAMPLE DATA", b"ajkg", b"\x0b\x77", b"LA02", b"LA03", b"LA04", b"OFR ", b"#!SPEEX"),
)
_OF_PICTURES = (b"II*\0", b"MM\0*", b"IIU\0", b"IIRO", b"FUJIFILM", b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM6")
_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"skip", b"free", b"pnot")

_UNPACK = "unpack it, and name the folder with what was in it"
_ARCHIVES = (
    (0, b"PK\x03\x04", "a ZIP archive"),
    (0, b"PK\x05\x06", "an empty ZIP archive"),
    (257, b"ustar", "a tar archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (0, b"Rar!\x1a\x07", "a RAR archive"),
    (0, b"\x1f\x8b\x08", "a file packed with gzip"),
    (0, b"BZh", "a file packed with bzip2"),
    (0, b"\xfd7zXZ\0", "a file packed with xz"),
    (0, b"\x28\xb5\x2f\xfd", "a file packed with zstd"),
    (0, b"\x04\x22\x4d\x18", "a file packed with lz4"),
)
_ADDRESS = "an address and no recording: download what it leads to, and name that"
_PLAYLIST = "a playlist: name the recordings that it lists, or their folder"
_PAGE = "a web page and no recording: a download that failed; download it again"

_LINK = re.compile(r"(?:https?|ftps?|rtsp|mms|s3|gs|smb|file)://\S+", re.IGNORECASE)
_LISTED = re.compile(r"(?:[a-z]:)?[^\0<>|]{1,400}\.(?:mp3|m4a|wav|flac|ogg|opus|wma|aac|mp4|aiff?)", re.IGNORECASE)


def has_header(head: bytes) -> bool:
    """Whether these first bytes are those of a format that says what it is.

    Words of sync, with which frames of MPEG begin, do not count: samples may look like them.
    """
    if head.startswith(_OF_SOUND) or head.startswith(_OF_PICTURES) or head[4:8] in _BOXES:
        return True
    if len(head) > 376 and head[0] == head[188] == head[376] == 0x47:  # a transport stream
        return True
    return no_recording(head) is not None


def no_recording(head: bytes) -> str | None:
    """What a file is that is no recording but leads to some, and what to do; None where the bytes do not say so."""
    for at, magic, what in _ARCHIVES:
        if head.startswith(magic, at):
            return f"{what}: {_UNPACK}"
    if head.startswith(b"bplist00"):
        return f"a shortcut to {_ADDRESS}" if b"://" in head else None
    text = text_of(head)
    return None if text is None else _text(text)


def text_of(head: bytes) -> str | None:
    """The first bytes as text; None where they are none."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head.decode("utf-16", "replace")
    else:
        text = head.decode("utf-8-sig", "replace")
    whole = text[:-4] if len(head) >= HEAD_BYTES else text  # a character may be cut
    odd = sum(not (c.isprintable() or c in "\r\n\t\f") or c == "\ufffd" for c in whole)
    return text if whole.strip() and odd <= len(whole) // 100 else None


def _text(text: str) -> str | None:
    start = text.lstrip().lower()
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if start.startswith("#extm3u") and "#ext-x-" in start:
        return "an HLS playlist: download the stream that it describes (ffmpeg -i ADDRESS out.m4a), and name that"
    if start.startswith(("#extm3u", "[playlist]", "<asx", "<smil", "ffconcat version", "[reference]", "<?wpl")):
        return _PLAYLIST
    if start.startswith("[internetshortcut]") or ("<key>url</key>" in start and "<plist" in start):
        return f"a shortcut to {_ADDRESS}"
    if start.startswith("<?xml") and ("<playlist" in start or "xspf" in start):
        return _PLAYLIST
    if start.startswith(("<!doctype html", "<html")) or ("<html" in start and start.startswith("<?xml")):
        return _PAGE
    links = [line for line in lines if _LINK.fullmatch(line)]
    if links and len(links) == len(lines):
        return _ADDRESS if len(lines) == 1 else "a list of addresses: download what they lead to, and name that"
    named = [line for line in lines if not line.startswith("#")]
    if len(text) >= HEAD_BYTES - 4:
        named = named[:-1]  # it may be cut
    return _PLAYLIST if named and all(_LISTED.fullmatch(line) for line in named) else None
