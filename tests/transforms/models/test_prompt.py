"""The words that Whisper is told before each pass: how many there is room for, and that both engines heed them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer, GenerationConfig, WhisperFeatureExtractor, WhisperForConditionalGeneration

from schemas.transcript import Transcript
from transforms.cache import FOLDER
from transforms.models.checkpoint import parse_checkpoint
from transforms.models.engines import CTRANSLATE2, Engine
from transforms.models.jobs import open_door
from transforms.models.locate import locate
from transforms.models.prompt import MARK, Prompt, prompt_of, said_behind

WORDS = ("the quick brown fox", "kitchen", "a radio")


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FOLDER, str(tmp_path_factory.mktemp("cache")))
        yield


def prompt(folder, words):
    located = locate("transcripts", parse_checkpoint(str(folder)), weights=False)
    return prompt_of(located, GenerationConfig.from_pretrained(folder), words)


def test_the_first_words_go_as_far_as_there_is_room(checkpoint) -> None:
    folder = checkpoint("whisper")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    some = prompt(folder, WORDS)
    assert tokenizer.decode(some.tokens) == f"{MARK} the quick brown fox, kitchen, a radio"
    assert some.left_out == ()
    many = prompt(folder, [f"name {i} of many" for i in range(40)])
    fit = 40 - len(many.left_out)
    assert 0 < fit < 40
    assert many.left_out == tuple(f"name {i} of many" for i in range(fit, 40))
    assert tokenizer.decode(many.tokens) == f"{MARK} {', '.join(f'name {i} of many' for i in range(fit))}"
    # Marks of the start, a prompt as long as can be, and the text, in the positions that the decoder has.
    assert 8 + len(many.tokens) + many.max_new_tokens <= 64
    longer = tokenizer.encode(f", {many.left_out[0]}", add_special_tokens=False)
    assert len(many.tokens) + len(longer) > 64 - 8 - many.max_new_tokens


def test_without_words_there_is_no_prompt(checkpoint) -> None:
    none = prompt(checkpoint("whisper"), ())
    assert (none.tokens, none.left_out, none.max_new_tokens) == ((), (), 56)


def test_both_engines_say_what_the_class_says_of_the_clip_alone(checkpoint, mixed_clips) -> None:
    folder = checkpoint("whisper")
    extractor = WhisperFeatureExtractor.from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = WhisperForConditionalGeneration.from_pretrained(folder).eval()
    words = prompt(folder, WORDS)
    clips = [clip for clip in mixed_clips(16_000, 400) if len(clip) <= 10 * 16_000]
    shared = {"language": "en", "vocabulary": WORDS}
    by_torch = open_door("transcripts", str(folder), **shared)(clips)
    by_ctranslate2 = open_door("transcripts", str(folder), **shared, engine=Engine(CTRANSLATE2))(clips)
    plain = open_door("transcripts", str(folder), language="en")(clips)
    for clip, one, other in zip(clips, by_torch, by_ctranslate2, strict=True):
        said = model.generate(
            extractor(clip, sampling_rate=16_000, return_tensors="pt").input_features,
            language="en", task="transcribe", num_beams=1, max_new_tokens=words.max_new_tokens,
            prompt_ids=torch.tensor(words.tokens), return_timestamps=True,
        )[0]  # fmt: skip
        expected = tokenizer.decode(said, skip_special_tokens=True).strip()
        assert one.text == other.text == expected
        assert [w.word for w in one.words] == [w.word for w in other.words]
        assert all(0 < w.confidence <= 1 for w in (*one.words, *other.words))
        ends = [w.end_ms for w in one.words]
        assert ends == sorted(ends)
        assert not ends or ends[-1] <= np.ceil(len(clip) / 16)
    assert [one.text for one in by_torch] != [one.text for one in plain]


def test_every_pass_of_a_long_clip_has_the_words_before_it(checkpoint, speech) -> None:
    clip = np.concatenate(speech)[: 16_000 * 65]
    shared = {"language": "en", "vocabulary": WORDS}
    (by_torch,) = open_door("transcripts", str(checkpoint("whisper")), **shared)([clip])
    (other,) = open_door("transcripts", str(checkpoint("whisper")), **shared, engine=Engine(CTRANSLATE2))([clip])
    assert by_torch.text == other.text
    assert by_torch.words[-1].end_ms > 60_000


def test_a_text_that_repeats_itself_is_heard_without_the_words() -> None:
    asked = []

    def say(clips, tokens):
        asked.append((len(clips), tokens))
        texts = ["acme cola " * 60 if tokens and clip[0] else "give me a cold one" for clip in clips]
        return [Transcript(text, (), 1.0, "en") for text in texts]

    clips = [np.float32([i % 2]) for i in range(3)]
    said = said_behind(Prompt((1, 2), (), 9), clips, say)
    assert [one.text for one in said] == ["give me a cold one"] * 3
    assert asked == [(3, (1, 2)), (1, ())]
    assert [one.text for one in said_behind(Prompt((), (), 9), clips, say)] == ["give me a cold one"] * 3
    assert asked[2:] == [(3, ())]
