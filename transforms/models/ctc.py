"""Transcripts by connectionist temporal classification: wav2vec 2.0 and its kin, Parakeet, Granite Speech, LASR."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from torch import Tensor

from schemas.transcript import Transcript
from transforms.models.beam import TOKENS, Beam
from transforms.models.checkpoint import Located
from transforms.models.chunks import Chunking, ReadInChunks
from transforms.models.compiled import in_engine
from transforms.models.engines import IN_TORCH, Engine
from transforms.models.fronts import front_of, mixes, one_by_one
from transforms.models.graphs import with_graphs
from transforms.models.hotwords import Hotwords
from transforms.models.lexicon import lexicon_of
from transforms.models.padding import pads_on
from transforms.models.spelling import Frames, spelling_of
from transforms.models.transfer import brought, passing
from transforms.models.weights import load, load_tokenizer

CHUNK_SECONDS = 30.0
"""No ordinary segment is longer; the memory of attention grows with the square."""


class CTC(ReadInChunks[Frames]):
    """Greedy transcripts: the likeliest token of each frame, repeats merged, blanks left out.

    With a vocabulary it is the tokens of the path that a beam search finds which prefers its words (see
    :class:`transforms.models.beam.Beam`); what is said here of the likeliest token is then said of that path's.

    The text is that of the checkpoint's own tokenizer.  A word's times are frames times ``frame_ms``; where the
    frames are too long to tell where a word ends, ``end_is`` says so (see :mod:`transforms.models.spelling`).

    Confidence is the mean, over the frames whose likeliest token is neither the blank nor the word
    delimiter, of that token's posterior probability: over a word's frames for the word, over all for
    the transcript.  Of an empty text it is the mean posterior of the likeliest token over all
    frames: how sure the model is that there is nothing.

    A clip longer than ``chunk_seconds`` is read in overlapping chunks (see :class:`Chunking`) whose
    frames are put together before they are decoded, so that no word ends where a chunk does.
    """

    def __init__(
        self,
        located: Located,
        *,
        device: str,
        precision: str,
        language: str | None,
        engine: Engine = IN_TORCH,
        vocabulary: Sequence[str] = (),
        chunk_seconds: float = CHUNK_SECONDS,
    ) -> None:
        from transformers import AutoModelForCTC

        loaded = load(located, AutoModelForCTC, device=device, precision=precision, engine=engine)
        config = loaded.model.config
        self._front = front_of(loaded)
        self._mixes = mixes(self._front, engine)
        self._loaded = with_graphs(in_engine(loaded, engine, "logits", "ctc"), "logits")
        self.frame_ms = 1000 * self._front.ratio / loaded.rate
        tokenizer = load_tokenizer(located, config.vocab_size)
        self._spelling = spelling_of(located, tokenizer, config, self.frame_ms)
        self._beam = _beam_of(tokenizer, config.vocab_size, vocabulary) if vocabulary else None
        self._language = language
        self.model_id = loaded.model_id
        self.rate = loaded.rate
        self.pads = pads_on(loaded.device) and self._front.mixes
        self.min_samples = self._front.min_samples
        self._chunking = Chunking.of_seconds(chunk_seconds, self.rate, self._front.ratio)

    def begin(self, clips: Sequence[np.ndarray]) -> Callable[[], list[Frames]]:
        """Hand chunks to the device: see :class:`transforms.models.door.Begins`."""
        if not self._mixes and len({len(clip) for clip in clips}) > 1:
            return one_by_one(self.begin, clips)
        inputs = self._front.inputs(clips)
        with passing(self._loaded.device):
            logits = self._loaded.model(**inputs).logits
            wait = brought(*(likeliest(logits) if self._beam is None else likely(logits, TOKENS)))
        lengths = self._front.frames(clips)

        def ended() -> list[Frames]:
            tokens, posteriors = wait()
            # Copies, so that the frames of a short chunk do not hold those of the whole batch.
            return [
                Frames(t[:n].copy(), p[:n].copy(), len(clip) / self.rate)
                for clip, n, t, p in zip(clips, lengths, tokens, posteriors, strict=True)
            ]

        return ended

    def join(self, parts: Sequence[Frames]) -> Transcript:
        """The transcript of a clip from the frames of its chunks."""
        tokens = self._chunking.join([part.tokens for part in parts])
        posteriors = self._chunking.join([part.posteriors for part in parts])
        if self._beam is not None:
            tokens, posteriors = self._beam.along(tokens, posteriors)
        seconds = self._chunking.whole([part.seconds for part in parts], self.rate)
        return self._spelling.transcript(Frames(tokens, posteriors, seconds), self._language)


def likeliest(logits: Tensor) -> tuple[Tensor, Tensor]:
    """The likeliest token of each frame and its posterior, int64 and float32 [n_chunks, n_frames].

    Args:
        logits: [n_chunks, n_frames, vocab_size] on any device, where the work is done.
    """
    best = logits.float().softmax(-1).max(-1)
    return best.indices, best.values


def likely(logits: Tensor, most: int) -> tuple[Tensor, Tensor]:
    """The likeliest tokens of each frame, the likeliest first, and their posteriors.

    Returns:
        int64 and float32 [n_chunks, n_frames, n], where n is the size of the vocabulary, but no more than ``most``.
    """
    best = logits.float().softmax(-1).topk(min(most, logits.shape[-1]))
    return best.indices, best.values


def _beam_of(tokenizer: Any, size: int, vocabulary: Sequence[str]) -> Beam:
    lexicon = lexicon_of(tokenizer, size, vocabulary)
    return Beam(Hotwords(lexicon.worth), lexicon.pieces, tokenizer.pad_token_id)
