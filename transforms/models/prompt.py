"""Words that Whisper is to prefer, as the text that it takes for what was said before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from schemas.doubts import COMPRESSED_OVER
from schemas.transcript import Transcript
from transforms.models.checkpoint import Located, read_config

MAX_NEW_TOKENS = 256  # the default of transformers' pipeline
START_TOKENS = 8  # more than the start of a transcript (start, language, task) has
MARK = "<|startofprev|>"
"""Stands in front of what was said before."""


@dataclass(frozen=True)
class Prompt:
    """What stands in front of the start of every pass.

    Attributes:
        tokens: the mark and the words, which commas part; nothing where there are no words.
        left_out: the words that there is no room for.
        max_new_tokens: what is left for the text of a pass.
    """

    tokens: tuple[int, ...]
    left_out: tuple[str, ...]
    max_new_tokens: int


def prompt_of(located: Located, settings: Any, words: Sequence[str]) -> Prompt:
    """The first words of a list, as many as leave the text of half a minute the room that it has without them.

    Args:
        settings: the checkpoint's generation config.

    Raises:
        ModelError: its tokenizer has no mark for what was said before.
    """
    positions = int(read_config(located).max_target_positions) - START_TOKENS
    if not words:
        return Prompt((), (), min(MAX_NEW_TOKENS, positions))
    from transforms.models.weights import load_tokenizer  # and with it torch

    tokenizer = load_tokenizer(located, settings.no_timestamps_token_id)
    mark = tokenizer.convert_tokens_to_ids(MARK)
    if mark is None or mark == tokenizer.unk_token_id:
        raise located.error(f"its tokenizer has no {MARK}, which a vocabulary stands behind: leave --vocabulary out")
    new = min(MAX_NEW_TOKENS, positions * 3 // 5)
    fit: list[int] = []
    for count in range(1, len(words) + 1):
        tokens = tokenizer.encode(f" {', '.join(words[:count])}", add_special_tokens=False)
        if 1 + len(tokens) > positions - new:
            return Prompt((mark, *fit), tuple(words[count - 1 :]), new)
        fit = tokens
    return Prompt((mark, *fit), (), new)


def said_behind(
    prompt: Prompt, clips: list[np.ndarray], say: Callable[[list[np.ndarray], tuple[int, ...]], list[Transcript]]
) -> list[Transcript]:
    """What is said in each clip behind the words; where that repeats itself, what is said without them.

    Words that stand in front of a text draw some texts into a loop of these words, which would be counted as mentions.

    Args:
        say: gives the transcripts of clips behind some tokens.
    """
    said = say(clips, prompt.tokens)
    loops = [i for i, one in enumerate(said) if prompt.tokens and one.compression_ratio > COMPRESSED_OVER]
    if loops:
        again = say([clips[i] for i in loops], ())
        said = [again[loops.index(i)] if i in loops else one for i, one in enumerate(said)]
    return said
