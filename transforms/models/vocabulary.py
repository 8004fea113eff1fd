"""Whether and how a checkpoint takes a vocabulary, known before anything is heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec

from transforms.models.checkpoint import one_line, parse_checkpoint, read_config
from transforms.models.lexicon import lexicon_of
from transforms.models.locate import locate
from transforms.models.prompt import prompt_of
from transforms.models.spelling import settle_blank

BEAM_SEARCH = "beam search"
PROMPT = "prompt"


@dataclass(frozen=True)
class Taken:
    """What a checkpoint makes of a vocabulary.

    Attributes:
        way: how it prefers the words.
        unused: the words that change nothing.
    """

    way: str
    unused: tuple[str, ...] = ()


def take(job: str, checkpoint: str, kind: str, words: Sequence[str]) -> Taken:
    """What a checkpoint makes of the words.

    Args:
        kind: one of the values of :data:`transforms.models.kinds.KINDS`.

    Raises:
        ModelError: it can prefer no words, or what is needed for it is not installed.
    """
    from transformers import GenerationConfig

    located = locate(job, parse_checkpoint(checkpoint), weights=False)
    if kind == "whisper":
        try:
            settings = GenerationConfig.from_pretrained(located.folder, local_files_only=True)
        except OSError as error:
            raise located.error(f"no usable generation_config.json ({one_line(error, 120)})") from error
        return Taken(PROMPT, prompt_of(located, settings, words).left_out)
    if kind != "ctc":
        raise located.error(
            "it cannot prefer the words of a vocabulary: leave --vocabulary out (none, where the corpus has one), or "
            "take a Whisper or a checkpoint of CTC; see docs/models.md"
        )
    if not is_installed():
        raise located.error(
            "a CTC checkpoint prefers the words of a vocabulary by flashlight-text, which is not installed: "
            "pip install 'earwitness[vocabulary]' (Python 3.11 or 3.12)"
        )
    from transforms.models.weights import load_tokenizer  # and with it torch, without which the ways are told

    config = read_config(located)
    tokenizer = load_tokenizer(located, config.vocab_size)
    settle_blank(located, tokenizer, config.vocab_size, config.pad_token_id)
    return Taken(BEAM_SEARCH, lexicon_of(tokenizer, config.vocab_size, words).unspelt)


def is_installed() -> bool:
    """Whether the beam search is there; it is not loaded for that."""
    try:
        return find_spec("flashlight.lib.text.decoder") is not None
    except ModuleNotFoundError:
        return False
