"""Subtitles: WebVTT, as browsers and players show it."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence

from webvtt import Caption, WebVTT

from pipelines.corpus.asked import Corpus
from pipelines.export.cues import Cue, cues
from pipelines.export.speech import Spoken, spoken_in

BOUND = "the recogniser tells where words begin, not where they end: a subtitle may last into a pause"


def files(corpus: Corpus, ids: Sequence[str]) -> Iterator[tuple[str, int, bytes]]:
    """The subtitles of some recordings: id, how many words, the file.

    All channels are in one file, because a player shows one: where channels were kept apart each is a voice,
    ``<v Channel 1>``.  Cues of one voice follow one another; those of two overlap where both speak.
    """
    for key, channels in spoken_in(corpus, ids).items():
        yield key, sum(len(spoken.words) for spoken in channels.values()), written(key, channels).encode()


def written(recording_id: str, channels: Mapping[int, Spoken]) -> str:
    """The text of the file; its first comment names the recording, a second says where ends are only bounds."""
    voices = [(cue, channel) for channel, spoken in channels.items() for cue in cues(spoken.pieces)]
    voices.sort(key=lambda pair: (pair[0].start_ms, pair[1]))
    captions = [_caption(cue, channel) for cue, channel in voices]
    comments = [f"recording {recording_id}", *([BOUND] if any(spoken.bound for spoken in channels.values()) else [])]
    return WebVTT(captions=captions, header_comments=comments).content + "\n"


def _caption(cue: Cue, channel: int) -> Caption:
    # Else a word would be markup: WebVTT reads <, & and, at the end of a time, -->.
    lines = [html.escape(line, quote=False) for line in cue.lines]
    if channel:  # 0 mixes all who speak
        lines[0] = f"<v Channel {channel}>{lines[0]}"
    return Caption(_clock(cue.start_ms), _clock(cue.end_ms), lines)


def _clock(ms: int) -> str:
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"
