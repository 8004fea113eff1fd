"""What a run wants of a recording, and what is known of it once its end was reached."""

from __future__ import annotations

import math
from dataclasses import dataclass

from schemas.config import MAX_HOURS, SpeechConfig
from schemas.mixes import AUTO
from schemas.notes import Note
from transforms.decode.asked import NOTHING, Asked
from transforms.decode.audio import Format
from transforms.decode.facts import NO_FACTS, Facts
from transforms.decode.timeline import ON_TIME, Timing

MOST_WITHOUT_AUDIO_MS = 1_000
"""What a phone, a coder or a stamp that is rounded leaves out is less, and goes without a note."""

MOST_DRIFT_MS = 100
"""From here on lips and voice are seen to part (ITU-R BT.1359 finds 45 ms early and 125 ms late noticeable)."""


SHORTEST_LOUDNESS_MS = 400
SOUND_DBFS = -60.0
"""A peak that is no silence, of a recording that is too short for a loudness."""


@dataclass(frozen=True)
class Progress:
    """So many more seconds were decoded."""

    seconds: float


@dataclass(frozen=True)
class Listening:
    """What a run wants of a recording.

    Attributes:
        windows: the rates that windows carry, in Hz; None where no table needs windows.
        speech: how speech is cut; None where no table needs it.
        clip_seconds: longest clip that a segment is cut into, in seconds.
        talk_seconds: longest talk that segments are joined to, in seconds; None where no model hears talks.
        pitch: windows and segments carry the pitch of their frames.
        each: keep the channels apart instead of making one of them.
        mix: how they become one: a word of ``--mix``.
        most_hours: what is heard of a recording at most.
        asked: how files are to be opened.
    """

    windows: tuple[int, ...] | None
    speech: SpeechConfig | None
    clip_seconds: float = 5.0
    talk_seconds: float | None = None
    pitch: bool = False
    each: bool = False
    mix: str = AUTO
    most_hours: float = MAX_HOURS
    asked: Asked = NOTHING


@dataclass(frozen=True)
class Heard:
    """What is known of a recording when its end was reached.

    Attributes:
        status: a value of ``files.status``.
        format: None where it could not be opened.
        duration_ms: on the player's clock, rounded up.
        timing: where no audio is.
        facts: what the header says of the recording.
        mix: what became of the channels, as ``recordings.mix`` has it; None where nothing was heard.
        mended: whether something other than the average was taken, unasked.
        speech_twice: whether channels that are kept apart hold the same speech.
        all_tracks: whether all of several tracks were listened to.
        sound_hash: see :mod:`transforms.decode.sound_hash`; None where nothing was heard.
        kept_seconds: audio that lies in windows or was looked through for speech, over all channels.
    """

    status: str
    format: Format | None = None
    duration_ms: int = 0
    timing: Timing = ON_TIME
    loudness_lufs: float | None = None
    peak_dbfs: float | None = None
    clipped_share: float = 0.0
    speech_share: float | None = None
    kept_seconds: float = 0.0
    facts: Facts = NO_FACTS
    all_tracks: bool = False
    sound_hash: str | None = None
    mix: str | None = None
    mended: bool = False
    speech_twice: bool = False

    @property
    def notes(self) -> tuple[Note, ...]:
        """What is to be known of the file that is no failure."""
        noted = {
            Note.WITHOUT_AUDIO: self.timing.without_audio_ms >= MOST_WITHOUT_AUDIO_MS,
            Note.TRACKS_NOT_HEARD: self.format is not None and len(self.format.tracks) > 1 and not self.all_tracks,
            Note.NOT_THE_MEAN: self.mended,
            Note.SPEECH_TWICE: self.speech_twice,
            Note.DRIFT: abs(self.timing.drift_ms) > MOST_DRIFT_MS,
        }
        if self.speech_share == 0:
            short = self.duration_ms < SHORTEST_LOUDNESS_MS
            peak = self.peak_dbfs if self.peak_dbfs is not None else -math.inf
            noted[Note.NO_SPEECH] = peak >= SOUND_DBFS if short else self.loudness_lufs is not None
        opened = self.format.notes if self.format is not None else ()
        return tuple(note for note in Note if noted.get(note) or note in opened)
