"""The words of a sentence as espeak-ng times them: its library tells what its command keeps to itself.

Run as a script, with the arguments of :func:`spoken`, this says one sentence and prints :class:`Spoken` as JSON.
"""

from __future__ import annotations

import ctypes
import dataclasses
import json
import subprocess
import sys
from collections.abc import Sequence
from ctypes.util import find_library
from dataclasses import dataclass
from typing import Any

# Of speak_lib.h, espeak-ng 1.51.
SYNCHRONOUS, PHONEME_EVENTS = 2, 1
RATE, PITCH = 1, 3
SSML, PHONEMES, END_PAUSE = 0x10, 0x100, 0x1000  # the options of the command; auto-detected UTF-8 is 0
WORD, PHONEME = 1, 7
SEPARATED = ord("_") << 8


class _Id(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Id),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


@dataclass(frozen=True)
class Event:
    """A word or a phoneme begins.

    Attributes:
        at: milliseconds of the sound.
        position: of a word, its first character in the text, from 0.
        phoneme: of a phoneme, its name; pauses begin with ``_``.
    """

    at: int
    position: int = -1
    phoneme: str = ""


@dataclass(frozen=True)
class Spoken:
    """What the library made of a text.

    Attributes:
        events: in the order of time.
        phonemes: of each word when it stands alone, how many it has.
        samples: how many, at 22,050 Hz.
    """

    events: tuple[Event, ...]
    phonemes: tuple[int, ...]
    samples: int


def spoken(voice: str, words_per_minute: int, pitch: int, ssml: str, words: Sequence[str]) -> Spoken:
    """Say ``ssml`` in a process of its own: what the library said before would change what it says now.

    Raises RuntimeError with the library's complaint: it is not installed, or has no such voice.
    """
    # Alone (-I) it needs this file and the standard library, wherever the project lies.
    command = [sys.executable, "-I", __file__, voice, str(words_per_minute), str(pitch), ssml, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    told = json.loads(done.stdout)
    return Spoken(tuple(Event(**event) for event in told["events"]), tuple(told["phonemes"]), told["samples"])


def _spoken(voice: str, words_per_minute: int, pitch: int, ssml: str, words: Sequence[str]) -> Spoken:
    path = find_library("espeak-ng")
    if path is None:
        sys.exit("the library of espeak-ng is not installed")
    library = ctypes.CDLL(path)
    library.espeak_Initialize(SYNCHRONOUS, 0, None, PHONEME_EVENTS)
    events: list[Event] = []
    samples = 0

    @_Callback
    def hear(_: Any, count: int, told: Any) -> int:
        nonlocal samples
        samples += max(0, count)
        i = 0
        while told[i].type:
            if told[i].type == PHONEME:
                events.append(Event(told[i].audio_position, phoneme=told[i].id.string.decode()))
            elif told[i].type == WORD and told[i].length:
                events.append(Event(told[i].audio_position, told[i].text_position - 1))
            i += 1
        return 0

    library.espeak_SetSynthCallback(hear)
    if library.espeak_SetVoiceByName(voice.encode()) != 0:
        sys.exit(f"espeak-ng has no voice {voice!r}")
    library.espeak_SetParameter(RATE, words_per_minute, 0)
    library.espeak_SetParameter(PITCH, pitch, 0)
    text = ssml.encode()
    flags = SSML | PHONEMES | END_PAUSE
    library.espeak_Synth(text, ctypes.c_size_t(len(text) + 1), 0, 1, 0, flags, None, None)
    return Spoken(tuple(events), tuple(_count(library, word) for word in words), samples)


def _count(library: ctypes.CDLL, word: str) -> int:
    text = ctypes.c_char_p(word.encode())
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    said: bytes = library.espeak_TextToPhonemes(ctypes.byref(text), 0, SEPARATED)
    return said.count(b"_") + 1


def word_times(said: Spoken, starts: Sequence[int]) -> list[tuple[int, int]]:
    """Start and end of each word, whose first characters are at ``starts`` in the text: milliseconds of the sound.

    A word ends where the next one or a pause begins.  espeak-ng joins small words ("in the", "do not") and tells
    of the first alone: the others are then as many of the joined phonemes, from the last one back, as they have
    when they stand alone.

    Raises ValueError where words remain without a time.
    """
    begins: list[int | None] = [None] * len(starts)
    due = 0
    for event in said.events:
        if event.phoneme or due == len(starts):
            continue
        # A position inside a word that has had its turn is espeak-ng's slip for the word that is due.
        here = starts.index(event.position, due) if event.position in starts[due:] else due
        begins[here] = event.at
        due = here + 1
    sounds = [event.at for event in said.events if event.phoneme and not event.phoneme.startswith("_")]
    pauses = [event.at for event in said.events if event.phoneme.startswith("_")]
    end = pauses[-1]
    times: list[tuple[int, int]] = []
    for i in reversed(range(len(starts))):
        begin = begins[i]
        if begin is None:
            joined = [at for at in sounds if at < end]
            if len(joined) < said.phonemes[i]:
                raise ValueError(f"espeak-ng tells no time of word {i + 1}")
            begin = joined[-said.phonemes[i]]
        times.append((begin, min([end, *(at for at in pauses if at > begin)])))
        end = begin
    return times[::-1]


if __name__ == "__main__":
    name, speed, height, marked, *alone = sys.argv[1:]
    print(json.dumps(dataclasses.asdict(_spoken(name, int(speed), int(height), marked, alone))))
