"""A small byte-level BPE, as Whisper and CLAP tokenise text."""

from __future__ import annotations

import json

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

TEXT = """
the quick brown fox jumps over a lazy dog while people speak and laugh in the kitchen
this is the sound of rain on a roof, of wind in the trees and of music from a radio
a man is talking, a woman is singing, a child is crying, someone is whispering
a dog barks, a car passes, an engine is running, a bell rings, water is flowing
and so my fellow citizens ask what you can do for your country and for each other
we were there all day but nothing that they had said about that time would come true
when I was young my mother told me how her father came here from across the sea
"""


def byte_pairs(size: int) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Vocabulary (subword to id, 0 to size - 1) and merges in their order, learnt from the text above."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(vocab_size=size, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(TEXT.strip().splitlines(), trainer)
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    return tokenizer.get_vocab(), [(first, second) for first, second in merges]
