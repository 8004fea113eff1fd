"""Which language is spoken, by Whisper: the first step of its decoder, before a word is said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from schemas.records import Scores
from transforms.models.checkpoint import Located
from transforms.models.features import as_clips, extracted
from transforms.models.transfer import brought, passing
from transforms.models.weights import load


class Detector:
    """A probability for each language that a multilingual Whisper knows; its ``detect_language`` gives the likeliest.

    That is a softmax over the tokens of languages, of the one step that follows the start of a text.  Whisper hears
    30 s, and learnt to: shorter clips are padded with silence, of longer ones the first 30 s are heard.
    """

    def __init__(self, located: Located, *, device: str, precision: str) -> None:
        from transformers import AutoModelForSpeechSeq2Seq

        loaded = load(located, AutoModelForSpeechSeq2Seq, device=device, precision=precision)
        settings = loaded.model.generation_config
        tokens = tokens_of_languages(located, settings)
        self._loaded = loaded
        self._start: int = settings.decoder_start_token_id
        self._numbers = torch.tensor(list(tokens.values()), device=loaded.device)
        self.labels = tuple(tokens)
        self.model_id = loaded.model_id
        self.rate = loaded.rate
        self.min_samples: int = loaded.extractor.n_fft  # one frame of the spectrogram
        self.max_seconds: float | None = float(loaded.extractor.chunk_length)
        self.padded_seconds: float | None = self.max_seconds
        self.pads = False

    def __call__(self, clips: Sequence[np.ndarray]) -> list[Scores]:
        """One row of probabilities for each clip, as for the clip alone."""
        return self.begin(clips)() if clips else []

    def begin(self, clips: Sequence[np.ndarray]) -> Callable[[], list[Scores]]:
        """Hand clips to the device: see :class:`transforms.models.door.Begins`."""
        features = extracted(self._loaded, as_clips(clips))["input_features"]
        with passing(self._loaded.device):
            start = torch.full((len(clips), 1), self._start, device=self._loaded.device)
            logits = self._loaded.model(input_features=features, decoder_input_ids=start, use_cache=False).logits
            wait = brought(torch.softmax(logits[:, -1, self._numbers].float(), -1))
        return lambda: [Scores(self.labels, row) for row in wait()[0]]


def tokens_of_languages(located: Located, settings: Any) -> dict[str, int]:
    """The number of the token of each language that a Whisper knows, by its code.

    Args:
        settings: the checkpoint's generation config.

    Raises:
        ModelError: it knows English only, or does not say which languages it knows.
    """
    if not getattr(settings, "is_multilingual", True):
        raise located.error("it knows English only, and tells no languages apart: take a multilingual Whisper")
    for needed in ("lang_to_id", "decoder_start_token_id"):
        if not getattr(settings, needed, None):
            raise located.error(f"its generation_config.json gives no {needed}: copy it from the original checkpoint")
    return {token[2:-2]: number for token, number in settings.lang_to_id.items()}
