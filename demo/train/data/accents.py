"""English in the voices of other languages: more people, each with an accent.

Festival's English front end says which sounds there are, how long and how high; each is replaced by the nearest that
the other language has, and its diphones say them.  Few people stand behind the free English voices, and a transcriber
that heard no others does not know the next; these bring nine more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import soundfile as sf
import soxr

from demo.train.data import festival

PAUSE = "pau"
"""How the English front end calls silence."""


@dataclass(frozen=True)
class Phone:
    """A sound of English (as festival's ``radio`` phone set names it), or of another language: seconds and hertz."""

    name: str
    seconds: float
    pitch_hz: float


def _table(*lines: str) -> Mapping[str, Sequence[str]]:
    """``aa=a1 ay=a1+i hh=``: each English sound, and those that stand for it, one after the other."""
    pairs = (pair.partition("=") for line in lines for pair in line.split())
    return {english: own.split("+") if own else [] for english, _, own in pairs}


ITALIAN = _table(
    "aa=a1 ae=E1 ah=a ao=O1 aw=a1+u ax=a axr=a+r ay=a1+i eh=E1 er=e1+r ey=e1+i ih=i iy=i1 ow=o1+u oy=O1+i uh=u uw=u1",
    "b=b ch=tS d=d dh=d dx=r el=o+l em=e+m en=e+n f=f g=g hh= hv= jh=dZ k=k l=l m=m n=n ng=n nx=n p=p r=r s=s sh=S",
    "t=t th=t v=v w=w y=j z=z zh=Z pau=#",
)
CZECH = _table(
    "aa=a: ae=e ah=a ao=o: aw=a+u ax=e axr=e+r ay=a+j eh=e er=e:+r ey=e+j ih=i iy=i: ow=o+u oy=o+j uh=u uw=u:",
    "b=b ch=c~ d=d dh=d dx=t el=o+l em=e+m en=e+n f=f g=g hh=h hv=h jh=dz~ k=k l=l m=m n=n ng=n nx=n p=p r=r s=s sh=s~",
    "t=t th=t v=v w=v y=j z=z zh=z~ pau=#",
)
FINNISH = _table(
    "aa=a: ae=@ ah=a ao=o: aw=a+u ax=e axr=e+r ay=a+i eh=e er=7:+r ey=e+i ih=i iy=i: ow=o+u oy=o+i uh=u uw=u:",
    "b=b ch=t+s d=d dh=d dx=t el=o+l em=e+m en=e+n f=f g=g hh=h hv=h jh=d+s k=k l=l m=m n=n ng=n nx=n p=p r=r s=s sh=S",
    "t=t th=t v=v w=v y=j z=s zh=S pau=#",
)
HINDI = _table(
    "aa=aa ae=eh ah=a ao=oh aw=aw ax=a axr=a+r ay=ay eh=eh er=a+r ey=ee ih=ih iy=iy ow=oo oy=oh+ih uh=uh uw=uw",
    "b=b ch=ch d=D dh=dh dx=T el=a+l em=a+m en=a+n f=f g=g hh=h hv=h jh=j k=k l=l m=m n=n ng=n+g nx=n p=p r=r s=s",
    "sh=sh t=T th=th v=v w=v y=y z=j zh=zh pau=pau",
)


@dataclass(frozen=True)
class Accent:
    """A voice of another language, whose it is, its sounds for the English ones, and how high it speaks."""

    voice: str
    person: str
    sounds: Mapping[str, Sequence[str]]
    pitch_hz: float


ACCENTS: tuple[Accent, ...] = (
    Accent("lp_diphone", "italian lp", ITALIAN, 190.0),
    Accent("pc_diphone", "italian pc", ITALIAN, 115.0),
    Accent("czech_dita", "czech dita", CZECH, 190.0),
    Accent("czech_krb", "czech krb", CZECH, 115.0),
    Accent("czech_machac", "czech machac", CZECH, 110.0),
    Accent("czech_ph", "czech ph", CZECH, 115.0),
    Accent("suo_fi_lj_diphone", "finnish lj", FINNISH, 190.0),
    Accent("hy_fi_mv_diphone", "finnish mv", FINNISH, 110.0),
    Accent("hindi_NSK_diphone", "hindi nsk", HINDI, 125.0),
)
"""Debian's festvox-italp16k, -itapc16k, -czech-dita, -krb, -machac, -ph, -suopuhe-lj, -suopuhe-mv and -hi-nsk."""

_FRONT_END = """
(voice_kal_diphone)
(set! u (Utterance Text {text}))
(mapcar (lambda (module) (module u))
  (list Initialize Text Token_POS Token POS Phrasify Word Pauses Intonation PostLex Duration Int_Targets))
(mapcar (lambda (s) (format t "segment %s %f\\n" (item.name s) (item.feat s 'end))) (utt.relation.items u 'Segment))
(mapcar (lambda (s) (format t "target %s %s\\n" (item.feat s 'pos) (item.feat s 'f0))) (utt.relation.leafs u 'Target))
"""
_SYNTHESIS = """
(voice_{voice})
(set! u (Utterance Segments ({segments})))
(utt.synth u)
(utt.save.wave u {path} 'riff)
"""


def english_phones(text: str) -> list[Phone]:
    """The sounds of ``text`` in American English, with the lengths and the melody of festival's ``kal_diphone``."""
    said = festival.run(_FRONT_END.format(text=festival.quoted(text)))
    segments = [(name, float(end)) for name, end in re.findall(r"segment (\S+) (\S+)", said)]
    targets = [(float(at), float(hz)) for at, hz in re.findall(r"target (\S+) (\S+)", said)]
    at, hz = zip(*targets, strict=True)
    return [
        Phone(name, end - start, float(np.interp((start + end) / 2, at, hz)))
        for (_, start), (name, end) in pairwise([("", 0.0), *segments])
    ]


def in_accent(phones: Sequence[Phone], sounds: Mapping[str, Sequence[str]]) -> list[Phone]:
    """Each sound as the other language has it; what is then twice the same, one after the other, becomes one.

    A sound that the language lacks altogether (Italian has no h) is left out, and its time with it.
    """
    heard: list[Phone] = []
    for phone in phones:
        own = sounds[phone.name]
        for name in own:
            seconds = phone.seconds / len(own)
            if heard and heard[-1].name == name:
                seconds += heard.pop().seconds
            heard.append(Phone(name, seconds, phone.pitch_hz))
    return heard


def say(accent: Accent, text: str, pace: float, semitones: float, rate: int) -> np.ndarray:
    """``text`` in a voice of another language: float32 [n] at ``rate`` Hz.

    Args:
        pace: factor on the front end's own pace.
        semitones: above the voice's usual pitch.

    Raises subprocess.CalledProcessError where festival fails, as without the voice's package.
    """
    phones = in_accent(english_phones(text), accent.sounds)
    middle = float(np.median([phone.pitch_hz for phone in phones]))
    higher = accent.pitch_hz / middle * 2 ** (semitones / 12)
    segments = (
        f"({phone.name} {phone.seconds / pace:.4f} ({phone.seconds / pace / 2:.4f} {phone.pitch_hz * higher:.1f}))"
        for phone in phones
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        festival.run(
            _SYNTHESIS.format(voice=accent.voice, segments=" ".join(segments), path=festival.quoted(str(path)))
        )
        samples, own_rate = sf.read(path, dtype="float32")
    return soxr.resample(samples, own_rate, rate)


def installed() -> list[Accent]:
    """Those of :data:`ACCENTS` that festival finds; none where there is no festival."""
    found = festival.voices()
    return [accent for accent in ACCENTS if accent.voice in found]
