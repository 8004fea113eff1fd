"""The marks of a Whisper that are no text: its tokenizer has to know them as special."""

from __future__ import annotations

from typing import Any

from transforms.models.checkpoint import Located


def settle_marks(located: Located, tokenizer: Any, settings: Any) -> None:
    """Have the tokenizer leave out of texts what Whisper's own leaves out: the tokens from the end of text to no times.

    A tokenizer that was saved without the list of its special tokens spells languages out ("<|en|>" ahead of the first
    word), and that word has no probability.

    Args:
        settings: the model's generation config.

    Raises:
        ModelError: one of these tokens is text in this tokenizer, so that it is of another checkpoint.
    """
    first, last = sorted((settings.eos_token_id, settings.no_timestamps_token_id))
    marks = tokenizer.convert_ids_to_tokens(list(range(first, last + 1)))
    strange = next((mark for mark in marks if mark is None or not (mark.startswith("<|") and mark.endswith("|>"))), "")
    if strange != "":
        raise located.error(
            f"its tokenizer has {strange!r} where its generation_config.json has a mark such as <|en|>: copy the "
            "tokenizer's files from the checkpoint that this one was trained from"
        )
    known = set(tokenizer.all_special_tokens)
    if lacking := [mark for mark in marks if mark not in known]:
        special = [mark for mark in tokenizer.all_special_tokens if mark.startswith("<|")]
        tokenizer.add_special_tokens({"extra_special_tokens": [*special, *lacking]})
