"""The untrained Whisper can be asked for words and their times, in a language, as the trained ones can."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from transformers import AutoModelForSpeechSeq2Seq, AutoProcessor, AutoTokenizer

from demo.untrained.checkpoints import build
from demo.untrained.sounds import noises, voices

RATE_HZ = 16_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("whisper", tmp_path_factory.mktemp("whisper"))


def test_whisper_says_timed_words_and_stops(folder: Path) -> None:
    model = AutoModelForSpeechSeq2Seq.from_pretrained(folder).eval()
    processor = AutoProcessor.from_pretrained(folder)
    texts = []
    for sound in voices(RATE_HZ, 5, 3.0, seed=100) + noises(RATE_HZ, 3.0, seed=100)[:5]:
        inputs = processor(sound, sampling_rate=RATE_HZ, return_tensors="pt", return_attention_mask=True)
        assert inputs.input_features.shape == (1, 80, 3000)
        given = model.generate(
            **inputs, return_timestamps=True, return_token_timestamps=True, language="en", task="transcribe"
        )
        tokens, times = given["sequences"][0], given["token_timestamps"][0].numpy()
        assert len(tokens) == len(times) < 40
        assert (np.diff(times) >= 0).all()
        assert times[0] >= 0
        assert times[-1] <= 3.0
        texts.append(processor.decode(tokens, skip_special_tokens=True))
        assert len(texts[-1].split()) >= 3
    assert len(set(texts)) >= 8


def test_whispers_tokens_stand_in_whispers_order(folder: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    config = AutoModelForSpeechSeq2Seq.from_pretrained(folder).generation_config
    ids = tokenizer.get_vocab().__getitem__
    tokenizer.set_prefix_tokens(language="de", task="translate", predict_timestamps=True)
    assert tokenizer.prefix_tokens == [ids("<|startoftranscript|>"), ids("<|de|>"), ids("<|translate|>")]
    assert config.lang_to_id["<|de|>"] == ids("<|de|>") == ids("<|startoftranscript|>") + 3
    assert len(config.lang_to_id) == 99
    assert config.task_to_id["transcribe"] == ids("<|transcribe|>")
    assert ids("<|0.00|>") == config.no_timestamps_token_id + 1
    assert ids("<|30.00|>") == len(tokenizer) - 1
    said = tokenizer("people speak", add_special_tokens=False).input_ids
    assert tokenizer.decode(said) == "people speak"
