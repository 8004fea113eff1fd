"""Our Whisper, by engine and precision, beside faster-whisper: ``python -m benchmarks.recognisers``.

Each way is a process of its own, and they take turns. What they hear is real speech whose words are known, as one
long talk and as short files.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.footprint import ROOT
from benchmarks.heard import hear, table_of
from benchmarks.machine import cores, describe
from benchmarks.measure import Spread, interleaved
from benchmarks.page import filled, read, section, write
from benchmarks.report import Table, markdown, show, wide_console
from benchmarks.served import Served
from benchmarks.settings import TINY, Settings, command_line, parse, settings_of
from benchmarks.talk import Spoken, aligned, spoken_of, talk_of
from benchmarks.word_errors import english, words_of
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
TINY_CLIPS = 3
SKIPPED = ("skipped",)
"""The columns of a table that says why there is none."""
OURS = ("fp32", *(("fp32-ctranslate2", "auto") if is_installed(CTRANSLATE2) else ()))
"""Ways of ours, see :mod:`benchmarks.ways`; the first one is the reference for the others."""
ALONE, BATCHED = "faster-whisper one after the other, {}, beam {}", "faster-whisper batched, {}, beam {}"
BATCHES = {ALONE: 0, BATCHED: 8}
TALK: tuple[tuple[str, str, int], ...] = (
    (BATCHED, "int8", 1),
    (BATCHED, "int8", 5),
    (BATCHED, "float32", 1),
    (ALONE, "int8", 1),
    (ALONE, "float32", 1),
)
SHORT: tuple[tuple[str, str, int], ...] = (
    (ALONE, "int8", 1),
    (ALONE, "int8", 5),
    (ALONE, "float32", 1),
    (BATCHED, "int8", 1),
)
"""What is beside ours on each side: precision and beam; 1 is greedy, as ours is, 5 what it does by itself.  The first
one has the speed 1.  In short files there is nothing to batch."""


def compare(
    settings: Settings,
    model: Path | None = None,
    listed: Path = LIST,
    peer: str = sys.executable,
    talk_seconds: float | None = None,
    brief: bool = False,
) -> list[Table]:
    """A long talk, and short files; one table that says why where something for it is missing.

    Args:
        model: a Whisper in Hugging Face's form, of English; None for whisper-tiny.en.
        listed: speech with transcripts, see :func:`benchmarks.talk.spoken_of`.
        peer: a Python interpreter that may have faster-whisper and PocketSphinx.
        talk_seconds: of the long talk at least; None for six minutes, with tiny models for what the settings say.
        brief: only what the goals ask for: ours as a run takes it, beside the first one of each side.
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
        if settings.size == TINY:
            clips = clips[:TINY_CLIPS]
        length = talk_seconds or (settings.seconds if settings.size == TINY else TALK_S)
        talk = talk_of(clips, length, scratch / "talk.flac")
        short = [clip for clip in clips if SHORT_S[0] <= clip.seconds <= SHORT_S[1]] or clips[:1]
        threads, warm = str(cores()), [str(short[0].path)]
        ways, talks, shorts = (OURS[-1:], TALK[:1], SHORT[:1]) if brief else (OURS, TALK, SHORT)
        ours = [[sys.executable, "-m", "benchmarks.listener", str(model), way, threads] for way in ways]
        starting = [stack.enter_context(Served(words)) for words in ours]
        peers: dict[str, Served] = {}
        has_peer, version = _imports(peer, "faster_whisper"), ""
        folder = str(_for_peer(model, scratch / "converted")) if has_peer else ""
        for how, precision, beam in dict.fromkeys([*talks, *shorts] if has_peer else ()):
            words = [peer, "-I", PEER_FILE, "whisper", folder, precision, str(BATCHES[how]), str(beam), threads]
            peers[how.format(precision, beam)] = stack.enter_context(Served(words))
        settings.patience.say("all start")
        listeners = {f"earwitness, {one.ask(paths=warm)['name']}": one for one in starting}
        for one in peers.values():
            version = one.ask(paths=warm)["name"]
        tables = []
        for title, files, beside in (("one long talk", [talk], talks), ("short files, one by one", short, shorts)):
            settings.patience.say(title)
            share = sum(file.seconds for file in files) / cores()
            calls = {name: partial(hear, one, files, share) for name, one in listeners.items()}
            last = next(reversed(listeners))
            calls[f"{last}, in groups as a run of only this"] = partial(hear, listeners[last], files, None)
            names = [how.format(precision, beam) for how, precision, beam in beside]
            calls |= {name: partial(hear, peers[name], files, None) for name in names if has_peer}
            took = interleaved(calls, settings.patience.share(0.5))
            table = table_of(title, files, took, names[0], english(model))
            goal = "Whisper, long talk" if beside is talks else "Whisper, short files"
            ratio = next(row for row in table.rows if row[0] == last)[2]
            tables.append(replace(table, measured={goal: ratio} if isinstance(ratio, Spread) else {}))
            settings.patience.say("\n".join(markdown(tables[-1])))  # there also if the rest breaks off
    notes = _notes(model, version, is_aligned, clips)
    return [*tables[:-1], replace(tables[-1], notes=notes)]


def _notes(model: Path, version: str, is_aligned: bool, clips: Sequence[Spoken]) -> tuple[str, ...]:
    known = sum(start is not None for clip in clips for start in clip.starts)
    spellings = "with the checkpoint's list of" if (model / "normalizer.json").exists() else "without a list of British"
    return (
        f"x is seconds of audio a second of wall time, core s what all threads of the process took. Each is a process "
        f"of its own with {cores()} threads, from files to texts with the times of words, start-up left out; peak GB "
        "is the most memory of that process so far. The talk is clips joined with pauses of 0.5 s, again in the other "
        "order until it is long enough.",
        "Ours: decoding, speech detection, talks, model and rows, by the pipeline's functions; each core has its share "
        "of the files, as it does in a run of hours. In groups as a run of only this: up to 240 s of talks are one "
        "group, so that at the end of a run a core may wait.",
        f"{version}: the same weights, its defaults but for the beam; 1 is greedy, as ours is. Batched it takes 8 "
        "passes at once and detects speech before them."
        if version
        else "faster-whisper: not installed. `--peer-python` names an interpreter that has it.",
        "WER by jiwer, lower-cased and without punctuation; and behind Whisper's English normaliser of transformers, "
        f"{spellings} spellings.",
        f"Starts, and how much later they are in the median: against a forced alignment by PocketSphinx, {known:,} "
        f"words in {sum(None not in clip.starts for clip in clips)} of {len(clips)} clips; in the others it does not "
        "know a word, or finds no way through."
        if is_aligned
        else "No forced alignment, for PocketSphinx is not installed: the starts stand against those of the first row.",
    )


def _skipped(why: str) -> Table:
    return Table("Whisper beside faster-whisper", SKIPPED, ((why,),))


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


def peer_words(parser: argparse.ArgumentParser) -> None:
    """The words of a command that say what is heard, by which model, and who is the peer."""
    parser.add_argument("--model", type=Path, metavar="FOLDER", help="a Whisper of English (default: whisper-tiny.en)")
    parser.add_argument("--speech", type=Path, default=LIST, metavar="CSV", help="with path, text and lang")
    parser.add_argument("--peer-python", default=sys.executable, metavar="PATH", help="that has faster-whisper")


def main(words: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser("python -m benchmarks.recognisers", description="Whisper beside faster-whisper.")
    peer_words(parser)
    parser.add_argument("--talk", type=float, metavar="S", help="of the long talk (default: 360)")
    arguments = parse(parser, words)
    machine = describe()
    with settings_of(arguments) as settings:
        model, listed, python = arguments.model, arguments.speech, arguments.peer_python
        tables = compare(settings, model, listed.resolve(), python, arguments.talk)
    console = wide_console()
    for table in tables:
        show(console, table)
    if arguments.markdown:
        told = section(tables, machine, command_line("benchmarks.recognisers", words))
        write(arguments.markdown, filled(read(arguments.markdown), "recognisers", told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
