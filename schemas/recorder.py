"""What a recorder says of a recording: where a time may come from, the best first."""

TIME_SOURCES = ("guano", "audiomoth", "quicktime", "bext", "creation_time", "date")

TIME_SOURCE_MEANING = (
    "guano: a GUANO chunk; audiomoth: AudioMoth's comment; quicktime: what a phone or camera of Apple's notes; "
    "bext: the origination of a broadcast wave; creation_time: of mp4, mov and mkv, whose standard is UTC, though some "
    "cameras write their own time; date: a tag of ID3, Vorbis, iTunes or RIFF INFO, at times that of a release"
)
