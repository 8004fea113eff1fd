"""Codings of audio without a header: nothing in such a file says what it is, so its name or a person has to."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from schemas.errors import UsageError
from schemas.shown import shown

FIXED_RATES_HZ = {"g722": 16_000, "g723": 8000, "g729": 8000, "gsm": 8000}
"""Codings that exist at one rate, with one channel."""

CODINGS = (
    *("alaw", "mulaw", "vox", "s8", "u8", "s16le", "s16be", "s24le", "s24be", "s32le", "s32be", "f32le", "f32be"),
    *FIXED_RATES_HZ,
)
"""``vox`` is the ADPCM of Dialogic and OKI, high nibble first; the others have FFmpeg's names."""
_ALSO = {"ulaw": "mulaw", "pcm_alaw": "alaw", "pcm_mulaw": "mulaw", "s16": "s16le", "sln": "s16le"}
_ALSO |= {"oki": "vox", "dialogic": "vox", "s24": "s24le", "s32": "s32le", "f32": "f32le", "g723_1": "g723"}

RATES_HZ = (1000, 768_000)
MOST_CHANNELS = 64


@dataclass(frozen=True)
class Coding:
    """How the samples of a file without a header are written."""

    name: str
    rate_hz: int
    channels: int = 1

    def __str__(self) -> str:
        """As ``--raw`` takes it."""
        return f"{self.name}:{self.rate_hz}" + (f":{self.channels}" if self.channels > 1 else "")


BY_EXTENSION: Mapping[str, Coding] = {
    **dict.fromkeys((".al", ".alaw", ".alw"), Coding("alaw", 8000)),
    **dict.fromkeys((".ul", ".ulaw", ".ulw", ".mulaw", ".mu"), Coding("mulaw", 8000)),
    ".vox": Coding("vox", 8000),
    **dict.fromkeys((".sln", ".raw", ".pcm", ".sw", ".s16", ".s16le", ".slin"), Coding("s16le", 8000)),
    ".s16be": Coding("s16be", 8000),
    ".sb": Coding("s8", 8000),
    ".ub": Coding("u8", 8000),
    **{f".sln{k}": Coding("s16le", hz) for k, hz in ((12, 12_000), (16, 16_000), (24, 24_000), (32, 32_000))},
    **{f".sln{k}": Coding("s16le", hz) for k, hz in ((44, 44_100), (48, 48_000), (96, 96_000), (192, 192_000))},
    **{f".{name}": Coding(name, rate_hz) for name, rate_hz in FIXED_RATES_HZ.items()},
}
"""What the extensions of telephone systems stand for (Asterisk, Dialogic, SoX)."""

UNSURE = {
    ".vox": "vox:6000",
    **dict.fromkeys((".raw", ".pcm", ".sw", ".s16", ".s16le"), "s16le:16000"),
    ".s16be": "s16be:16000",
}
"""Extensions that do not say the rate, with another reading that is as common."""


@dataclass(frozen=True)
class Raw:
    """How files without a header are to be read, each by its extension.

    Attributes:
        named: of each extension, in small letters with its dot, what a person said of it.
        rest: what a person said of all others that have no header.
    """

    named: Mapping[str, Coding]
    rest: Coding | None = None

    def of(self, path: str) -> Coding | None:
        """How a file of this name is to be read if it has no header; None where nothing says so."""
        extension = extension_of(path)
        return self._said_of(extension) or BY_EXTENSION.get(extension)

    def said_of(self, path: str) -> Coding | None:
        """The same, as far as a person said it."""
        return self._said_of(extension_of(path))

    def _said_of(self, extension: str) -> Coding | None:
        if extension in self.named:
            return self.named[extension]
        return self.rest if extension in BY_EXTENSION or extension in NAMELESS else None


NAMELESS = frozenset(("", ".bin", ".dat", ".audio"))
"""Extensions that say nothing of what a file holds."""

BY_NAME_ALONE = Raw({})


def extension_of(path: str) -> str:
    return os.path.splitext(path)[1].lower()


def read_raw(words: Iterable[str]) -> Raw:
    """What ``--raw`` says, each word as ``alaw:8000``, ``s16le:16000:2`` or ``.raw=s16le:16000``.

    Raises:
        UsageError: it is none of these.
    """
    named: dict[str, Coding] = {}
    rest: Coding | None = None
    for word in words:
        extension, equals, said = word.strip().rpartition("=")
        coding = _coding(word, said)
        if not equals:
            if rest not in (None, coding):
                raise UsageError(f"raw: {rest} or {coding}? Say it by extension, as in .raw={coding}")
            rest = coding
            continue
        extension = "." + extension.strip().lower().removeprefix("*").removeprefix(".")
        if not re.fullmatch(r"\.[^./\\*?\s]+", extension):
            raise UsageError(f"raw: {shown(word)}: expected an extension before the =, as in .raw=s16le:16000")
        if named.get(extension, coding) != coding:
            raise UsageError(f"raw: {extension} is said to be {named[extension]} and {coding}")
        named[extension] = coding
    return Raw(named, rest)


def _coding(word: str, said: str) -> Coding:
    name, *numbers = (part.strip() for part in said.lower().split(":"))
    name = _ALSO.get(name, name)
    if name not in CODINGS:
        raise UsageError(f"raw: {shown(word)}: unknown coding {shown(name)}; known are {', '.join(CODINGS)}")
    least = 0 if name in FIXED_RATES_HZ else 1
    if not least <= len(numbers) <= 2 or not all(re.fullmatch(r"[0-9]{1,9}", number) for number in numbers):
        raise UsageError(f"raw: {shown(word)}: expected CODING:HZ or CODING:HZ:CHANNELS, as in alaw:8000")
    rate_hz = int(numbers[0]) if numbers else FIXED_RATES_HZ[name]
    channels = int(numbers[1]) if len(numbers) == 2 else 1
    if FIXED_RATES_HZ.get(name, rate_hz) != rate_hz or (name in {*FIXED_RATES_HZ, "vox"} and channels != 1):
        rate = f" at {FIXED_RATES_HZ[name]} Hz" if name in FIXED_RATES_HZ else ""
        raise UsageError(f"raw: {shown(word)}: {name} is of one channel{rate}")
    if not RATES_HZ[0] <= rate_hz <= RATES_HZ[1]:
        raise UsageError(f"raw: {shown(word)}: {rate_hz} Hz is not between {RATES_HZ[0]} and {RATES_HZ[1]} Hz")
    if not 1 <= channels <= MOST_CHANNELS:
        raise UsageError(f"raw: {shown(word)}: {channels} channels are not between 1 and {MOST_CHANNELS}")
    return Coding(name, rate_hz, channels)
