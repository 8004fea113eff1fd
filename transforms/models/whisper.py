"""Transcripts by Whisper: text, language and word times."""

from __future__ import annotations

import copy
import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from schemas.transcript import Transcript
from transforms.models.alignment import align_rows_alone
from transforms.models.checkpoint import Located
from transforms.models.features import as_clips, extracted
from transforms.models.prompt import prompt_of, said_behind
from transforms.models.spoken import NEEDED, Spoken, Writer, fixed_language, own_codes
from transforms.models.weights import load

_WHOLE = {"truncation": False, "padding": "longest"}  # how the extractor takes a clip longer than one pass


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

    def __init__(
        self,
        located: Located,
        *,
        device: str,
        precision: str,
        language: str | None,
        vocabulary: Sequence[str] = (),
    ) -> None:
        from transformers import AutoModelForSpeechSeq2Seq

        # The alignment reads the attention weights, which only the eager implementation gives.
        loaded = load(
            located, AutoModelForSpeechSeq2Seq, device=device, precision=precision, attn_implementation="eager"
        )
        settings = loaded.model.generation_config
        for needed in ("alignment_heads", *NEEDED):
            if getattr(settings, needed, None) is None:
                raise located.error(
                    f"its generation_config.json gives no {needed}, without which there are no word times: copy that "
                    "file from the checkpoint that this one was trained from"
                )
        settings.no_speech_threshold = None  # every clip gets a transcript with a confidence
        settings.logprob_threshold = None  # it would have passes repeated at other temperatures, of which there is one
        # It warns at every clip of how `generate` calls itself.
        logging.getLogger("transformers.generation.utils").setLevel(logging.ERROR)
        align_rows_alone(loaded.model)
        loaded.model.get_encoder().register_forward_pre_hook(_without_attentions, with_kwargs=True)
        extractor, config = loaded.extractor, loaded.model.config
        self._loaded = loaded
        self._writer = Writer(located, settings, extractor.chunk_length / config.max_source_positions)
        self._multilingual = bool(getattr(settings, "is_multilingual", True))
        self._language = fixed_language(located, settings, language, self._multilingual)
        self._own_codes = own_codes(settings)
        self._codes = {number: token[2:-2] for token, number in getattr(settings, "lang_to_id", {}).items()}
        self._prompt = prompt_of(located, settings, vocabulary)
        self.model_id = loaded.model_id
        self.rate = loaded.rate
        self.min_samples: int = extractor.n_fft  # one frame of the spectrogram
        self.max_seconds: float | None = None
        self.padded_seconds: float | None = float(extractor.chunk_length)
        self.pads = False

    def speaking(self, language: str) -> Whisper:
        """Told the language of the clips: see :class:`transforms.models.door.Speaks`."""
        told = copy.copy(self)
        if self._multilingual:
            told._language = self._own_codes.get(language, self._language)
        return told

    def __call__(self, clips: Sequence[np.ndarray]) -> list[Transcript]:
        """One transcript for each clip, as for the clip alone."""
        return said_behind(self._prompt, as_clips(clips), self._said)

    def _said(self, vectors: list[np.ndarray], prompt: tuple[int, ...]) -> list[Transcript]:
        longest = self._loaded.extractor.n_samples
        short = iter(self._transcribe([vector for vector in vectors if len(vector) <= longest], prompt))
        # Long clips go alone: in a batch they would be padded to the longest, which `generate` hears.
        return [
            next(short) if len(vector) <= longest else self._transcribe([vector], prompt, **_WHOLE)[0]
            for vector in vectors
        ]

    def _transcribe(self, clips: list[np.ndarray], prompt: tuple[int, ...], **options: Any) -> list[Transcript]:
        """Clips that the extractor, given ``options``, brings to one shape."""
        if not clips:
            return []
        # The mask tells the alignment where a clip ends; the model itself hears the padding, as it learnt to.
        inputs = extracted(self._loaded, clips, return_attention_mask=True, **options)
        with torch.inference_mode():
            codes = self._languages(inputs["input_features"])
            fixed: dict[str, Any] = {"language": codes, "task": "transcribe"} if self._multilingual else {}
            if prompt:
                fixed["prompt_ids"] = torch.tensor(prompt, device=self._loaded.device)
            output = self._loaded.model.generate(
                **inputs,
                **fixed,
                num_beams=1,
                max_new_tokens=self._prompt.max_new_tokens,
                return_timestamps=True,
                return_token_timestamps=True,
                return_segments=True,
            )
        return [
            self._writer.transcript(_spoken(segments), code, len(clip) / self.rate)
            for segments, code, clip in zip(output["segments"], codes, clips, strict=True)
        ]

    def _languages(self, features: torch.Tensor) -> list[str]:
        """The language code of each clip."""
        if self._language is not None:
            return [self._language] * len(features)
        return [self._codes[number] for number in self._loaded.model.detect_language(features).tolist()]


def _without_attentions(encoder: Any, args: Any, kwargs: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """``generate`` asks for all attentions, but the alignment reads only the decoder's.

    The encoder's hold 1500 x 1500 numbers a head and layer: over 1 GB a clip for whisper-small.
    """
    return args, {**kwargs, "output_attentions": False}


def _spoken(segments: list[dict[str, Any]]) -> Spoken:
    """Join the segments that ``generate`` gives for one clip.

    What is kept of each step of a pass stands in the ``result`` that the segments of the pass share
    (see :mod:`transforms.models.alignment`); ``idxs`` counts from the first token of the prompt.
    """
    probabilities = []
    for segment in segments:
        steps, sequence = segment["result"]["scores"], segment["result"]["sequences"]
        first = segment["idxs"][0] - (len(sequence) - len(steps))
        probabilities += [chosen for chosen, _, _ in steps[first : first + len(segment["tokens"])]]
    _, likeliest, _ = segments[0]["result"]["scores"][0]
    chosen_ones = torch.stack(probabilities) if probabilities else torch.zeros(0)
    return Spoken(
        tokens=torch.cat([segment["tokens"].cpu() for segment in segments]),
        ends=torch.cat([segment["token_timestamps"].cpu() for segment in segments]),
        probabilities=chosen_ones,
        otherwise=float(chosen_ones.double().mean() if probabilities else likeliest),
        no_speech_probability=max(float(segment["result"]["scores"][0][2]) for segment in segments),
    )
