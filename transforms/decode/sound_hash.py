"""Who a sound is: a hash of the samples that a decoder gives, whatever file they come from.

Other tags, another cover, another container and another lossless codec leave it as it is.  It is taken of the blocks as
they are decoded, before any mix, so that 16 bits in WAV, the same in FLAC and the same padded to 24 bits are one sound.
What else a row says of what was heard is part of it: the rate, the channels, which of how many tracks, where no audio
is, and what kinds of problems there were.  A file that is cut where another one ends is not that one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

import numpy as np

from schemas.forgotten import HEAD_DIGITS
from schemas.reasons import Stage
from schemas.records import Problem, Target
from schemas.tracks import ALL
from transforms.decode.asked import Asked
from transforms.decode.format import DecodeError, Format
from transforms.decode.timeline import Timing

HEAD_FRAMES = 16_384
"""After this many from the first that is no digital silence on, most sounds can be told from each other."""
DIGITS = 32


class OpenAudio(Protocol):
    """What is asked of an open file; see :class:`transforms.decode.audio.Audio`."""

    @property
    def format(self) -> Format: ...

    @property
    def problems(self) -> list[Problem]: ...

    @property
    def timing(self) -> Timing: ...

    def blocks(self) -> Iterator[np.ndarray]: ...


class SoundHash:
    """The hash of one track while its blocks come in; their sizes do not shape it."""

    def __init__(self, format: Format) -> None:
        self._format = format
        self._samples = hashlib.sha256()
        self._head = hashlib.sha256(f"{format.sample_rate_hz} {format.channels}".encode())
        self._wanted = HEAD_FRAMES
        self._has_begun = False

    def push(self, block: np.ndarray) -> None:
        """Take the next samples, float32 [n, channels]."""
        if self._wanted:
            self._push_head(block)
        self._samples.update(_bytes(block))

    def _push_head(self, block: np.ndarray) -> None:
        if not self._has_begun:
            sounding = block.any(axis=1)
            if not sounding.any():
                return
            self._has_begun = True
            block = block[int(np.argmax(sounding)) :]
        block = block[: self._wanted]
        self._head.update(_bytes(block))
        self._wanted -= len(block)

    @property
    def knows_head(self) -> bool:
        """Whether no further block changes the head."""
        return not self._wanted

    @property
    def head(self) -> str:
        """Hash of the first sound: 8 hex digits.  It tells at little cost that two sounds differ."""
        return self._head.hexdigest()[:HEAD_DIGITS]

    def finish(self, problems: Iterable[Problem], timing: Timing) -> str:
        """The hash of the whole: the head, and 32 hex digits more."""
        format = self._format
        heard: tuple[object, ...] = (
            (
                format.sample_rate_hz,
                format.channels,
                format.track,
                max(1, len(format.tracks)),
                *(note.value for note in format.notes),
            ),
            (timing.audio_start_ms, timing.gaps, timing.without_audio_ms, timing.drift_ms),
            sorted({problem.reason.value for problem in problems}),
        )
        if format.channels > 2:  # how they are mixed follows from what the file calls them
            heard = (*heard, format.layout)
        whole = self._samples.copy()
        whole.update(repr(heard).encode())
        return self.head + whole.hexdigest()[:DIGITS]


def sound_of_none(problems: Iterable[Problem]) -> str:
    """What stands for a track that gave no samples: of several, one may be broken."""
    reasons = " ".join(sorted({problem.reason.value for problem in problems}))
    return hashlib.sha256(reasons.encode()).hexdigest()[: HEAD_DIGITS + DIGITS]


def sound_of_tracks(hashes: Sequence[str]) -> str:
    """The hash of several tracks that are heard, in their order; of one it is that one's."""
    if len(hashes) == 1:
        return hashes[0]
    return hashes[0][:HEAD_DIGITS] + hashlib.sha256(" ".join(hashes).encode()).hexdigest()[:DIGITS]


def head_of(audio: OpenAudio) -> str:
    """How a file that was opened begins; no more of it is decoded than that takes."""
    sound = SoundHash(audio.format)
    for block in audio.blocks():
        sound.push(block)
        if sound.knows_head:
            break
    return sound.head


def sound_of(path: Target, asked: Asked, opened: Callable[[Target, Asked], AbstractContextManager[OpenAudio]]) -> str:
    """The hash of a file, decoded to its end for nothing else: that of the tracks which a run would hear.

    Raises:
        DecodeError: the track that is heard first cannot be decoded.
    """
    with opened(path, asked) as audio:
        hashes, format = [_whole(audio)], audio.format
    if asked.tracks == ALL:
        others = (number for number in range(1, len(format.tracks) + 1) if number != format.track)
        for number in others:
            try:
                with opened(path, asked.of_track(number)) as audio:
                    hashes.append(_whole(audio))
            except DecodeError as error:
                hashes.append(sound_of_none([Problem(Stage.DECODE, error.reason, "")]))
    return sound_of_tracks(hashes)


def _whole(audio: OpenAudio) -> str:
    sound = SoundHash(audio.format)
    for block in audio.blocks():
        sound.push(block)
    return sound.finish(audio.problems, audio.timing)


def _bytes(block: np.ndarray) -> memoryview:
    return np.ascontiguousarray(block, "<f4").data.cast("B")
