"""Families of recognisers, each at a published size with random weights: ``python -m benchmarks.families``.

One after the other and each in a process of its own, so that the memory of one is not that of another.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.by_hand import texts_of
from benchmarks.command import run_command
from benchmarks.footprint import peak_bytes
from benchmarks.lengths import clips, segments
from benchmarks.measure import Patience, interleaved, rates, ratios, timed
from benchmarks.report import Cell, Table
from benchmarks.settings import REAL, Settings
from benchmarks.tape import record, replay
from benchmarks.ways import opened
from demo.untrained.checkpoints import build, without_bars
from schemas.records import Failure
from schemas.transcript import Transcript
from transforms.models.batching import run_each
from transforms.models.engines import OPENVINO, is_installed

LARGE = {"hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16, "intermediate_size": 4096}
SHAPES: dict[str, dict[str, Any]] = {
    "wav2vec2_ctc": {},
    "conformer_rotary_ctc": {**LARGE, "position_embeddings_type": "rotary", "feat_extract_norm": "layer"},
    "wav2vec2_bert_ctc": {},
    "parakeet_ctc": {},
    "parakeet_tdt": {},
    "granite_ctc": {},
    "lasr_ctc": {},
}
"""What differs from the defaults of the class, which are wav2vec2-base, w2v-bert-2.0, parakeet-ctc-0.6b,
parakeet-tdt-0.6b, granite-speech-5.0-470m and medasr; the Conformer is wav2vec2-conformer-rope-large."""
KEPT = ("vocab_size", "pad_token_id", "bos_token_id", "eos_token_id", "blank_token_id", "architectures")
"""Settings of the demo's checkpoint that its tokenizer asks for."""
CLIP_S = 30.0
COLUMNS = (
    "class",
    "way",
    "million numbers",
    "forward, x",
    "door, x",
    "door over forward",
    "peak GB",
    "texts as by hand",
)


@dataclass(frozen=True)
class Figures:
    """What was measured of a checkpoint in one way.

    Attributes:
        forward, door: seconds, a value a round.
        peak_bytes: the most memory of the process.
        same, given: texts that are those of the class called by hand, of so many.
    """

    name: str
    numbers: int
    forward: list[float]
    door: list[float]
    peak_bytes: int
    same: int
    given: int


def compare(settings: Settings) -> list[Table]:
    """Every family, in torch and in OpenVINO where it is installed."""
    ways = ("fp32", *(("fp32-openvino",) if is_installed(OPENVINO) else ()))
    seconds = CLIP_S if settings.size == REAL else settings.seconds
    threads = torch.get_num_threads()
    rows: list[tuple[Cell, ...]] = []
    with settings.scratch() as scratch:
        for kind in SHAPES:
            settings.patience.say(kind)
            small, folder = scratch / f"small-{kind}", scratch / kind
            apart(write, kind, small, False)
            apart(write, kind, folder, settings.size == REAL)
            for way in ways:
                figures = apart(measure, folder, small, way, seconds, threads, settings.patience.rounds)
                rows.append(_row(figures, way, seconds))
            shutil.rmtree(folder)
    return [
        Table(
            f"Families of recognisers ({settings.size} models, one clip of {seconds:.0f} s, {threads} threads)",
            COLUMNS,
            tuple(rows),
            (
                "x is seconds of audio a second of wall time.",
                "forward: what the model's own call takes for the clip, its input made before; of a transducer "
                "(`ForTDT`) `generate` of the class, in OpenVINO the encoder alone. door: the clip as a run hears it, "
                "spectra, forward, words and times.",
                "Random weights say something in nearly every frame, so that words take longer than in speech. The "
                "vocabulary is the demo's, of 32 to 130 tokens.",
                "peak GB: of a process that opens the model and hears the clip, texts left out.",
                "The last column: of small checkpoints of the class, clips of many lengths through the door in "
                "batches; of Granite Speech by hand is the class on our spectra.",
            ),
        )
    ]


def _row(figures: Figures, way: str, seconds: float) -> tuple[Cell, ...]:
    return (
        figures.name,
        way,
        figures.numbers / 1e6,
        rates(seconds, figures.forward),
        rates(seconds, figures.door),
        ratios(figures.forward, figures.door),
        figures.peak_bytes / 1e9,
        f"{figures.same} of {figures.given}",
    )


def apart(call: Callable[..., Any], *given: Any) -> Any:
    """The result of a call in a new process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(call, *given).result()


def write(kind: str, folder: Path, real: bool) -> None:
    """A checkpoint of a kind, with the published shape in the place of the demo's where ``real``."""
    import transformers

    with without_bars():
        build(kind, folder)
        if not real:
            return
        said = json.loads((folder / "config.json").read_text())
        name = said["architectures"][0]
        kept = {key: said[key] for key in KEPT if key in said}
        if "encoder_config" in said and "vocab_size" in said["encoder_config"]:
            kept["encoder_config"] = {"vocab_size": said["encoder_config"]["vocab_size"]}
        of = getattr(transformers, name)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            made = of(of.config_class(**{**kept, **SHAPES[kind]}))
        if (folder / "generation_config.json").exists():  # where a transducer begins
            made.generation_config = transformers.GenerationConfig.from_pretrained(folder)
        made.save_pretrained(folder)


def measure(folder: Path, small: Path, way: str, seconds: float, threads: int, rounds: int) -> Figures:
    """One way of one checkpoint, in this process."""
    torch.set_num_threads(threads)
    door: Any = opened("transcripts", folder, way, device="cpu", threads=threads)
    model = door._loaded.model
    given = [np.resize(np.concatenate(clips([10.0] * 4, door.rate)), round(seconds * door.rate))]
    passes = record([door], partial(_heard, door, given))
    forward: Callable[[], object] = partial(replay, passes)
    if hasattr(model, "joint") and not way.endswith(OPENVINO):
        inputs = door._front.inputs(given)
        forward = partial(model.generate, **inputs)
    took = interleaved({"forward": timed(forward), "door": timed(partial(_heard, door, given))}, Patience(rounds))
    peak = peak_bytes()
    numbers = sum(parameter.numel() for parameter in model.parameters())
    name = model.config.architectures[0]
    same, of = _agreement(small, way, threads)
    return Figures(name, numbers, took["forward"], took["door"], peak, same, of)


def _heard(door: Any, given: Sequence[np.ndarray]) -> list[Transcript]:
    results = run_each(door, given, budget_seconds=60.0)
    for result in results:
        if isinstance(result, Failure):
            raise RuntimeError(f"a clip failed: {result.reason}: {result.message}")
    return results  # type: ignore[return-value]


def _agreement(folder: Path, way: str, threads: int) -> tuple[int, int]:
    """Of clips as long as segments, how many texts are those of the class by hand, and how many there were."""
    door = opened("transcripts", folder, way, device="cpu", threads=threads)
    given = clips(segments(60.0), door.rate)
    pairs = zip(_heard(door, given), texts_of(folder, given), strict=True)
    return sum(result.text == text for result, text in pairs), len(given)


def main(words: Sequence[str] | None = None) -> int:
    """The command."""
    return run_command("benchmarks.families", "Time each family of recognisers.", compare, words)


if __name__ == "__main__":
    sys.exit(main())
