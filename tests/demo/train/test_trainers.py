"""Each of the five learns from a handful of steps, goes on where it stopped, and opens in the pipeline."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from demo.train import embeddings, emotions, sounds, speakers, transcriber, transcripts
from demo.train.data import captions
from demo.train.data.manifest import Row
from demo.train.digits import Digits, Person
from demo.train.export import Card, Figure, export, write_card
from demo.train.norms import fold_norms
from demo.train.optimise import Batch, Recipe, optimise
from demo.train.teacher import Teacher
from demo.train.teacher import loss_of as teacher_loss
from demo.train.waveform import extractor
from demo.train.words import word_tokenizer
from demo.untrained.sounds import voice
from transforms.models.jobs import open_door

pytestmark = pytest.mark.slow  # each trains

RATE_HZ = 16_000
STEPS = 6
COURSE = transcripts.Course(STEPS)
Loss = Callable[[Any, Batch, int], torch.Tensor]
Trainer = tuple[Callable[[], nn.Module], Callable[[int], Batch], Loss, Callable[[nn.Module], Any], list[Any]]


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Any:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def spoken(pitches: list[float], seconds: float) -> list[np.ndarray]:
    """Made-up speakers, one at each pitch (Hz)."""
    return [voice(RATE_HZ, seconds, pitch, np.random.default_rng(int(pitch))) for pitch in pitches]


def sounds_trainer() -> Trainer:
    clips = {label: spoken([90.0 + 15 * i], 1.0) for i, label in enumerate(sounds.LABELS)}
    made = sounds.extractor()

    def batch_of(step: int) -> Batch:
        batch = sounds.batch_of(clips, 1, step, size=4)
        return {**batch, "mels": sounds.mels_of(made, batch)}

    loss_of = partial(sounds.loss_of, teacher_of(batch_of(0)))
    return partial(sounds.new_model, 1), batch_of, loss_of, lambda model: model, [made]


def teacher_of(batch: Batch) -> Teacher:
    """One that knows this batch by heart."""
    torch.manual_seed(1)
    teacher = Teacher(batch["shares"].shape[1])
    optimiser = torch.optim.AdamW(teacher.parameters(), 2e-3)
    for step in range(20):
        optimiser.zero_grad()
        teacher_loss(teacher, batch, step).backward()
        optimiser.step()
    return teacher.eval()


def emotions_trainer() -> Trainer:
    clips = spoken([100, 150, 210, 280], 0.5)
    batches = partial(emotions.batch_of, clips, [0, 1, 2, 3], 1, size=8)
    return partial(emotions.new_model, 1), batches, emotions.loss_of, lambda model: model, [extractor()]


def speakers_trainer() -> Trainer:
    clips = [[clip] for clip in spoken([100, 150, 210], 0.8)]
    batches = partial(speakers.batch_of, clips, 1, size=6)
    new_model = partial(speakers.new_model, len(clips), 1)
    return new_model, batches, speakers.loss_of, folded, [extractor()]


def folded(model: nn.Module) -> nn.Module:
    model = copy.deepcopy(model)
    fold_norms(model)
    return model


def transcripts_trainer() -> Trainer:
    letters = transcripts.tokenizer()
    said = transcripts.Said(spoken([100, 150, 210, 280], 0.6), [letters(text).input_ids for text in ("ONE", "TWO") * 2])
    people = Digits([Person(said.clips, said.letters)])
    batches = partial(transcripts.batch_of, [said, said, said, people], 1, COURSE)
    processors = [extractor(), letters]
    return partial(transcriber.new_model, 1), batches, partial(transcriber.loss_of, COURSE), transcriber_of, processors


def transcriber_of(learner: nn.Module) -> Any:
    assert isinstance(learner, transcriber.Learner)
    return learner.transcriber


def embeddings_trainer() -> Trainer:
    clips = {label: spoken([90.0 + 15 * i], 3.0) for i, label in enumerate(embeddings.LABELS)}
    made, tokens = embeddings.extractor(), word_tokenizer(captions.words())

    def batch_of(step: int) -> Batch:
        batch = embeddings.batch_of(clips, tokens, 1, step, size=4)
        return {**batch, "mels": embeddings.centred_mels(made, batch)}

    loss_of = partial(embeddings.loss_of, teacher_of(batch_of(0)))
    return partial(embeddings.new_model, len(tokens), 1), batch_of, loss_of, lambda model: model, [made, tokens]


TRAINERS: dict[str, Callable[[], Trainer]] = {
    "sounds": sounds_trainer,
    "emotions": emotions_trainer,
    "speakers": speakers_trainer,
    "transcripts": transcripts_trainer,
    "embeddings": embeddings_trainer,
}


@pytest.mark.parametrize("job", TRAINERS)
def test_a_few_steps_teach_resume_and_open(job: str, tmp_path: Path) -> None:
    new_model, batch_of, loss_of, kept, processors = TRAINERS[job]()
    steps = 3 * STEPS if job == "embeddings" else STEPS  # of vectors that are all alike the first steps know no way
    recipe = Recipe(steps, 2e-4, seed=1, warmup=0.2, averaging=0.5, evaluate_every=steps)
    fixed = batch_of(0)

    def loss_on_first(model: nn.Module) -> float:
        torch.manual_seed(0)
        learning = copy.deepcopy(model).train()  # after so few steps CLAP's running statistics are those of no batch
        with torch.no_grad():
            return float(loss_of(learning, fixed, steps))

    def always_first(step: int) -> Batch:
        return fixed

    def run(folder: str, *stops: int | None) -> nn.Module:
        for until in stops:
            model = new_model()
            optimise(model, always_first, loss_of, lambda model: 0.0, recipe, tmp_path / folder, until=until)
        return model

    before = loss_on_first(new_model())
    whole = run("whole", None)
    assert loss_on_first(whole) < before
    resumed = run("pieces", 3, None)
    for one, other in zip(whole.state_dict().values(), resumed.state_dict().values(), strict=True):
        assert torch.equal(one, other)

    checkpoint = tmp_path / "checkpoint"
    export(kept(whole), processors, checkpoint)
    door = open_door(job, str(checkpoint))
    clip = np.resize(spoken([120], 1.0)[0], door.rate)
    assert len(door([clip])) == 1
    for name, weights in kept(whole).named_parameters():
        assert weights.dtype == torch.float32, name  # the export left the model as it was


@pytest.mark.parametrize("job", TRAINERS)
def test_a_batch_hangs_on_its_step_alone(job: str) -> None:
    _, batch_of, _, _, _ = TRAINERS[job]()
    first, again, other = batch_of(3), batch_of(3), batch_of(4)
    for name, values in first.items():
        assert torch.equal(values, again[name]), name
    assert any(not torch.equal(values, other[name]) for name, values in first.items() if name == "clips")


def test_the_card_says_what_it_was_made_of(tmp_path: Path) -> None:
    from demo.train.optimise import Trained

    rows = [Row("a", "train", source="espeak-ng", licence="x"), Row("b", "test", source="espeak-ng", licence="x")]
    card = Card(
        "Demo",
        "audio-classification",
        "hears.",
        "does not.",
        [Figure("accuracy", "test", 0.5, at_least=0.8), Figure("WER", "dev", 0.1, at_most=0.2)],
    )
    write_card(card, rows, Recipe(10, 1e-3, seed=77), Trained(0.5, 8, (), 60.0), tmp_path)
    text = (tmp_path / "README.md").read_text()
    assert "| accuracy | test | 0.500 | >= 0.80 | by 0.300 |" in text
    assert "| WER | dev | 0.100 | <= 0.20 | no |" in text
    assert "| espeak-ng | x | 1 | 0 | 1 |" in text
    assert "seed 77" in text


def test_lateness_is_nothing_where_a_frame_says_what_the_next_one_says() -> None:
    same = torch.randn(2, 1, 5, generator=torch.Generator().manual_seed(1)).expand(2, 6, 5)
    assert float(transcriber.lateness(same, torch.tensor([6, 3]))) == pytest.approx(0, abs=1e-6)


def test_lateness_by_hand_and_without_the_padding() -> None:
    """Of three pairs of frames one differs: KL(1/2, 1/2 || 3/4, 1/4) = log(2 / sqrt(3))."""
    logits = torch.log(torch.tensor([[[0.75, 0.25], [0.5, 0.5], [0.5, 0.5]], [[0.5, 0.5], [0.5, 0.5], [0.9, 0.1]]]))
    found = transcriber.lateness(logits, torch.tensor([3, 2]))
    assert float(found) == pytest.approx(np.log(2 / np.sqrt(3)) / 3, abs=1e-6)


def test_lateness_draws_a_letter_forward() -> None:
    """The frame before a letter learns it; the letter itself does not learn the blank before it."""
    logits = torch.zeros(1, 3, 4)
    logits[0, :, 0], logits[0, 2, 0], logits[0, 2, 1] = 4.0, 0.0, 4.0
    logits.requires_grad_()
    transcriber.lateness(logits, torch.tensor([3])).backward()
    assert logits.grad is not None
    assert logits.grad[0, 1, 1] < 0 < logits.grad[0, 1, 0]  # more of the letter, less of the blank
    assert logits.grad[0, 2].abs().max() == 0
