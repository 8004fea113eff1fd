"""Make the demo corpus: ``python -m demo.corpus [FOLDER]`` (needs espeak-ng and flite)."""

from __future__ import annotations

import csv
import dataclasses
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from demo import screenplay, voices
from demo.encoding import write
from demo.screenplay import Line
from demo.synthesis import SOUNDS, at_level, fade, music, pink_noise, sweep, tone, white_noise
from demo.track import Track, Truth
from demo.voices import NEUTRAL
from demo.word_times import say

FOLDER = Path(__file__).parent / "corpus"
SEED = 1904
ROOM_DBFS = -62.0
SOUND_DBFS = -22.0
MUSIC_DBFS = -20.0
UNDER_VOICE_DB = -14.0

METADATA: tuple[dict[str, str], ...] = (
    {"file": "interviews/taste.mp3", "speaker": "007", "date": "2024-03-05", "region": "North Harbor",
     "brand": "Acme Cola"},
    {"file": "interviews/support_call.flac", "speaker": "012", "date": "2024-03-11", "region": "Lowlands",
     "brand": "Acme Cola"},
    {"file": "interviews/street.mp4", "speaker": "031", "date": "2024-04-02", "region": "Highlands",
     "brand": "Acme Cola"},
    {"file": "interviews/factory.opus", "speaker": "100", "date": "2023-11-20", "region": "North Harbor",
     "brand": ""},
    {"file": "radio/spot.m4a", "speaker": "", "date": "2024-05-01", "region": "", "brand": "Acme Cola"},
    {"file": "radio/phone_in.mp3", "speaker": "", "date": "2024-10-02", "region": "North Harbor",
     "brand": "Acme Cola"},
    {"file": "survey/answer_007.opus", "speaker": "007", "date": "2024-09-10", "region": "North Harbor",
     "brand": "Acme Cola"},
    {"file": "survey/answer_012.mp3", "speaker": "012", "date": "2024-09-12", "region": "Lowlands",
     "brand": "Acme Cola"},
    {"file": "survey/answer_031.ogg", "speaker": "031", "date": "2024-09-17", "region": "Highlands",
     "brand": "Acme Cola"},
    {"file": "survey/answer_045.m4a", "speaker": "045", "date": "2024-09-18", "region": "Lowlands",
     "brand": "Acme Cola"},
    {"file": "digits/code_007.wav", "speaker": "007", "date": "2024-03-05", "region": "North Harbor",
     "brand": ""},
    {"file": "digits/code_012.wav", "speaker": "012", "date": "2024-03-11", "region": "Lowlands",
     "brand": ""},
    {"file": "digits/code_031.flac", "speaker": "031", "date": "2024-04-02", "region": "Highlands",
     "brand": ""},
)  # fmt: skip


def make(folder: Path) -> list[Truth]:
    """Write every recording, ``metadata.csv`` and ``truth.csv`` into ``folder``, over what is there."""
    truth = [
        *interviews(folder / "interviews"),
        *radio(folder / "radio"),
        *survey(folder / "survey"),
        *scenes(folder / "scenes"),
        *digits(folder / "digits"),
        *signals(folder / "signals"),
    ]
    broken(folder)
    write_csv(folder / "metadata.csv", METADATA)
    write_csv(folder / "truth.csv", [dataclasses.asdict(row) for row in truth])
    return truth


def interviews(folder: Path) -> Iterator[Truth]:
    """Two people on one channel, two people on a channel each, one at length, one with a picture."""
    taste = Track("interviews/taste.mp3", 44100)
    talk(taste, screenplay.TASTE_INTERVIEW)
    write(folder / "taste.mp3", taste.render(ROOM_DBFS, SEED), taste.rate, 48_000)

    call = Track("interviews/support_call.flac", 16000, channels=2)
    call.rest(0.5)
    for voice, mood, text in screenplay.SUPPORT_CALL:
        call.say(voice, mood, text, channel=1 if voice == voices.AGENT else 2, pause=0.35)
    call.rest(0.5)
    write(folder / "support_call.flac", call.render(), call.rate)

    factory = Track("interviews/factory.opus", 48000)
    factory.rest(0.6)
    for i, text in enumerate(screenplay.FACTORY_STORY):
        factory.say(voices.STORYTELLER, NEUTRAL, text, pause=0.35)
        if i % 5 == 4:
            factory.rest(0.6)
    factory.rest(0.8)
    write(folder / "factory.opus", factory.render(ROOM_DBFS, SEED + 1), factory.rate, 24_000)

    street = Track("interviews/street.mp4", 44100)
    street.rest(0.5)
    for mood, text in screenplay.STREET_ANSWER:
        street.say(voices.PASSER_BY, mood, text)
    street.rest(0.6)
    write(folder / "street.mp4", street.render(ROOM_DBFS, SEED + 2), street.rate, 56_000)
    yield from (*taste.truth, *call.truth, *factory.truth, *street.truth)


def talk(track: Track, lines: Sequence[Line]) -> None:
    """One after the other, with a rest where the word passes on."""
    track.rest(0.8)
    for i, (voice, mood, text) in enumerate(lines):
        if i and voice != lines[i - 1][0]:
            track.rest(0.5)
        track.say(voice, mood, text)
    track.rest(0.8)


def radio(folder: Path) -> Iterator[Truth]:
    """People who ring in about the brand; and a spot for it.

    The spot: four seconds of music, voices over lowered music, and music again.
    """
    phone_in = Track("radio/phone_in.mp3", 22050)
    talk(phone_in, screenplay.PHONE_IN)
    write(folder / "phone_in.mp3", phone_in.render(ROOM_DBFS, SEED + 3), phone_in.rate, 40_000)
    yield from phone_in.truth

    voice = Track("radio/spot.m4a", 44100, channels=2)
    voice.at = voice.samples(4.0)
    for text in screenplay.SPOT_ANNOUNCEMENT:
        voice.say(voices.ANNOUNCER, voices.HAPPY, text, pause=0.5)
    voice.say(voices.SMALL_PRINT, NEUTRAL, screenplay.SPOT_SMALL_PRINT)
    spoken = [(row.start_ms, row.end_ms) for row in voice.truth if row.kind == "speech"]
    n = voice.at + voice.samples(4.0)

    duck = np.zeros(n)
    for start_ms, end_ms in spoken:
        duck[voice.samples(start_ms / 1000 - 0.2) : voice.samples(end_ms / 1000 + 0.2)] = 1
    width = voice.samples(0.15)
    duck = np.convolve(duck, np.ones(width) / width, mode="same")
    jingle = at_level(music(n, voice.rate, np.random.default_rng(SEED)), MUSIC_DBFS, peak=0.6)
    voice.at = 0
    voice.lay((jingle * 10 ** (UNDER_VOICE_DB * duck / 20)).astype(np.float32), "music", "jingle")
    write(folder / "spot.m4a", voice.render(), voice.rate, 80_000)
    yield from sorted(voice.truth, key=lambda row: row.start_ms)


def survey(folder: Path) -> Iterator[Truth]:
    """Answers to the question what the brand means to people, each in the format of its recorder."""
    recorders = {"007": ("opus", 48000, 24_000), "012": ("mp3", 32000, 40_000), "031": ("ogg", 22050, 0),
                 "045": ("m4a", 44100, 48_000)}  # fmt: skip
    for i, (code, (ending, rate, bits_per_second)) in enumerate(recorders.items()):
        track = Track(f"survey/answer_{code}.{ending}", rate)
        track.rest(0.6)
        for voice, mood, text in screenplay.SURVEY[code]:
            track.say(voice, mood, text, pause=0.5)
        track.rest(0.6)
        write(folder / f"answer_{code}.{ending}", track.render(ROOM_DBFS, SEED + 4 + i), rate, bits_per_second)
        yield from track.truth


def scenes(folder: Path) -> Iterator[Truth]:
    """Nine synthesised sounds, one after another, with silence between them."""
    track = Track("scenes/sounds.ogg", 44100)
    rng = np.random.default_rng(SEED)
    track.rest(0.5)
    for name, sound in SOUNDS.items():
        samples = fade(sound(track.samples(4.0), track.rate, rng), track.rate)
        track.lay(at_level(samples, SOUND_DBFS), "sound", name)
        track.rest(0.6)
    write(folder / "sounds.ogg", track.render(), track.rate)
    yield from track.truth


def digits(folder: Path) -> Iterator[Truth]:
    """Participants read their codes out; one of the files is there twice, under another name."""
    readers = {"007": (voices.PARTICIPANT, "wav", 8000), "012": (voices.CALLER, "wav", 16000),
               "031": (voices.PASSER_BY, "flac", 16000)}  # fmt: skip
    for code, (voice, ending, rate) in readers.items():
        track = Track(f"digits/code_{code}.{ending}", rate)
        track.rest(0.4)
        track.say(voice, NEUTRAL, screenplay.DIGITS[code], pause=0)
        track.rest(0.4)
        write(folder / f"code_{code}.{ending}", track.render(), rate)
        yield from track.truth
        if code == "007":
            shutil.copyfile(folder / "code_007.wav", folder / "copy_of_code_007.wav")
            yield from (dataclasses.replace(row, file="digits/copy_of_code_007.wav") for row in track.truth)


def signals(folder: Path) -> Iterator[Truth]:
    """Tones, noise, nothing at all, and a word of a fifth of a second."""
    tones = Track("signals/tones.wav", 44100)
    n = tones.samples(0.9)
    for name, samples in (
        ("tone 440 Hz", tone(n, 44100, 440)),
        ("tone 1000 Hz", tone(n, 44100, 1000)),
        ("sweep 100 Hz to 8000 Hz", sweep(n, 44100, 100, 8000)),
    ):
        tones.lay(at_level(fade(samples, tones.rate), SOUND_DBFS), "sound", name)
    write(folder / "tones.wav", tones.render(), tones.rate)

    noise = Track("signals/noise.wav", 8000)
    rng = np.random.default_rng(SEED)
    for name, source in (("white noise", white_noise), ("pink noise", pink_noise)):
        noise.lay(at_level(fade(source(noise.samples(2.0), 8000, rng), 8000), SOUND_DBFS), "sound", name)
        noise.rest(0.4)
    write(folder / "noise.wav", noise.render(), noise.rate)

    silence = Track("signals/silence.flac", 16000)
    silence.rest(12.0)
    write(folder / "silence.flac", silence.render(), silence.rate)

    clip = Track("signals/yes.wav", 44100)
    said, words = say(voices.HOST, NEUTRAL, "yes", clip.rate)
    cut = fade(said[: clip.samples(0.2)], clip.rate, 0.005).astype(np.float32)
    clip.lay(cut, "speech", "yes", voice=voices.HOST.label, mood=NEUTRAL.name, words=words)
    write(folder / "yes.wav", clip.render(), clip.rate)
    yield from (*tones.truth, *noise.truth, *silence.truth, *clip.truth)


def broken(folder: Path) -> None:
    """Three files that a run has to survive: garbage, a text, and a recording that breaks off."""
    target = folder / "broken"
    target.mkdir(parents=True, exist_ok=True)
    (target / "garbage.wav").write_bytes(np.random.default_rng(SEED).bytes(4096))
    (target / "notes.mp3").write_text("Remember to press the red button before the interview.\n", "utf-8")
    whole = (folder / "digits" / "code_031.flac").read_bytes()
    (target / "breaks_off.flac").write_bytes(whole[: len(whole) // 2])


def write_csv(path: Path, rows: Iterable[Mapping[str, object]]) -> None:
    """Rows with the same keys, as UTF-8 CSV with plain line ends."""
    rows = list(rows)
    with path.open("w", encoding="utf-8", newline="") as out:
        table = csv.DictWriter(out, rows[0].keys(), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def main(arguments: list[str]) -> None:
    folder = Path(arguments[0]) if arguments else FOLDER
    truth = make(folder)
    print(f"{folder}: {len({row.file for row in truth})} recordings, {len(truth)} rows of truth")


if __name__ == "__main__":
    main(sys.argv[1:])
