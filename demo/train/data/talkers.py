"""The synthesisers' voices that there are on this machine, and who is behind each.

Voices that are the same person, or that sound the same, bear one name, so that no split hears another's.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import numpy as np
import soundfile as sf

from demo.train.data import festival
from demo.train.data.splits import Split, divide
from demo.voices import Mood, Voice, speak

RATE_HZ = 16_000

ACCENTS = ("en-us", "en", "en-gb-scotland", "en-gb-x-rp", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-029")
"""Of espeak-ng; its ``en`` is British, and ``en-gb`` takes no variant."""

FLITE: tuple[tuple[Voice, str], ...] = (
    (Voice("flite", "slt", pitch_hz=170), "slt"),
    (Voice("flite", "kal16", pitch_hz=95), "kal"),
    (Voice("flite", "awb", pitch_hz=128), "awb"),
    (Voice("flite", "rms"), "rms"),
)

FESTIVAL: Mapping[str, str] = {"kal_diphone": "kal", "ked_diphone": "ked", "cmu_us_slt_arctic_hts": "slt"}
"""Festival's voices (Debian: festvox-kallpc16k, festvox-kdlpc16k, festvox-us-slt-hts), and whose they are."""

RECORDED: Mapping[str, Split] = {"slt": "train", "kal": "train", "awb": "train", "ked": "dev", "rms": "test"}
"""The people whose recordings are behind flite's and festival's voices; too few for lots."""

CAST: Mapping[str, Split] = {"Andrea": "test", "f2": "test", "f4": "test", "m3": "test"}
"""The variants of espeak-ng that speak in the demo corpus: no model has heard them when it comes to that."""

LICENCES: Mapping[str, str] = {
    "espeak-ng": "synthesised; the program is GPL-3.0-or-later",
    "flite": "synthesised; program and voices are under BSD-like licences",
    "festival": "synthesised; program and voices are under BSD-like licences",
    "festival, other languages": "synthesised; the voices are under the GPL, the LGPL or BSD-like licences",
}

# Whispers have no pitch, echoes and robots blur it: none of them has a prosody to be told.
NO_PITCH = re.compile(r"whisper|croak|robo|announcer|demonic|klatt6|anikaRobot|fast", re.IGNORECASE)


@dataclass(frozen=True)
class Talker:
    """A voice, whoever is behind it, and its split."""

    engine: Literal["espeak-ng", "flite", "festival"]
    name: str
    person: str
    split: Split
    pitch_hz: float = 0.0

    @property
    def pitched(self) -> bool:
        """Whether its pitch and range can be set, and heard."""
        if self.engine == "flite":
            return self.pitch_hz > 0
        return self.engine == "espeak-ng" and not NO_PITCH.search(self.name)

    def say(self, text: str, mood: Mood, words_per_minute: int) -> np.ndarray:
        """Float32 [n] at 16 kHz.  Festival speaks at its own pace, in no mood."""
        if self.engine == "festival":
            return _festival(self.name, text)
        return speak(Voice(self.engine, self.name, words_per_minute, self.pitch_hz), mood, text, RATE_HZ)


def talkers(seed: int) -> list[Talker]:
    """Every voice: all of flite's and festival's that are installed, all of espeak-ng's variants in all accents."""
    people = espeak_people()
    splits = divide(set(people.values()) - set(CAST), seed) | dict(CAST)
    found = [Talker("espeak-ng", name, f"espeak-ng {person}", splits[person]) for name, person in people.items()]
    found += [Talker("flite", voice.name, person, RECORDED[person], voice.pitch_hz) for voice, person in FLITE]
    found += [Talker("festival", name, person, RECORDED[person]) for name, person in installed_in_festival()]
    return found


@cache
def espeak_people() -> dict[str, str]:
    """Name of a voice (accent+variant) to person: the family of the first variant that sounds the same.

    A family bears one name and numbers (``iven``, ``iven2``, ...).  Left out is what sounds as the plain accent:
    espeak-ng says what it does not know in its default voice, in silence, hence the comparison by ear.
    """
    listed = subprocess.run(["espeak-ng", "--voices=variant"], check=True, capture_output=True, text=True).stdout
    variants = sorted(re.findall(r"!v/(.+?)\s*(?:\(|$)", listed, re.MULTILINE))
    names = [f"{accent}+{variant}" for accent in ACCENTS for variant in variants]
    with ThreadPoolExecutor(2) as pool:
        plain = set(pool.map(_fingerprint, ACCENTS))
        sounds = dict(zip(names, pool.map(_fingerprint, names), strict=True))
    people: dict[str, str] = {}
    first: dict[str, str] = {}
    for name, sound in sounds.items():
        variant = name.partition("+")[2]
        # One letter and a number (m3, f2) are people apart.
        person = first.setdefault(sound, re.sub(r"(?<=\w\w)\d+$", "", variant))
        if sound not in plain:
            people[name] = person
    return people


def installed_in_festival() -> Iterator[tuple[str, str]]:
    """Names of :data:`FESTIVAL` that festival finds, and whose they are; none where there is no festival."""
    for name in festival.voices():
        if name in FESTIVAL:
            yield name, FESTIVAL[name]


def _fingerprint(name: str) -> str:
    said = subprocess.run(["espeak-ng", "-v", name, "one", "--stdout"], check=True, capture_output=True)
    return hashlib.sha256(said.stdout).hexdigest()


def _festival(name: str, text: str) -> np.ndarray:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        command = ["text2wave", "-o", str(path), "-F", str(RATE_HZ), "-eval", f"(voice_{name})"]
        subprocess.run(command, input=text, check=True, capture_output=True, text=True)
        samples, _ = sf.read(path, dtype="float32")
    return samples
