"""Each command, from a set that is there to a checkpoint with its card."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import ASTForAudioClassification, Wav2Vec2Config

from demo.train import embeddings, emotions, sounds, speakers, transcriber, transcripts
from demo.train.data import speech_set
from demo.train.data.manifest import Planned, Row, produce
from demo.train.data.splits import SPLITS
from demo.train.export import courses_of
from demo.untrained.sounds import voice
from transforms.models.jobs import describe

pytestmark = pytest.mark.slow  # each trains

RATE_HZ = 16_000
MAINS: dict[str, tuple[str, Callable[[Sequence[str]], int]]] = {
    "sounds": ("sounds", sounds.main),
    "emotions": ("emotions", emotions.main),
    "transcripts": ("speech", transcripts.main),
    "speakers": ("speech", speakers.main),
    "embeddings": ("sounds", embeddings.main),
}


@pytest.fixture(autouse=True)
def threads() -> Iterator[None]:
    """The commands set their number of threads."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def planned(row: Row, pitch: float, rate: int = RATE_HZ) -> Planned:
    return Planned(row, lambda: (voice(rate, 1.0, pitch, np.random.default_rng(int(pitch))), rate))


def small_set(name: str) -> Iterator[Planned]:
    """One clip of each class in each split, or two voices that say two things each."""
    for k, split in enumerate(SPLITS):
        if name == "speech":
            for i in range(6):
                kinds = (speech_set.SENTENCE, speech_set.REAL, speech_set.ANY_ORDER)
                person, label = f"{split} {i % 2}", kinds[i // 2]
                for take in range(2):
                    row = Row(f"{split}-{i}-{take}.flac", split, label, person, text="one two")
                    yield planned(row, 90 + 40 * i + 5 * k + take)
            for i, label in enumerate((speech_set.DIGITS, speech_set.DIGIT)):
                yield planned(Row(f"{split}-{label}.flac", split, label, f"{split} 0", text="one"), 300 + 5 * k + i)
        else:
            labels = sounds.LABELS if name == "sounds" else emotions.LABELS
            for i, label in enumerate(labels):
                rate = sounds.sound_set.CLIP_RATE_HZ if name == "sounds" else RATE_HZ
                yield planned(Row(f"{split}-{label}.flac", split, label), 90 + 15 * i + 3 * k, rate)


@pytest.mark.parametrize(
    ("job", "words", "refusal"),
    [
        ("emotions", ["--bfloat16"], "emotions: trains in float32"),
        ("speakers", ["--start", "LAST"], "speakers: trains from nothing"),
        ("sounds", ["--start", "LAST", "--early", "0.1"], "sounds: --peak-rate and --early are for"),
        ("transcripts", ["--peak-rate", "1e-4"], "transcripts: --peak-rate and --early are for"),
        ("speakers", ["--batch-seconds", "60"], "speakers: has batches of its own"),
    ],
)
def test_what_a_job_cannot_do_is_refused(job: str, words: list[str], refusal: str, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=refusal):
        MAINS[job][1](["--data", str(tmp_path), "--out", str(tmp_path / "out"), *words])


@pytest.mark.parametrize("job", MAINS)
def test_a_command_leaves_a_checkpoint_with_its_card(job: str, tmp_path: Path) -> None:
    name, main = MAINS[job]
    data, out = tmp_path / "data" / f"{name}-seed3", tmp_path / "models" / job
    data.mkdir(parents=True)
    produce(small_set(name), data, say=lambda line: None)
    words = ["--data", str(data.parent), "--out", str(out), "--seed", "3", "--steps", "1", "--device", "cpu"]
    assert main(words if job == "emotions" else [*words, "--bfloat16"]) == 0
    assert describe(job, str(out)).rate in (RATE_HZ, 48_000)
    weights = (out / "model.safetensors").stat().st_size
    assert weights < 30e6 / len(MAINS)
    card = (out / "README.md").read_text("utf-8")
    assert "| test, " in card
    assert "seed 3" in card


@pytest.mark.parametrize(
    "job", [pytest.param(job, marks=[] if job == "emotions" else pytest.mark.soak) for job in MAINS]
)
def test_the_last_training_takes_the_development_split_too(job: str, tmp_path: Path) -> None:
    """Then nothing is measured on it, and the card says so."""
    name, main = MAINS[job]
    data, out = tmp_path / "data" / f"{speech_set.name(True) if name == 'speech' else name}-seed3", tmp_path / job
    data.mkdir(parents=True)
    produce(small_set(name), data, say=lambda line: None)
    words = ["--data", str(data.parent), "--out", str(out), "--seed", "3", "--steps", "2", "--device", "cpu", "--final"]
    assert main(words) == 0
    card = (out / "README.md").read_text("utf-8")
    assert "kept are the weights of step 2" in card
    assert "| test, " in card
    assert "| dev, " not in card
    assert "trained on it too" in card


def test_sounds_go_on_from_a_checkpoint(tmp_path: Path) -> None:
    """The one step of such a course has a learning rate of nothing: the weights are those of the start."""
    produce(small_set("sounds"), tmp_path / "sounds-seed3", say=lambda line: None)
    words = ["--data", str(tmp_path), "--seed", "3", "--steps", "1", "--device", "cpu", "--out"]
    assert sounds.main([*words, str(tmp_path / "first")]) == 0
    other = sounds.new_model(9).half()
    other.save_pretrained(tmp_path / "first")
    assert sounds.main([*words, str(tmp_path / "second"), "--start", str(tmp_path / "first")]) == 0
    second = ASTForAudioClassification.from_pretrained(tmp_path / "second", dtype=torch.float16)
    for name, weights in other.state_dict().items():
        assert torch.equal(weights, second.state_dict()[name]), name
    card = (tmp_path / "second" / "README.md").read_text("utf-8")
    assert card.count(" of 1 planned steps") == 2
    assert "Of the first course these figures were seen" in card


def test_transcripts_go_on_from_a_checkpoint(tmp_path: Path) -> None:
    """Its card says how both began; a step on, the weights that both have are still nearly those of the start."""
    produce(small_set("speech"), tmp_path / "speech-seed3", say=lambda line: None)
    words = ["--data", str(tmp_path), "--seed", "3", "--steps", "1", "--device", "cpu", "--out"]
    assert transcripts.main([*words, str(tmp_path / "first")]) == 0
    assert (
        transcripts.main(
            [*words, str(tmp_path / "second"), "--start", str(tmp_path / "first"), "--bfloat16", "--early", "0.05"]
        )
        == 0
    )
    card = (tmp_path / "second" / "README.md").read_text("utf-8")
    assert card.count(" of 1 planned steps") == 2
    assert "\n1. 1 of 1 planned steps" in card
    assert "averaging 0.999" in card
    config = Wav2Vec2Config.from_pretrained(tmp_path / "second")
    assert (config.num_hidden_layers, config.num_conv_pos_embedding_groups) == (transcriber.LAYERS, 1)
    first, second, fresh = (
        torch.cat(
            [weights.flatten() for weights in model.wav2vec2.encoder.layers[: transcriber.FIRST_LAYERS].parameters()]
        )
        for model in (
            transcriber.new_model(3, tmp_path / "first").transcriber,
            transcriber.new_model(3, tmp_path / "second").transcriber,
            transcriber.new_model(4).transcriber,
        )
    )
    assert (first - second).norm() < 0.1 * (first - fresh).norm()
    with pytest.raises(ValueError, match="says how these weights were made"):
        courses_of(tmp_path)
