"""Which checkpoints take a vocabulary, and what is said of those that do not."""

from __future__ import annotations

import pytest

from transforms.models import vocabulary
from transforms.models.checkpoint import ModelError
from transforms.models.vocabulary import BEAM_SEARCH, PROMPT, Taken, take


@pytest.mark.parametrize("kind", ["wav2vec2_ctc", "parakeet_ctc"])
def test_ctc_takes_the_words_that_it_has_letters_for(kind, checkpoint, monkeypatch) -> None:
    monkeypatch.setattr(vocabulary, "is_installed", lambda: True)
    taken = take("transcripts", str(checkpoint(kind)), "ctc", ["the time", "Пепси"])
    assert taken == Taken(BEAM_SEARCH, ("Пепси",))


def test_without_the_search_it_is_said_what_to_install(checkpoint, monkeypatch) -> None:
    monkeypatch.setattr(vocabulary, "is_installed", lambda: False)
    with pytest.raises(ModelError, match=r"flashlight-text, which is not installed: pip install 'earwitness\[vocab"):
        take("transcripts", str(checkpoint("wav2vec2_ctc")), "ctc", ["Acme"])


def test_a_transducer_takes_none(checkpoint) -> None:
    with pytest.raises(ModelError, match="cannot prefer the words of a vocabulary: leave --vocabulary out"):
        take("transcripts", str(checkpoint("parakeet_tdt")), "transducer", ["Acme"])


def test_whisper_takes_what_its_prompt_has_room_for(checkpoint) -> None:
    words = [f"name {i}" for i in range(40)]
    taken = take("transcripts", str(checkpoint("whisper")), "whisper", words)
    assert taken.way == PROMPT
    assert 0 < len(taken.unused) < 40
    assert taken.unused == tuple(words[-len(taken.unused) :])
