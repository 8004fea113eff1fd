"""The tokens of a Whisper as a transcript."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer, GenerationConfig

from transforms.models.checkpoint import parse_checkpoint
from transforms.models.locate import locate
from transforms.models.spoken import LEAST, Spoken, Writer

CHANCES = [0.5, 0.25, 0.5, 1.0]


@pytest.fixture
def writer(checkpoint: Callable[[str], Path]) -> Writer:
    folder = checkpoint("whisper")
    located = locate("transcripts", parse_checkpoint(str(folder)), weights=False)
    return Writer(located, GenerationConfig.from_pretrained(folder), 0.02)


def spoken(folder: Path, text: str) -> Spoken:
    """One second for each token of a text, the last one without a known probability."""
    tokens = torch.tensor(AutoTokenizer.from_pretrained(folder)(text, add_special_tokens=False).input_ids)
    chances = torch.tensor((CHANCES * len(tokens))[: len(tokens)])
    return Spoken(tokens, torch.arange(1.0, len(tokens) + 1), chances, otherwise=0.25, no_speech_probability=0.125)


def test_words_have_the_means_of_their_tokens(writer: Writer, checkpoint: Callable[[str], Path]) -> None:
    said = spoken(checkpoint("whisper"), " so we go on")
    written = writer.transcript(said, "en", 60.0)
    assert written.text == "so we go on"
    assert sum(word.tokens for word in written.words) == len(said.tokens)
    at = 0
    for word in written.words:
        chances = said.probabilities[at : at + word.tokens]
        assert word.confidence == pytest.approx(float(chances.mean()))
        assert word.log_probability == pytest.approx(float(chances.log().mean()))
        at += word.tokens
    assert written.confidence == pytest.approx(float(said.probabilities.mean()))
    assert written.mean_log_probability == pytest.approx(float(said.probabilities.log().mean()))
    assert written.no_speech_probability == 0.125
    assert written.temperature == 0


def test_of_nothing_said_the_confidence_is_that_of_saying_nothing(writer: Writer) -> None:
    written = writer.transcript(
        Spoken(torch.zeros(0, dtype=torch.int64), torch.zeros(0), torch.zeros(0), 0.25), "en", 1.0
    )
    assert (written.text, written.words, written.confidence) == ("", (), 0.25)
    assert written.mean_log_probability == pytest.approx(np.log(0.25))


def test_a_chance_of_nothing_has_a_logarithm(writer: Writer, checkpoint: Callable[[str], Path]) -> None:
    said = spoken(checkpoint("whisper"), " so")
    nothing = Spoken(said.tokens, said.ends, torch.zeros(len(said.tokens)), 0.0)
    assert writer.transcript(nothing, "en", 60.0).mean_log_probability == pytest.approx(np.log(LEAST), rel=1e-4)
