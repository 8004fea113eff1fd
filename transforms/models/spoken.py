"""What a Whisper said, whatever computed it, as a transcript with its words."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import torch

from schemas.transcript import Transcript, Word
from transforms.languages import code_of
from transforms.models.alignment import in_order
from transforms.models.checkpoint import Located
from transforms.models.marks import settle_marks
from transforms.models.weights import load_tokenizer

LEAST = 1e-10
"""A probability that has a logarithm."""

NEEDED = ("no_timestamps_token_id", "decoder_start_token_id", "eos_token_id")
"""What has to stand in a generation config."""


@dataclass(frozen=True)
class Spoken:
    """What was generated for one clip, in all passes.

    Attributes:
        tokens: int64 [n_tokens], times among them.
        ends: seconds, float [n_tokens].
        probabilities: float [n_tokens]; NaN where none is known, as of a time.
        otherwise: the confidence of a text without tokens.
        no_speech_probability: of the pass that was least sure of speech.
    """

    tokens: torch.Tensor
    ends: torch.Tensor
    probabilities: torch.Tensor
    otherwise: float
    no_speech_probability: float | None = None


class Writer:
    """Writes transcripts of tokens, as the checkpoint's own tokenizer groups them to words.

    Args:
        settings: the checkpoint's generation config.
        time_precision: seconds from one time that Whisper can say to the next.
    """

    def __init__(self, located: Located, settings: Any, time_precision: float) -> None:
        # It warns at every clip without a closing time.
        logging.getLogger("transformers.models.whisper.tokenization_whisper").setLevel(logging.ERROR)
        # The models count tokens that their tokenizers leave unused.
        self._tokenizer: Any = load_tokenizer(located, settings.no_timestamps_token_id)
        settle_marks(located, self._tokenizer, settings)
        self._end: int = settings.eos_token_id
        self._time_precision = time_precision

    def transcript(self, spoken: Spoken, code: str, seconds: float) -> Transcript:
        """Of a clip of so many seconds, in the language of this code.

        The times of words lie inside the clip and never run back.
        """
        text, chunks = self._decode(spoken.tokens, spoken.ends, code)
        # Grouped once more with the numbers of the tokens as their times: token i lasts from i to i + 1.
        _, numbered = self._decode(spoken.tokens, torch.arange(1.0, len(spoken.tokens) + 1), code)
        times = in_order([chunk["timestamp"] for chunk in chunks], seconds)
        words = []
        for chunk, (start, end), numbers in zip(chunks, times, numbered, strict=True):
            first, last = map(int, numbers["timestamp"])
            confidence = _mean(spoken.probabilities[first:last])
            logs = _mean(spoken.probabilities[first:last].clamp(min=LEAST).log())
            words.append(
                Word(
                    chunk["text"].strip(),
                    round(1000 * start),
                    round(1000 * end),
                    confidence,
                    tokens=last - first,
                    log_probability=logs,
                )
            )
        is_text = spoken.tokens < self._end  # the special tokens follow
        confidence = _mean(spoken.probabilities[is_text]) if is_text.any() else spoken.otherwise
        said = spoken.probabilities[is_text] if is_text.any() else torch.tensor([spoken.otherwise])
        return Transcript(
            text.strip(),
            tuple(words),
            confidence,
            code_of(code) or code,
            no_speech_probability=spoken.no_speech_probability,
            mean_log_probability=_mean(said.clamp(min=LEAST).log()),
            temperature=0.0,
        )

    def _decode(self, tokens: torch.Tensor, ends: torch.Tensor, code: str) -> tuple[str, list[dict[str, Any]]]:
        """The text and its words (``text``, ``timestamp``) by the tokenizer's own grouping.

        The language goes ahead as a token where the model has one: Chinese is grouped otherwise than English.
        """
        token = self._tokenizer.convert_tokens_to_ids(f"<|{code}|>")
        outputs = {
            "tokens": torch.cat([torch.tensor([token]), tokens])[None],
            "token_timestamps": torch.cat([torch.zeros(1), ends])[None],
        }
        text, optional = self._tokenizer._decode_asr(
            [outputs], return_timestamps="word", return_language=None, time_precision=self._time_precision
        )
        return text, optional["chunks"]


def fixed_language(located: Located, settings: Any, language: str | None, multilingual: bool) -> str | None:
    """The code of the one language to transcribe in; None if it is to be found in each clip.

    Raises:
        ModelError: a language that the checkpoint does not know.
    """
    asked = language or getattr(settings, "language", None)
    code = code_of(asked) or asked if asked else None
    if not multilingual:
        if code not in (None, "en"):
            raise located.error(f"it knows English only, not {asked!r}: take a multilingual Whisper")
        return "en"
    known = own_codes(settings)
    if not known:
        raise located.error("its generation_config.json gives no lang_to_id: copy it from the original checkpoint")
    if code is not None and code not in known:
        raise located.error(f"it does not know the language {asked!r}; give a code such as en, de, zh")
    return known[code] if code is not None else None


def own_codes(settings: Any) -> dict[str, str]:
    """Of each language that a Whisper knows, Whisper's code by ours: ``jw`` by ``jv``."""
    own = [token[2:-2] for token in getattr(settings, "lang_to_id", None) or {}]
    return {code_of(code) or code: code for code in own}


def languages_in(located: Located) -> tuple[str, ...]:
    """The codes of the languages that a Whisper transcribes, as its small files say; nothing where they do not."""
    from transformers import GenerationConfig

    try:
        settings = GenerationConfig.from_pretrained(located.folder, local_files_only=True)
    except (OSError, ValueError):
        return ()
    return tuple(own_codes(settings)) if getattr(settings, "is_multilingual", True) else ("en",)


def _mean(probabilities: torch.Tensor) -> float:
    return float(probabilities.double().nanmean())
