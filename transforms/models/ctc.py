"""Transcripts by connectionist temporal classification: wav2vec 2.0, HuBERT, WavLM."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from schemas.records import Transcript, Word
from transforms.models.batching import in_equal_lengths
from transforms.models.checkpoint import Located
from transforms.models.features import as_clips, shortest_waveform, stacked
from transforms.models.weights import load, load_tokenizer


class CTC:
    """Greedy transcripts: the likeliest token of each frame, repeats merged, blanks left out.

    The text is that of the checkpoint's own tokenizer.  A word's times are the frames from its first
    to its last token times ``inputs_to_logits_ratio / rate``.

    Confidence is the mean, over the frames whose likeliest token is neither the blank nor the word
    delimiter, of that token's posterior probability: over a word's frames for the word, over all for
    the transcript.  Of an empty text it is the mean posterior of the likeliest token over all
    frames: how sure the model is that there is nothing.
    """

    padded_seconds: float | None = None
    max_seconds: float | None = None

    def __init__(self, located: Located, *, device: str, precision: str, language: str | None) -> None:
        from transformers import AutoModelForCTC

        loaded = load(located, AutoModelForCTC, device=device, precision=precision)
        config = loaded.model.config
        self._loaded = loaded
        self._tokenizer: Any = load_tokenizer(located, config.vocab_size)
        self._silent = [self._tokenizer.pad_token_id, self._tokenizer.word_delimiter_token_id]
        self._frame_ms = 1000 * config.inputs_to_logits_ratio / loaded.rate
        self._language = language
        self.model_id = loaded.model_id
        self.rate = loaded.rate
        self.min_samples = shortest_waveform(config)

    def __call__(self, clips: Sequence[np.ndarray]) -> list[Transcript]:
        """One transcript for each clip, as for the clip alone."""
        return in_equal_lengths(as_clips(clips), self._transcribe)

    def _transcribe(self, clips: list[np.ndarray]) -> list[Transcript]:
        """Clips of one length."""
        values = stacked(self._loaded, clips)["input_values"]
        with torch.inference_mode():
            # No attention mask: it would mark every sample of every clip.
            logits = self._loaded.model(values).logits.float()  # [n_clips, n_frames, vocab_size]
            posteriors, tokens = (best.cpu().numpy() for best in logits.softmax(-1).max(-1))
        return [self._transcript(*row) for row in zip(tokens, posteriors, strict=True)]

    def _transcript(self, tokens: np.ndarray, posteriors: np.ndarray) -> Transcript:
        """From the likeliest token of each frame, [n_frames], and its posterior."""
        decoded = self._tokenizer.decode(tokens.tolist(), output_word_offsets=True)
        spoken = ~np.isin(tokens, self._silent)
        words = []
        for offset in decoded["word_offsets"]:
            start, end = int(offset["start_offset"]), int(offset["end_offset"])
            text = offset["word"].lower() if self._tokenizer.do_lower_case else offset["word"]
            confidence = _mean(posteriors[start:end][spoken[start:end]])
            words.append(Word(text, round(start * self._frame_ms), round(end * self._frame_ms), confidence))
        # A NaN anywhere in the posteriors has to come out, whichever frames are spoken.
        certain = posteriors[spoken] if decoded["text"] and np.isfinite(posteriors).all() else posteriors
        return Transcript(decoded["text"], tuple(words), _mean(certain), self._language)


def _mean(probabilities: np.ndarray) -> float:
    return float(np.mean(probabilities, dtype=np.float64))
