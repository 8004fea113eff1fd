"""Transcripts by Whisper, its passes computed by CTranslate2."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from schemas.transcript import Transcript
from transforms.models.checkpoint import Located, model_id
from transforms.models.converted import converted
from transforms.models.encoder import Encoder, is_faster
from transforms.models.engines import CTRANSLATE2, Engine
from transforms.models.features import as_clips
from transforms.models.precision import CTRANSLATE2_TYPES, INT8
from transforms.models.prompt import prompt_of, said_behind
from transforms.models.spoken import NEEDED, Spoken, Writer, fixed_language, own_codes
from transforms.models.weights import check_engine, load_extractor

SECONDS_A_FRAME = 0.02  # of the encoder


class CTranslated:
    """Greedy transcripts as :class:`transforms.models.whisper.Whisper` gives them, several times as fast.

    The rules are the same: what may be said next, that a clip of more than 30 s is heard in passes, each from where
    the text of the one before it ends, and how the language is found.

    The times of words come from a second reading of the text, with the same attention heads: there each token of the
    text follows the one before it, without the times in between.

    Confidence is the mean probability of a word's tokens in that reading: the softmax over all tokens of text.  Of an
    empty text it is the geometric mean of what was given instead.
    """

    def __init__(
        self,
        located: Located,
        *,
        device: str,
        precision: str,
        language: str | None,
        engine: Engine,
        vocabulary: Sequence[str] = (),
    ) -> None:
        import ctranslate2
        from transformers import GenerationConfig

        check_engine(device, precision, engine)
        settings: Any = GenerationConfig.from_pretrained(located.folder, local_files_only=True)
        for needed in NEEDED:
            if getattr(settings, needed, None) is None:
                raise located.error(
                    f"its generation_config.json gives no {needed}: copy that file from the checkpoint that this one "
                    "was trained from"
                )
        self._conversion = converted(located)
        placed = torch.device(device)
        self._model = ctranslate2.models.Whisper(
            str(self._conversion.folder),
            device=placed.type,
            device_index=placed.index or 0,
            compute_type=CTRANSLATE2_TYPES[placed.type][precision],
            inter_threads=engine.streams,
            intra_threads=max(1, engine.threads // engine.streams),
        )
        self._encoder = Encoder(located, engine) if precision == INT8 and is_faster(located, device) else None
        self._view = ctranslate2.StorageView.from_array
        self._extractor = extractor = load_extractor(located)
        self._writer = Writer(located, settings, SECONDS_A_FRAME)
        self._multilingual = bool(getattr(settings, "is_multilingual", True))
        self._language = fixed_language(located, settings, language, self._multilingual)
        self._own_codes = own_codes(settings)
        if self._multilingual and self._language is None and not self._model.is_multilingual:
            raise located.error(
                "CTranslate2 takes it for a model of English alone, because its vocabulary is small, and finds no "
                "language with it: name one with --language, or take --engine torch"
            )
        self._settings = settings
        self._begin: int = settings.no_timestamps_token_id + 1  # the first of the times
        self._prompt = prompt_of(located, settings, vocabulary)
        self.model_id = model_id(located, precision if self._encoder is None else f"{precision}+bf16", CTRANSLATE2)
        self.rate = int(extractor.sampling_rate)
        self.min_samples: int = extractor.n_fft  # one frame of the spectrogram
        self.max_seconds: float | None = None
        self.padded_seconds: float | None = float(extractor.chunk_length)
        self.pads = False

    def speaking(self, language: str) -> CTranslated:
        """Told the language of the clips: see :class:`transforms.models.door.Speaks`."""
        told = copy.copy(self)
        if self._multilingual:
            told._language = self._own_codes.get(language, self._language)
        return told

    def __call__(self, clips: Sequence[np.ndarray]) -> list[Transcript]:
        """One transcript for each clip, as for the clip alone."""
        return said_behind(self._prompt, as_clips(clips), self._said)

    def _said(self, vectors: list[np.ndarray], prompt: tuple[int, ...]) -> list[Transcript]:
        heard = list(self._heard(vectors))
        while going_on := [one for one in heard if one.seek < one.features.shape[1]]:
            self._pass(going_on, prompt)
        return [self._writer.transcript(one.spoken(), one.code, one.samples / self.rate) for one in heard]

    def _heard(self, vectors: list[np.ndarray]) -> Iterator[_Heard]:
        """The clips before their first pass."""
        extractor = self._extractor
        for vector in vectors:
            whole = {"truncation": False, "padding": "longest"} if len(vector) > extractor.n_samples else {}
            made = extractor(vector, sampling_rate=self.rate, return_tensors="np", **whole)
            frames = -(-len(vector) // extractor.hop_length)
            yield _Heard(made["input_features"][0], frames, len(vector), self._language or "")

    def _pass(self, heard: list[_Heard], prompt: tuple[int, ...]) -> None:
        """The next half minute of each."""
        encoded = self._encoded(heard)
        unknown = [one for one in heard if not one.code]
        if unknown:  # all of them: it is the first pass of each
            for one, found in zip(heard, self._model.detect_language(encoded), strict=True):
                one.code = found[0][0][2:-2]
        for code in dict.fromkeys(one.code for one in heard):
            some = [one for one in heard if one.code == code]
            self._say(some, encoded if len(some) == len(heard) else self._encoded(some), code, prompt)

    def _encoded(self, heard: list[_Heard]) -> Any:
        longest = self._extractor.nb_max_frames
        features = np.zeros((len(heard), heard[0].features.shape[0], longest), np.float32)
        for row, one in zip(features, heard, strict=True):
            part = one.features[:, one.seek : one.seek + longest]
            row[:, : part.shape[1]] = part
        if self._encoder is not None:
            return self._view(self._encoder(features))
        return self._model.encode(self._view(features))

    def _say(self, heard: list[_Heard], encoded: Any, code: str, prompt: tuple[int, ...]) -> None:
        """What is said in half a minute of each, in one language."""
        settings = self._settings
        start = [settings.decoder_start_token_id]
        if self._multilingual:
            start += [settings.lang_to_id[f"<|{code}|>"], settings.task_to_id["transcribe"]]
        results = self._model.generate(
            encoded,
            [[*prompt, *start]] * len(heard),
            beam_size=1,
            max_length=2 * self._prompt.max_new_tokens,  # of which it gives what is new a half
            return_scores=True,
            return_no_speech_prob=True,
            max_initial_timestamp_index=getattr(settings, "max_initial_timestamp_index", None) or 50,
            suppress_blank=bool(settings.begin_suppress_tokens),
            suppress_tokens=settings.suppress_tokens,
        )
        longest = self._extractor.nb_max_frames
        kept = [
            said_and_heard(result.sequences_ids[0], self._begin, min(longest, one.features.shape[1] - one.seek))
            for one, result in zip(heard, results, strict=True)
        ]
        # The times are read again with the text: they hold the pauses, which the words beside them would take else.
        # The vocabulary is not: the confidence of a word that was preferred is what the model gives it by itself.
        frames = [max(2, min(longest, one.frames - one.seek)) for one in heard]
        # But for the first one, in whose place CTranslate2 puts a mark of its own: beside it, that time would take the
        # beginning of the first word.
        firsts = [int(bool(tokens) and tokens[0] >= self._begin) for tokens, _ in kept]
        read = [tokens[first:] for (tokens, _), first in zip(kept, firsts, strict=True)]
        aligned = self._model.align(encoded, start, read, frames)
        for one, (tokens, heard_frames), found, result in zip(heard, kept, aligned, results, strict=True):
            offset = one.seek * self._extractor.hop_length / self.rate
            one.tokens += tokens
            first = len(tokens) - len(found.text_token_probs)
            ends = [0] * first + _starts(found.alignments)[1 : len(tokens) + 1 - first]
            one.ends += [offset + frame * SECONDS_A_FRAME for frame in ends]
            one.probabilities += [math.nan] * first + found.text_token_probs
            one.otherwise = float(np.exp(result.scores[0]))
            one.no_speech_probability = max(one.no_speech_probability, result.no_speech_prob)
            one.seek += heard_frames


@dataclass
class _Heard:
    """A clip on its way through the passes.

    Attributes:
        features: float32 [n_mels, n_frames] of 10 ms, half a minute at least.
        frames: of the clip itself.
        code: of its language; empty until it is known.
        seek: frames that were heard.
    """

    features: np.ndarray
    frames: int
    samples: int
    code: str
    seek: int = 0
    tokens: list[int] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)
    probabilities: list[float] = field(default_factory=list)
    otherwise: float = 0.0
    no_speech_probability: float = 0.0

    def spoken(self) -> Spoken:
        return Spoken(
            torch.tensor(self.tokens, dtype=torch.int64),
            torch.tensor(self.ends, dtype=torch.float64),
            torch.tensor(self.probabilities, dtype=torch.float64),
            self.otherwise,
            self.no_speech_probability,
        )


def said_and_heard(tokens: list[int], begin: int, frames: int) -> tuple[list[int], int]:
    """What of a pass is kept, and how many of its frames are done with: the long-form rule of transformers.

    Where two times stand side by side a text has ended and another begun.  What was said behind the last such place is
    left to the next pass, unless a single time ends it: then nothing more is said in these frames.

    Args:
        tokens: as they were generated, without the end of the text.
        begin: the token of the time 0; the ones after it are 20 ms apart.
        frames: of 10 ms, in this pass.
    """
    is_time = [token >= begin for token in tokens]
    pairs = [i + 1 for i in range(len(tokens) - 1) if is_time[i] and is_time[i + 1]]
    if not pairs or is_time[-2:] == [False, True]:
        return tokens, frames
    last = 2 * (tokens[pairs[-1] - 1] - begin)
    return tokens[: pairs[-1] + 1], last if last > 0 else frames


def _starts(alignments: list[tuple[int, int]]) -> list[int]:
    """The frame at which each token begins, by its first place on the path; one more is the end of the last."""
    starts: dict[int, int] = {}
    for token, frame in alignments:
        starts.setdefault(token, max(frame, 0))  # of a clip of one frame it may say -1
    return [starts[token] for token in sorted(starts)]
