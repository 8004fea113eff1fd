"""A Whisper whose tokenizer was saved without the list of its special tokens."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from transforms.models.checkpoint import ModelError
from transforms.models.jobs import open_door


def rewrite(path, change):
    said = json.loads(path.read_text())
    change(said)
    path.write_text(json.dumps(said))


@pytest.fixture
def copied(checkpoint, tmp_path):
    return shutil.copytree(checkpoint("whisper"), tmp_path / "whisper")


@pytest.mark.parametrize("lost", ["all", "languages"])
def test_marks_that_are_not_listed_are_still_no_text(lost, copied, checkpoint, mixed_clips):
    def is_lost(mark):
        return lost == "all" or len(mark) == len("<|en|>")

    def unmark(said):
        for token in said["added_tokens"]:
            token["special"] = token["special"] and not is_lost(token["content"])

    def unlist(said):
        said["extra_special_tokens"] = [mark for mark in said["extra_special_tokens"] if not is_lost(mark)]

    rewrite(copied / "tokenizer.json", unmark)
    rewrite(copied / "tokenizer_config.json", unlist)
    clips = mixed_clips(16_000, 400)[:3]
    whole, broken = (open_door("transcripts", str(folder))(clips) for folder in (checkpoint("whisper"), copied))
    assert broken == whole
    assert any(result.words for result in whole)
    assert np.isfinite([word.confidence for result in broken for word in result.words]).all()


def test_a_tokenizer_of_another_checkpoint_is_refused(copied):
    """Its marks have other numbers."""
    rewrite(copied / "generation_config.json", lambda said: said.update(eos_token_id=said["eos_token_id"] - 3))
    with pytest.raises(ModelError, match=r"its tokenizer has '.+' where its generation_config.json has a mark"):
        open_door("transcripts", str(copied))
