"""What a run tells of a file that is no failure: the closed list of codes that ``files.notes`` may hold."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Note(StrEnum):
    """What was noticed.  The doc of each stands in :data:`NOTED`."""

    WITHOUT_AUDIO = "without_audio"
    DRIFT = "drift"
    RATE_ASSUMED = "rate_assumed"
    OTHER_TRACK = "other_track"
    TRACKS_NOT_HEARD = "tracks_not_heard"
    NOT_THE_MEAN = "not_the_mean"
    SPEECH_TWICE = "speech_twice"
    NO_SPEECH = "no_speech"
    PASSAGE_FORGOTTEN = "passage_forgotten"


NOTED: dict[Note, str] = {
    Note.WITHOUT_AUDIO: "a second or more of its time holds no audio (recordings.without_audio_ms)",
    Note.DRIFT: "the clock of the file and its samples drift apart by more than 100 ms (recordings.drift_ms)",
    Note.RATE_ASSUMED: "it has no header, and its extension leaves the sampling rate open: --raw says another",
    Note.OTHER_TRACK: "the audio track that players take is silent: another was heard (recordings.track)",
    Note.TRACKS_NOT_HEARD: "audio tracks of it were not heard (recordings.tracks): --tracks chooses",
    Note.NOT_THE_MEAN: "not all of its channels are in the mix, or one is turned, so that no voice is lost in it "
    "(recordings.mix): --mix chooses",
    Note.SPEECH_TWICE: "channels that are kept apart hold the same speech: copies have no rows of speech, others say "
    "whose they are (segments.bleed_of)",
    Note.PASSAGE_FORGOTTEN: "rows of a passage of it were left out for good (earwitness forget --from --to)",
    Note.NO_SPEECH: "it is no silence (it has a loudness, or under 0.4 s a peak from -60 dBFS), and no speech was "
    "found: music, noise, or a voice that was missed",
}

OF_SPEECH = frozenset({Note.NO_SPEECH.value, Note.SPEECH_TWICE.value})
"""What is noticed where speech is looked for: where it is not, it stays as it was."""


def together(*notes: Iterable[str]) -> tuple[str, ...]:
    """Notes in the order of the list, each once; what is not in it, of another version, behind them."""
    found = dict.fromkeys(note for some in notes for note in some)
    known = [note.value for note in Note if note.value in found]
    return (*known, *(note for note in found if note not in known))
