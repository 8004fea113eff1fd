"""Transcripts by connectionist temporal classification: wav2vec 2.0, HuBERT, WavLM."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from schemas.records import Transcript, Word
from transforms.models.checkpoint import Located
from transforms.models.chunks import Chunking
from transforms.models.compiled import in_engine
from transforms.models.engines import IN_TORCH, Engine
from transforms.models.features import as_clips, shortest_waveform, waveforms
from transforms.models.graphs import with_graphs
from transforms.models.padding import heed_lengths, pads_on
from transforms.models.parts import suit_gpu
from transforms.models.transfer import brought, passing
from transforms.models.weights import load, load_tokenizer

CHUNK_SECONDS = 30.0
"""No ordinary segment is longer; the memory of attention grows with the square."""

ASKED = ("pad_token", "word_delimiter_token")
"""What the tokenizer tells apart from letters."""


@dataclass(frozen=True)
class Frames:
    """The likeliest token of each frame, int [n_frames], and its posterior, float32 [n_frames]."""

    tokens: np.ndarray
    posteriors: np.ndarray


class CTC:
    """Greedy transcripts: the likeliest token of each frame, repeats merged, blanks left out.

    The text is that of the checkpoint's own tokenizer.  A word's times are the frames from its first
    to its last token times ``inputs_to_logits_ratio / rate``.

    Confidence is the mean, over the frames whose likeliest token is neither the blank nor the word
    delimiter, of that token's posterior probability: over a word's frames for the word, over all for
    the transcript.  Of an empty text it is the mean posterior of the likeliest token over all
    frames: how sure the model is that there is nothing.

    A clip longer than ``chunk_seconds`` is read in overlapping chunks (see :class:`Chunking`) whose
    frames are put together before they are decoded, so that no word ends where a chunk does.
    """

    padded_seconds: float | None = None
    max_seconds: float | None = None

    def __init__(
        self,
        located: Located,
        *,
        device: str,
        precision: str,
        language: str | None,
        engine: Engine = IN_TORCH,
        chunk_seconds: float = CHUNK_SECONDS,
    ) -> None:
        from transformers import AutoModelForCTC

        loaded = load(located, AutoModelForCTC, device=device, precision=precision, engine=engine)
        heed_lengths(loaded.model)
        if pads_on(loaded.device):
            suit_gpu(loaded)
        config = loaded.model.config
        self._loaded = with_graphs(in_engine(loaded, engine, "logits"), "logits")
        self._tokenizer: Any = load_tokenizer(located, config.vocab_size)
        # It asks itself for them at every frame, and finds them the long way: two fifths of the decoding.
        vars(self._tokenizer).update({name: getattr(self._tokenizer, name) for name in ASKED})
        self._silent = [self._tokenizer.pad_token_id, self._tokenizer.word_delimiter_token_id]
        self._frame_ms = 1000 * config.inputs_to_logits_ratio / loaded.rate
        self._language = language
        self.model_id = loaded.model_id
        self.rate = loaded.rate
        self.pads = pads_on(loaded.device)
        self.min_samples = shortest_waveform(config)
        self._chunking = Chunking.of_seconds(chunk_seconds, self.rate, config.inputs_to_logits_ratio)

    def __call__(self, clips: Sequence[np.ndarray]) -> list[Transcript]:
        """One transcript for each clip, as for the clip alone."""
        split = [self.split(clip) for clip in clips]
        read = iter(self.read([chunk for chunks in split for chunk in chunks]))
        return [self.join([next(read) for _ in chunks]) for chunks in split]

    def split(self, clip: np.ndarray) -> list[np.ndarray]:
        """The chunks of a clip, float32; the whole of it up to ``chunk_seconds``.

        Raises:
            ValueError: a clip of more than one axis.
        """
        return self._chunking.split(*as_clips([clip]))

    def read(self, chunks: Sequence[np.ndarray]) -> list[Frames]:
        """The frames of each chunk, as for the chunk alone."""
        return self.begin(chunks)() if chunks else []

    def begin(self, clips: Sequence[np.ndarray]) -> Callable[[], list[Frames]]:
        """Hand chunks to the device: see :class:`transforms.models.door.Begins`."""
        inputs = waveforms(self._loaded, clips)
        with passing(self._loaded.device):
            wait = brought(*likeliest(self._loaded.model(**inputs).logits))
        lengths = self._frames(clips)

        def ended() -> list[Frames]:
            tokens, posteriors = wait()
            # Copies, so that the frames of a short chunk do not hold those of the whole batch.
            return [Frames(t[:n].copy(), p[:n].copy()) for n, t, p in zip(lengths, tokens, posteriors, strict=True)]

        return ended

    def _frames(self, chunks: Sequence[np.ndarray]) -> list[int]:
        """How many frames each chunk has."""
        lengths = torch.tensor([len(chunk) for chunk in chunks])
        return self._loaded.model._get_feat_extract_output_lengths(lengths).tolist()

    def join(self, parts: Sequence[Frames]) -> Transcript:
        """The transcript of a clip from the frames of its chunks."""
        tokens = self._chunking.join([part.tokens for part in parts])
        posteriors = self._chunking.join([part.posteriors for part in parts])
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


def likeliest(logits: Tensor) -> tuple[Tensor, Tensor]:
    """The likeliest token of each frame and its posterior, int64 and float32 [n_chunks, n_frames].

    Args:
        logits: [n_chunks, n_frames, vocab_size] on any device, where the work is done.
    """
    best = logits.float().softmax(-1).max(-1)
    return best.indices, best.values


def _mean(probabilities: np.ndarray) -> float:
    return float(np.mean(probabilities, dtype=np.float64))
