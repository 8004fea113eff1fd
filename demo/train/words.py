"""A tokenizer of whole words, for a text tower that is to read no more than some captions."""

from __future__ import annotations

from collections.abc import Sequence

from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.normalizers import Lowercase
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing
from transformers import PreTrainedTokenizerFast

MARKS = ("<s>", "<pad>", "</s>", "<unk>")
"""At RoBERTa's ids: CLAP's text tower counts positions from the id of the padding on."""


def word_tokenizer(words: Sequence[str]) -> PreTrainedTokenizerFast:
    """Of these words in lower case and no others: each other one is the same unknown."""
    vocabulary = {word: number for number, word in enumerate((*MARKS, *words))}
    tokens = Tokenizer(WordLevel(vocabulary, unk_token="<unk>"))
    tokens.normalizer = Lowercase()
    tokens.pre_tokenizer = Whitespace()
    tokens.post_processor = TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokens,
        bos_token="<s>",
        pad_token="<pad>",
        eos_token="</s>",
        unk_token="<unk>",
        model_max_length=40,
    )
