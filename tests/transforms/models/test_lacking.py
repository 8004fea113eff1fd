"""Folders of the newer families that lack a part: opened as what they are, or refused in a line that is true."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from transforms.models.checkpoint import ModelError
from transforms.models.jobs import open_door

FAMILIES = ("parakeet_ctc", "parakeet_tdt", "granite_ctc", "lasr_ctc", "wav2vec2_bert_ctc")
DISPENSABLE = ("generation_config.json", "tokenizer_config.json")
NEEDED = {
    "config.json": "no config.json",
    "model.safetensors": "no weights",
    "preprocessor_config.json": "no usable preprocessor_config.json or processor_config.json",
    "processor_config.json": "no usable preprocessor_config.json or processor_config.json",
    "tokenizer.json": "tokenizer",
    "vocab.json": "no usable tokenizer",
}


def text_of(folder, clip):
    return open_door("transcripts", str(folder))([clip])[0].text


@pytest.fixture
def copied(checkpoint, tmp_path):
    def copy(kind):
        return Path(shutil.copytree(checkpoint(kind), tmp_path / kind))

    return copy


@pytest.mark.parametrize("kind", FAMILIES)
def test_a_file_that_is_not_there(kind, checkpoint, copied, speech, tmp_path):
    whole = checkpoint(kind)
    text = text_of(whole, speech[0])
    assert text
    for path in sorted(whole.iterdir()):
        folder = copied(kind)
        (folder / path.name).unlink()
        if path.name in DISPENSABLE:
            assert text_of(folder, speech[0]) == text, path.name
        else:
            with pytest.raises(ModelError) as caught:
                open_door("transcripts", str(folder))
            assert NEEDED[path.name] in str(caught.value)
            assert "\n" not in str(caught.value)
        shutil.rmtree(folder)


@pytest.mark.parametrize("kind", [kind for kind in FAMILIES if kind != "wav2vec2_bert_ctc"])
def test_a_tokenizer_of_another_size(kind, copied):
    folder = copied(kind)
    said = json.loads((folder / "tokenizer.json").read_text())
    vocabulary = said["model"]["vocab"]
    if isinstance(vocabulary, dict):
        said["model"]["vocab"] = {token: i for token, i in vocabulary.items() if i < 30}
        said["model"]["merges"] = []
    else:
        said["model"]["vocab"] = vocabulary[:30]
    (folder / "tokenizer.json").write_text(json.dumps(said))
    with pytest.raises(ModelError, match=r"its tokenizer knows 3\d tokens but the model tells \d+ apart"):
        open_door("transcripts", str(folder))


@pytest.mark.parametrize("kind", FAMILIES)
def test_a_config_without_a_blank(kind, checkpoint, copied, speech):
    """The tokenizer knows it, or it is the class's own."""
    folder = copied(kind)
    said = json.loads((folder / "config.json").read_text())
    for name in ("pad_token_id", "blank_token_id"):
        said.pop(name, None)
    (folder / "config.json").write_text(json.dumps(said))
    assert text_of(folder, speech[0]) == text_of(checkpoint(kind), speech[0])
