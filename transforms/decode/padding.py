"""The padding that a coder appends to fill its last frame, cut as players cut it.

FFmpeg cuts what packets say of it (Opus and Vorbis in Ogg, DiscardPadding of Matroska, the LAME tag of MP3) and the
priming at the start.  It leaves on the end of AAC, MP3 and Opus in mp4, where the edit list and the durations of the
packets tell, and that of Vorbis whose packets all lie on one page.
"""

from __future__ import annotations

import av

from transforms.decode.format import Format

_IN_MP4 = frozenset({"aac", "mp3", "opus", "vorbis", "ac3", "eac3"})


def stated_seconds(stream: av.AudioStream, format: Format) -> float | None:
    """How long the sound of a stream is, in seconds; None where the container does not say to the sample."""
    exact = (format.container == "mp4" and stream.frames) or (format.container, format.codec) == ("ogg", "vorbis")
    if not exact or stream.duration is None or stream.time_base is None:
        return None  # fragments of mp4 state what was known when the file was begun
    return float(stream.duration * stream.time_base)


def without_padding(frame: av.AudioFrame, format: Format, left: float | None) -> int:
    """How many samples of the last frame are sound.

    A header that states much less than there is lies: no more than the last frame is ever cut, and never all of it.

    Args:
        left: what the sound has left of :func:`stated_seconds` before this frame.
    """
    kept = frame.samples
    if left is not None and (stated := round(left * frame.sample_rate)) > 0:
        kept = min(kept, stated)
    if format.container == "mp4" and format.codec in _IN_MP4 and frame.duration and frame.time_base is not None:
        kept = min(kept, round(float(frame.duration * frame.time_base) * frame.sample_rate))
    return kept or frame.samples
