"""Transcripts by Whisper: text, language and word times."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from schemas.records import Transcript, Word
from transforms.models.alignment import align_rows_alone, in_order
from transforms.models.checkpoint import Located
from transforms.models.features import as_clips, extracted
from transforms.models.marks import settle_marks
from transforms.models.weights import load, load_tokenizer

_MAX_NEW_TOKENS = 256  # the default of the pipeline
_PROMPT_TOKENS = 8  # more than Whisper's prompt (start, language, task) has
_WHOLE = {"truncation": False, "padding": "longest"}  # how the extractor takes a clip longer than one pass


@dataclass(frozen=True)
class _Spoken:
    """What was generated for one clip, in all passes: tokens with their end in seconds and their probability."""

    tokens: torch.Tensor
    ends: torch.Tensor
    probabilities: torch.Tensor
    end_probability: float  # of what came first: the end of the text, where there are no tokens


class Whisper:
    """Greedy transcripts with word times from the cross-attention, as ``pipeline`` gives them for the clip alone.

    That is ``pipeline("automatic-speech-recognition")`` called with ``return_timestamps="word"`` and
    ``generate_kwargs={"num_beams": 1, "task": "transcribe"}``; text and words come without the space
    that opens Whisper's tokens.

    A clip longer than Whisper's 30 s is heard in passes of 30 s, each from where the text of the one
    before it ends (the long-form algorithm of ``generate``).

    The times of words lie inside the clip and never run back: where the reference's do, because a pass
    begins before the last word of the one before it ends, that word ends there.

    Confidence is the mean probability of a word's tokens, of the transcript that of all text tokens:
    the softmax over what Whisper's rules leave to choose from.  Of an empty text it is the mean over
    whatever was given instead (times, the end of the text).

    The language is the given one, else the one that the checkpoint is fixed to, else what the model
    finds in each clip; ``en`` for the English-only checkpoints.
    """

    def __init__(self, located: Located, *, device: str, precision: str, language: str | None) -> None:
        from transformers import AutoModelForSpeechSeq2Seq

        # The alignment reads the attention weights, which only the eager implementation gives.
        loaded = load(
            located, AutoModelForSpeechSeq2Seq, device=device, precision=precision, attn_implementation="eager"
        )
        settings = loaded.model.generation_config
        for needed in ("alignment_heads", "no_timestamps_token_id", "decoder_start_token_id", "eos_token_id"):
            if getattr(settings, needed, None) is None:
                raise located.error(
                    f"its generation_config.json gives no {needed}, without which there are no word times: copy that "
                    "file from the checkpoint that this one was trained from"
                )
        settings.no_speech_threshold = None  # every clip gets a transcript with a confidence
        settings.logprob_threshold = None  # it would have passes repeated at other temperatures, of which there is one
        # They warn at every clip, of a missing closing time and of how `generate` calls itself.
        for chatty in ("models.whisper.tokenization_whisper", "generation.utils"):
            logging.getLogger(f"transformers.{chatty}").setLevel(logging.ERROR)
        align_rows_alone(loaded.model)
        loaded.model.get_encoder().register_forward_pre_hook(_without_attentions, with_kwargs=True)
        extractor, config = loaded.extractor, loaded.model.config
        self._loaded = loaded
        # The models count tokens that their tokenizers leave unused.
        self._tokenizer: Any = load_tokenizer(located, settings.no_timestamps_token_id)
        settle_marks(located, self._tokenizer, settings)
        self._multilingual = bool(getattr(settings, "is_multilingual", True))
        self._language = _fixed_language(located, settings, language, self._multilingual)
        self._codes = {number: token[2:-2] for token, number in getattr(settings, "lang_to_id", {}).items()}
        self._max_new_tokens = min(_MAX_NEW_TOKENS, config.max_target_positions - _PROMPT_TOKENS)
        self._time_precision = extractor.chunk_length / config.max_source_positions
        self.model_id = loaded.model_id
        self.rate = loaded.rate
        self.min_samples: int = extractor.n_fft  # one frame of the spectrogram
        self.max_seconds: float | None = None
        self.padded_seconds: float | None = float(extractor.chunk_length)
        self.pads = False

    def __call__(self, clips: Sequence[np.ndarray]) -> list[Transcript]:
        """One transcript for each clip, as for the clip alone."""
        vectors = as_clips(clips)
        longest = self._loaded.extractor.n_samples
        short = iter(self._transcribe([vector for vector in vectors if len(vector) <= longest]))
        # Long clips go alone: in a batch they would be padded to the longest, which `generate` hears.
        return [
            next(short) if len(vector) <= longest else self._transcribe([vector], **_WHOLE)[0] for vector in vectors
        ]

    def _transcribe(self, clips: list[np.ndarray], **options: Any) -> list[Transcript]:
        """Clips that the extractor, given ``options``, brings to one shape."""
        if not clips:
            return []
        # The mask tells the alignment where a clip ends; the model itself hears the padding, as it learnt to.
        inputs = extracted(self._loaded, clips, return_attention_mask=True, **options)
        with torch.inference_mode():
            codes = self._languages(inputs["input_features"])
            fixed = {"language": codes, "task": "transcribe"} if self._multilingual else {}
            output = self._loaded.model.generate(
                **inputs,
                **fixed,
                num_beams=1,
                max_new_tokens=self._max_new_tokens,
                return_timestamps=True,
                return_token_timestamps=True,
                return_segments=True,
            )
        return [
            self._transcript(_spoken(segments), code, len(clip) / self.rate)
            for segments, code, clip in zip(output["segments"], codes, clips, strict=True)
        ]

    def _languages(self, features: torch.Tensor) -> list[str]:
        """The language code of each clip."""
        if self._language is not None:
            return [self._language] * len(features)
        return [self._codes[number] for number in self._loaded.model.detect_language(features).tolist()]

    def _transcript(self, spoken: _Spoken, code: str, seconds: float) -> Transcript:
        """Of a clip of so many seconds."""
        text, chunks = self._decode(spoken.tokens, spoken.ends, code)
        # Grouped once more with the numbers of the tokens as their times: token i lasts from i to i + 1.
        _, numbered = self._decode(spoken.tokens, torch.arange(1.0, len(spoken.tokens) + 1), code)
        times = in_order([chunk["timestamp"] for chunk in chunks], seconds)
        words = tuple(
            Word(
                word=chunk["text"].strip(),
                start_ms=round(1000 * start),
                end_ms=round(1000 * end),
                confidence=_mean(spoken.probabilities[slice(*map(int, numbers["timestamp"]))]),
            )
            for chunk, (start, end), numbers in zip(chunks, times, numbered, strict=True)
        )
        is_text = spoken.tokens < self._loaded.model.generation_config.eos_token_id  # the special tokens follow
        if is_text.any():
            confidence = _mean(spoken.probabilities[is_text])
        elif len(spoken.tokens):
            confidence = _mean(spoken.probabilities)
        else:
            confidence = spoken.end_probability
        return Transcript(text.strip(), words, confidence, code)

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


def _without_attentions(encoder: Any, args: Any, kwargs: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """``generate`` asks for all attentions, but the alignment reads only the decoder's.

    The encoder's hold 1500 x 1500 numbers a head and layer: over 1 GB a clip for whisper-small.
    """
    return args, {**kwargs, "output_attentions": False}


def _spoken(segments: list[dict[str, Any]]) -> _Spoken:
    """Join the segments that ``generate`` gives for one clip.

    What is kept of each step of a pass stands in the ``result`` that the segments of the pass share
    (see :mod:`transforms.models.alignment`); ``idxs`` counts from the first token of the prompt.
    """
    probabilities = []
    for segment in segments:
        steps, sequence = segment["result"]["scores"], segment["result"]["sequences"]
        first = segment["idxs"][0] - (len(sequence) - len(steps))
        probabilities += [chosen for chosen, _ in steps[first : first + len(segment["tokens"])]]
    _, likeliest = segments[0]["result"]["scores"][0]
    return _Spoken(
        tokens=torch.cat([segment["tokens"].cpu() for segment in segments]),
        ends=torch.cat([segment["token_timestamps"].cpu() for segment in segments]),
        probabilities=torch.stack(probabilities) if probabilities else torch.zeros(0),
        end_probability=float(likeliest),
    )


def _fixed_language(located: Located, settings: Any, language: str | None, multilingual: bool) -> str | None:
    """The code of the one language to transcribe in; None if it is to be found in each clip.

    Raises:
        ModelError: a language that the checkpoint does not know.
    """
    from transformers.models.whisper.tokenization_whisper import TO_LANGUAGE_CODE

    asked = language or getattr(settings, "language", None)
    code = TO_LANGUAGE_CODE.get(asked.lower(), asked.lower()) if asked else None
    if not multilingual:
        if code not in (None, "en"):
            raise located.error(f"it knows English only, not {asked!r}: take a multilingual Whisper")
        return "en"
    known = getattr(settings, "lang_to_id", {})
    if not known:
        raise located.error("its generation_config.json gives no lang_to_id: copy it from the original checkpoint")
    if code is not None and f"<|{code}|>" not in known:
        raise located.error(f"it does not know the language {asked!r}; give a code such as en, de, zh")
    return code


def _mean(probabilities: torch.Tensor) -> float:
    return float(probabilities.double().mean())
