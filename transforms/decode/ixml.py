"""iXML, in which recorders of film sets write scene, take and the names of tracks: http://www.gallery.co.uk/ixml/."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from transforms.decode.recorder_words import clean

MOST_TRACKS = 64


def read_ixml(content: bytes) -> dict[str, str]:
    """SCENE, TAKE, NOTE, TRACKS and SPEED, as far as they are there; nothing of what is no XML.

    A document that declares entities is not read: a few hundred bytes of them can stand for gigabytes.
    """
    content = content.rstrip(b"\0 \r\n\t")
    if re.search(rb"<!(?:DOCTYPE|ENTITY)", content, re.IGNORECASE):
        return {}
    try:
        root = ElementTree.fromstring(content)
    except (ElementTree.ParseError, ValueError, LookupError):
        return {}
    found = {name: _said(root, name) for name in ("SCENE", "TAKE", "NOTE")}
    tracks = [_said(track, "NAME") for track in root.findall("TRACK_LIST/TRACK")[:MOST_TRACKS]]
    found["TRACKS"] = "; ".join(name for name in tracks if name)
    speed, rate, master = (_said(root, f"SPEED/{name}") for name in ("NOTE", "CURRENT_SPEED", "MASTER_SPEED"))
    other = f"speed {rate} of {master}" if rate != master else ""
    found["SPEED"] = "; ".join(part for part in (speed, other) if part)
    return {name: value for name, value in found.items() if value}


def _said(element: ElementTree.Element, path: str) -> str:
    return clean(element.findtext(path) or "") or ""
