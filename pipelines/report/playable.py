"""What a browser makes of a recording: whether it plays it, and which of its tracks.

Measured in Chromium 156 with files of each kind.  A browser tells a file that it cannot play from one that is not
there by nothing that a page can ask, so the page is told when it is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.corpus.asked import Corpus

_CONTAINERS = frozenset({"wav", "wavex", "mp3", "mp4", "matroska", "ogg", "flac", "aac"})
_CODECS = frozenset(
    {"pcm_u8", "pcm_s16", "pcm_s24", "pcm_s32", "pcm_f32", "pcm_mulaw", "pcm_alaw",
     "mp3", "aac", "opus", "vorbis", "flac"}
)  # fmt: skip


def caveats(corpus: Corpus) -> dict[str, str]:
    """:func:`caveat` of each recording, by its id."""
    known = set(corpus.columns["recordings"])
    tracks = "tracks, track" if {"tracks", "track"} <= known else "NULL, NULL"  # not in corpora of earlier versions
    rows = corpus.sql(f"SELECT recording_id, container, codec, {tracks} FROM recordings").fetchall()
    return {key: caveat(*heard) for key, *heard in rows}


def caveat(container: str, codec: str, tracks: Sequence[Mapping[str, Any]] | None, track: int | None) -> str:
    """What a person who presses play has to know, in a sentence; nothing where the browser plays what was heard.

    Args:
        tracks, track: of ``recordings``; ``track`` is null where all were heard.
    """
    if container not in _CONTAINERS or codec not in _CODECS:
        return f"Most browsers do not play {container} files with {codec} sound: listen to it in another player."
    if tracks is None or len(tracks) < 2:
        return ""
    played = next((number for number, one in enumerate(tracks, 1) if one["default"]), 1)
    if track is None:
        return f"The browser plays track {played} of {len(tracks)} alone."
    if track != played:
        return (
            f"The browser plays track {played}; heard was track {track} of {len(tracks)}: choose it in another player."
        )
    return ""
