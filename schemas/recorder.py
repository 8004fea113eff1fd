"""What a recorder says of a recording: where a time may come from, the best first."""

from __future__ import annotations

import pyarrow as pa

from schemas.columns import label
from schemas.table import column

TIME_SOURCES = ("guano", "audiomoth", "quicktime", "bext", "creation_time", "date")

TIME_SOURCE_MEANING = (
    "guano: a GUANO chunk; audiomoth: AudioMoth's comment; quicktime: what a phone or camera of Apple's notes; "
    "bext: the origination of a broadcast wave; creation_time: of mp4, mov and mkv, whose standard is UTC, though some "
    "cameras write their own time; date: a tag of ID3, Vorbis, iTunes or RIFF INFO, at times that of a release"
)

FACTS = (
    column(
        "recorded_at",
        pa.string(),
        "when it began after its header, ISO 8601 as exact as that is: a year, a day or a second; with an offset from "
        "UTC or Z where the zone is known, else the time of the recorder's clock",
        regex=r"\d{4}(?:-\d\d(?:-\d\d(?:T\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)?)?)?)?$",
        nullable=True,
    ),
    label("recorded_at_from", f"where that stands. {TIME_SOURCE_MEANING}", oneof=TIME_SOURCES, nullable=True),
    label("recorder", "make, model or number of the recorder", nullable=True),
    column(
        "recorder_timecode_ms",
        pa.int64(),
        "time reference of bext: since midnight on the recorder's clock, or its time code",
        unit="ms",
        low=0,
        nullable=True,
    ),
    column("recorder_scene", pa.string(), "scene of iXML or bext", nullable=True),
    column("recorder_take", pa.string(), "take of iXML or bext", nullable=True),
    column("recorder_tracks", pa.string(), "names of the tracks, with ; between them", nullable=True),
    column(
        "recorder_note",
        pa.string(),
        "note of iXML, with its speed if that is not the master's; the comment of an AudioMoth: gain, battery, "
        "temperature",
        nullable=True,
    ),
    column(
        "recorder_location",
        pa.string(),
        "where it was recorded, as its header says; only with --location",
        nullable=True,
    ),
)
"""What the header says of the recording; null where it says nothing, and in rows of earlier versions."""
