"""Our Whisper, by engine and precision, beside faster-whisper: ``python -m benchmarks.recognisers``.

Each way is a process of its own, and they take turns. What they hear is real speech whose words are known, as one
long talk and as short files.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.footprint import ROOT
from benchmarks.machine import cores, describe
from benchmarks.measure import Spread, interleaved, rates, ratios, spread
from benchmarks.report import Cell, Table, earlier, show, wide_console, write
from benchmarks.served import Served
from benchmarks.settings import TINY, Settings, command_line, parse, settings_of
from benchmarks.talk import Spoken, aligned, spoken_of, talk_of
from benchmarks.word_errors import Timed, distances, english, error_rate, median_ms, near, timed_words, words_of
from demo.untrained.checkpoints import build
from transforms.models.checkpoint import parse_checkpoint
from transforms.models.converted import converted
from transforms.models.engines import CTRANSLATE2, is_installed
from transforms.models.locate import locate

SHARED = next((p for p in (ROOT / "shared", ROOT.parent / "shared") if p.is_dir()), ROOT / "shared")
MAKER, LIST = SHARED / "models" / "whisper_tiny_en.py", SHARED / "audio" / "speech.csv"
"""A program that makes whisper-tiny.en, and recordings of people with what they say: not part of the project."""
PEER_FILE = str(ROOT / "benchmarks" / "peer.py")
TALK_S = 360.0
SHORT_S = 3.0, 10.0
TORCH = "fp32"
OURS = (TORCH, *(("fp32-ctranslate2", "auto") if is_installed(CTRANSLATE2) else ()))
BATCH = 8
PLAIN, BATCHED = "one after the other", "batched (8)"
PEERS = {
    (how, precision, beam): (batch, precision, beam)
    for how, batch in ((PLAIN, 0), (BATCHED, BATCH))
    for precision, beam in (("int8", 1), ("float32", 1), ("int8", 5))
}
"""Beam 1 is greedy, as we are; 5 is what it does by itself."""
Way = str | tuple[str, str, int]
COLUMNS = (
    "recogniser",
    "x",
    "core s",
    "times {}",
    "WER, %",
    "WER normalised, %",
    "starts within 60 ms, %",
    "median off, ms",
    "within 60 ms of torch, %",
    "peak GB",
)


@dataclass(frozen=True)
class Heard:
    """What a recogniser made of files.

    Attributes:
        name: of the recogniser.
        seconds, core_seconds: that it took.
        texts: a text a file.
        words: their words with their starts.
    """

    name: str
    seconds: float
    core_seconds: float
    texts: list[str]
    words: list[list[Timed]]


def compare(
    settings: Settings,
    model: Path | None = None,
    listed: Path = LIST,
    peer: str = sys.executable,
    talk_seconds: float = TALK_S,
) -> list[Table]:
    """A long talk, and short files; one table that says why where something for it is missing.

    Args:
        model: a Whisper in Hugging Face's form, of English; None for whisper-tiny.en.
        listed: speech with transcripts, see :func:`benchmarks.talk.spoken_of`.
        peer: a Python interpreter that may have faster-whisper and PocketSphinx.
    """
    if not listed.exists():
        return [_skipped(f"no list of speech at {listed.name}: name one with --speech")]
    with settings.scratch() as scratch, ExitStack() as stack:
        if model is None:
            model = build("whisper", scratch / "whisper") if settings.size == TINY else _tiny_en(settings.folder)
        if model is None:
            return [_skipped("no Whisper: name a folder with --model")]
        clips = spoken_of(listed, scratch / "clips")
        is_aligned = _imports(peer, "pocketsphinx")
        if is_aligned:
            with Served([peer, "-I", PEER_FILE, "align"]) as aligner:
                clips = aligned(clips, aligner.ask(clips=[[str(c.path), words_of(c.text)] for c in clips]))
        talk = talk_of(clips, talk_seconds, scratch / "talk.flac")
        short = [clip for clip in clips if SHORT_S[0] <= clip.seconds <= SHORT_S[1]] or clips[:1]
        threads = str(cores())
        served: dict[Way, Served] = {}
        for way in OURS:
            ours = [sys.executable, "-m", "benchmarks.listener", str(model), way, threads]
            served[way] = stack.enter_context(Served(ours))
        if has_peer := _imports(peer, "faster_whisper"):
            folder = str(_for_peer(model, scratch / "converted"))
            for key, (batch, precision, beam) in PEERS.items():
                words = [peer, "-I", PEER_FILE, "whisper", folder, precision, str(batch), str(beam), threads]
                served[key] = stack.enter_context(Served(words))
        for way, one in served.items():
            settings.patience.say(f"{way}: starts")
            one.ask(paths=[str(short[0].path)])
        normalised = english(model)
        tables = []
        for title, files, base in (("one long talk", [talk], BATCHED), ("short files, one by one", short, PLAIN)):
            settings.patience.say(title)
            calls = {way: partial(_heard, one, files) for way, one in served.items()}
            took = interleaved(calls, settings.patience.share(0.5))
            peaks = {way: one.peak_bytes for way, one in served.items()}
            tables.append(_table(title, files, took, peaks, (base, "int8", 1), normalised))
    return [replace(table, notes=(*table.notes, *_notes(model, has_peer, is_aligned, clips))) for table in tables]


def _heard(one: Served, files: Sequence[Spoken]) -> Heard:
    told = one.ask(paths=[str(file.path) for file in files])
    said = told["said"]
    words = [timed_words(file["words"]) for file in said]
    return Heard(told["name"], told["seconds"], told["core_seconds"], [file["text"] for file in said], words)


def _table(
    title: str,
    files: Sequence[Spoken],
    took: Mapping[Way, list[Heard]],
    peaks: Mapping[Way, int | None],
    base: Way,
    normalised: Callable[[str], str],
) -> Table:
    seconds = sum(file.seconds for file in files)
    walls = {way: [one.seconds for one in rounds] for way, rounds in took.items()}
    truth = [list(zip(words_of(file.text), file.starts, strict=True)) for file in files]
    rows: list[tuple[Cell, ...]] = []
    for way, rounds in took.items():
        first, peak = rounds[0], peaks[way]
        apart = [gap for true, said in zip(truth, first.words, strict=True) for gap in distances(true, said)]
        from_torch = [
            gap for true, said in zip(took[TORCH][0].words, first.words, strict=True) for gap in distances(true, said)
        ]
        texts = [file.text for file in files]
        faster: Spread | None = ratios(walls[base], walls[way]) if base in walls else None
        rows.append(
            (
                first.name if isinstance(way, str) else f"{first.name}, {way[0]}, {way[1]}, beam {way[2]}",
                rates(seconds, walls[way]),
                spread([one.core_seconds for one in rounds]),
                faster,
                100 * error_rate(texts, first.texts),
                100 * error_rate(texts, first.texts, normalised),
                near(apart),
                median_ms(apart),
                None if way == TORCH else near(from_torch),
                None if peak is None else peak / 1e9,
            )
        )
    if base not in walls:
        rows += [(f"faster-whisper, {how}: not installed", *[None] * (len(COLUMNS) - 1)) for how in (PLAIN, BATCHED)]
    columns = tuple(name.format(f"{base[0]}, int8") for name in COLUMNS)
    heading = f"Whisper: {title} ({seconds:.0f} s in {len(files)} files, {cores()} threads)"
    return Table(heading, columns, tuple(rows))


def _notes(model: Path, has_peer: bool, is_aligned: bool, clips: Sequence[Spoken]) -> list[str]:
    known = sum(start is not None for clip in clips for start in clip.starts)
    return [
        f"x is seconds of audio a second of wall time, core s what all threads of the process took; both from files to "
        f"texts with the times of words, start-up left out. Ours: decoding, speech detection, talks, model, rows; "
        f"{cores()} groups at once. The talk is clips joined with pauses of 0.5 s, again in the other order until it is "
        "long enough.",
        "faster-whisper has the same weights and threads, its own speech detection where it is batched and its defaults "
        "elsewhere. Beam 1 is greedy, as ours is; 5 is its default. Ratios are to it in int8, greedy."
        if has_peer
        else "faster-whisper is not installed: `--peer-python` names an interpreter that has it.",
        "WER by jiwer, lower-cased and without punctuation, and after Whisper's English normaliser of transformers"
        + (", with the list of spellings of the checkpoint." if (model / "normalizer.json").exists() else ", without ")
        + ("" if (model / "normalizer.json").exists() else "a list of spellings, which the checkpoint does not bring."),
        f"Starts: against a forced alignment by PocketSphinx (GMMs, frames of 10 ms), {known} words of the clips; where "
        "it does not know a word of a clip the clip is left out."
        if is_aligned
        else "No forced alignment: PocketSphinx is not installed, so that only the distances from torch in fp32 stand.",
        "The peak of memory is that of the process so far: of the short files with what the talk took before.",
    ]


def _skipped(why: str) -> Table:
    return Table("Whisper beside faster-whisper", ("skipped",), ((why,),))


def _tiny_en(folder: Path) -> Path | None:
    """whisper-tiny.en, made where its maker is at hand and the registry that it asks answers."""
    made = folder / "whisper-tiny.en"
    if not MAKER.is_file():
        return None
    done = subprocess.run([sys.executable, str(MAKER), str(made)], capture_output=True, text=True, check=False)
    return made / "hf" if done.returncode == 0 else None


def _imports(python: str, module: str) -> bool:
    return subprocess.run([python, "-I", "-c", f"import {module}"], capture_output=True, check=False).returncode == 0


def _for_peer(model: Path, folder: Path) -> Path:
    """The checkpoint as we convert it for CTranslate2, with the tokenizer that faster-whisper looks for beside it."""
    conversion: Any = converted(locate("transcripts", parse_checkpoint(str(model)), weights=True))
    folder.mkdir()
    for path in [*conversion.folder.iterdir(), model / "tokenizer.json", model / "preprocessor_config.json"]:
        if path.exists() and not (folder / path.name).exists():
            (folder / path.name).symlink_to(path.resolve())
    return folder


def main(words: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser("python -m benchmarks.recognisers", description="Whisper beside faster-whisper.")
    parser.add_argument("--model", type=Path, metavar="FOLDER", help="a Whisper of English (default: whisper-tiny.en)")
    parser.add_argument("--speech", type=Path, default=LIST, metavar="CSV", help="with path, text and lang")
    parser.add_argument("--peer-python", default=sys.executable, metavar="PATH", help="that has faster-whisper")
    parser.add_argument("--talk", type=float, default=TALK_S, metavar="S", help="of the long talk (default: 360)")
    arguments = parse(parser, words)
    machine, before = describe(), earlier(arguments.markdown, append=arguments.append)
    with settings_of(arguments) as settings:
        model, listed, python = arguments.model, arguments.speech, arguments.peer_python
        tables = compare(settings, model, listed.resolve(), python, arguments.talk)
    console = wide_console()
    for table in tables:
        show(console, table)
    if arguments.markdown:
        write(arguments.markdown, tables, machine, command_line("benchmarks.recognisers", words), before)
    return 0


if __name__ == "__main__":
    sys.exit(main())
