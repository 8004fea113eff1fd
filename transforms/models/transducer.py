"""Transcripts by transducers: Parakeet with token durations (TDT), and without (RNN-T)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from schemas.transcript import Transcript
from transforms.models.checkpoint import Located, read_config
from transforms.models.chunks import Chunking, ReadInChunks
from transforms.models.compiled import in_engine
from transforms.models.ctc import CHUNK_SECONDS
from transforms.models.engines import IN_TORCH, Engine
from transforms.models.fronts import front_of, mixes, one_by_one
from transforms.models.padding import pads_on
from transforms.models.spelling import Subwords, Token, bounded, mean, mean_log
from transforms.models.transfer import brought, passing, sent
from transforms.models.weights import load, load_tokenizer


@dataclass(frozen=True)
class Said:
    """The tokens of a stretch, and the mean probability of the blanks between them, NaN where there is none."""

    tokens: tuple[Token, ...]
    silence: float


@dataclass(frozen=True)
class Heard:
    """What the encoder made of a chunk, float32 [n_frames, width], and what is said in it if nothing lies beside it."""

    frames: np.ndarray
    said: Said
    seconds: float


class Transducer(ReadInChunks[Heard]):
    """Greedy transcripts, as ``generate`` of the class gives them for the clip alone.

    A word begins with the frame of its first token.  With durations it ends where those of its last token end that
    is no punctuation mark (``end_is`` measured), without where the next word begins or the clip ends (bound).

    Confidence is the mean probability of a word's tokens, of the transcript that of all tokens; of an empty text it
    is that of the blanks.

    Of a clip longer than ``chunk_seconds`` the encoder hears overlapping chunks (see :class:`Chunking`); their frames
    are put together, and the text is read from the whole.
    """

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
        from transformers import AutoModelForRNNT, AutoModelForTDT

        self._timed = hasattr(read_config(located), "durations")
        auto = AutoModelForTDT if self._timed else AutoModelForRNNT
        loaded = load(located, auto, device=device, precision=precision, engine=engine)
        config = loaded.model.config
        self._front = front_of(loaded)
        self._mixes = mixes(self._front, engine)
        self._loaded = in_engine(loaded, engine, "pooler_output", "transducer")
        self.frame_ms = 1000 * self._front.ratio / loaded.rate
        # The blank is the last number, and need not stand in the vocabulary.
        tokenizer = load_tokenizer(located, max(i for i in range(config.vocab_size) if i != config.blank_token_id) + 1)
        self._spelling = Subwords(tokenizer, self.frame_ms)
        self._language = language
        self.model_id = loaded.model_id
        self.rate = loaded.rate
        self.pads = pads_on(loaded.device)
        self.min_samples = self._front.min_samples
        self._chunking = Chunking.of_seconds(chunk_seconds, self.rate, self._front.ratio)

    def begin(self, clips: Sequence[np.ndarray]) -> Callable[[], list[Heard]]:
        """Hand chunks to the device: see :class:`transforms.models.door.Begins`."""
        if not self._mixes and len({len(clip) for clip in clips}) > 1:
            return one_by_one(self.begin, clips)
        inputs, counts = self._front.inputs(clips), self._front.frames(clips)
        with passing(self._loaded.device):
            frames = self._loaded.model.get_audio_features(**inputs).pooler_output
            said = greedy(self._loaded.model, frames, counts)
            wait = brought(frames.float())
        seconds = [len(clip) / self.rate for clip in clips]
        return lambda: [
            Heard(f[:n].copy(), one, s) for f, n, one, s in zip(wait()[0], counts, said, seconds, strict=True)
        ]

    def join(self, parts: Sequence[Heard]) -> Transcript:
        """The transcript of a clip from what was heard in its chunks."""
        frames = self._chunking.join([part.frames for part in parts])
        said = parts[0].said if len(parts) == 1 else self._read_on(frames)
        text, words = self._spelling.spelt(said.tokens)
        if not self._timed:
            words = bounded(words, self._chunking.whole([part.seconds for part in parts], self.rate))
        probabilities = [token.probability for token in said.tokens]
        sure = mean(probabilities) if text else said.silence
        # A NaN anywhere in the frames has to come out, whatever was said.
        sure = sure if np.isfinite(frames).all() else float("nan")
        logs = mean_log(probabilities) if text else None
        return Transcript(text, tuple(words), sure, self._language, mean_log_probability=logs)

    def _read_on(self, frames: np.ndarray) -> Said:
        """What is said in the frames of a whole clip, float32 [n_frames, width]."""
        with passing(self._loaded.device):
            there = sent(torch.from_numpy(frames), self._loaded.device, self._loaded.dtype)
            return greedy(self._loaded.model, there[None], [len(frames)])[0]


def greedy(model: Any, frames: Tensor, counts: Sequence[int]) -> list[Said]:
    """The likeliest token at each step, and how many frames it takes; each row as if it were alone.

    What ``generate`` does, without its preparation of each step and with the probabilities; threads may run it side
    by side, which the attributes that ``generate`` sets on the model forbid.

    Args:
        model: a ``ParakeetForTDT`` or ``ParakeetForRNNT``.
        frames: [n_rows, n_frames, width], as the encoder's projection gives them.
        counts: of each row the frames that are its own.
    """
    config, rows = model.config, len(frames)
    blank, vocabulary, most = config.blank_token_id, config.vocab_size, model.max_symbols_per_step
    durations = torch.tensor(config.durations, device=frames.device) if hasattr(config, "durations") else None
    ends = torch.tensor(counts, device=frames.device)
    row = torch.arange(rows, device=frames.device)
    at = torch.zeros_like(ends)
    here = torch.zeros_like(ends)  # tokens said at this frame, where there are no durations
    start = getattr(model.generation_config, "decoder_start_token_id", None)
    predicted, state = _predict(model, torch.full((rows,), blank if start is None else start, device=ends.device), None)
    steps: list[tuple[Tensor, ...]] = []
    running = at < ends
    while bool(running.any()):
        heard = frames[row, at.clamp(max=frames.shape[1] - 1)]
        logits = model.joint(decoder_hidden_states=predicted, encoder_hidden_states=heard).float()
        best = logits[:, :vocabulary].softmax(-1).max(-1)
        token, said = best.indices, best.indices != blank
        if durations is None:
            here = torch.where(said, here + 1, 0)
            forced = here >= most
            here = here.masked_fill(forced, 0)
            taken = (~said | forced).long()
        else:
            taken = durations[logits[:, vocabulary:].argmax(-1)]
            taken = torch.where(said, taken, taken.clamp(min=1))
        steps.append((torch.where(running, token, -1), at, at + taken, best.values))
        at = torch.where(running, at + taken, at)
        # A model that says more and more of one frame is stopped where `generate` would stop it.
        running = (at < ends) & (len(steps) < most * ends - 1)
        if bool((said & running).any()):
            ahead, after = _predict(model, token, state)
            predicted = torch.where(said[:, None], ahead, predicted)
            state = tuple(torch.where(said[None, :, None], new, old) for new, old in zip(after, state, strict=True))
    made = [tensor.cpu().numpy() for tensor in map(torch.stack, zip(*steps, strict=True))] if steps else []
    return [_said(made, i, blank, n, durations is not None) for i, n in enumerate(counts)]


def _predict(model: Any, tokens: Tensor, state: Any) -> tuple[Tensor, tuple[Tensor, ...]]:
    """What is expected behind the tokens, [n_rows, width], and the state of the network behind it."""
    decoder = model.decoder
    out, after = decoder.lstm(decoder.embedding(tokens[:, None]), state)
    return decoder.decoder_projector(out)[:, 0], after


def _said(steps: Sequence[np.ndarray], row: int, blank: int, frames: int, timed: bool) -> Said:
    """The tokens of one row of all steps: numbers (-1 behind its end), first frames, ends and probabilities."""
    if not steps:
        return Said((), float("nan"))
    numbers, firsts, ends, probabilities = (step[:, row] for step in steps)
    spoken, silent = (numbers != blank) & (numbers >= 0), numbers == blank
    ends = np.minimum(ends, frames) if timed else firsts + 1
    found = zip(numbers[spoken], firsts[spoken], ends[spoken], probabilities[spoken], strict=True)
    tokens = tuple(Token(int(n), int(first), int(end), float(p)) for n, first, end, p in found)
    return Said(tokens, mean(probabilities[silent]) if silent.any() else float("nan"))
