"""Sounds and texts as vectors in one space: CLAP."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from transforms.models.attention import keep_masks
from transforms.models.checkpoint import Located
from transforms.models.compiled import in_engine
from transforms.models.engines import IN_TORCH, Engine
from transforms.models.features import as_clips, clap_inputs
from transforms.models.graphs import with_graphs
from transforms.models.transfer import brought, passing
from transforms.models.weights import load, load_tokenizer


class Embedder:
    """CLAP vectors of unit length: the dot product of two is their cosine.

    The extractor repeats a shorter clip and pads it to ``max_seconds`` (10 s for the published
    ones), so that clips of all lengths share a batch.  A longer clip would be cropped at random and
    is refused.
    """

    def __init__(self, located: Located, *, device: str, precision: str, engine: Engine = IN_TORCH) -> None:
        from transformers import AutoModel

        loaded = load(located, AutoModel, device=device, precision=precision, engine=engine)
        # Sounds are many, texts few: in most processes there is none.
        if loaded.device.type == "cuda":
            _texts_to(loaded.model, "cpu")
            torch.cuda.empty_cache()
            keep_masks(loaded.model)
        self._loaded = with_graphs(in_engine(loaded, engine, "pooler_output", "embedder"), "pooler_output")
        self._tokenizer: Any = load_tokenizer(located, loaded.model.config.text_config.vocab_size)
        # Padding is a setting of the fast tokenizers: two threads must not set it at once.
        self._tokenizing = threading.Lock()
        self.dimension: int = loaded.model.config.projection_dim
        self.model_id = loaded.model_id
        self.rate = loaded.rate
        self.max_seconds: float | None = float(loaded.extractor.max_length_s)
        self.padded_seconds: float | None = self.max_seconds
        self.pads = False
        self.min_samples: int = loaded.extractor.fft_window_size  # one frame of the spectrogram

    def __call__(self, clips: Sequence[np.ndarray]) -> list[np.ndarray]:
        """A float32 vector [dimension] for each clip, as for the clip alone.

        Raises:
            ValueError: a clip is longer than ``max_seconds``.
        """
        return self.begin(clips)() if clips else []

    def begin(self, clips: Sequence[np.ndarray]) -> Callable[[], list[np.ndarray]]:
        """Hand clips to the device: see :class:`transforms.models.door.Begins`.

        Raises:
            ValueError: a clip is longer than ``max_seconds``.
        """
        vectors = as_clips(clips, longest=self._loaded.extractor.nb_max_samples)
        features = clap_inputs(self._loaded, vectors)
        with passing(self._loaded.device):
            wait = brought(unit_length(self._loaded.model.get_audio_features(**features).pooler_output))
        return lambda: list(wait()[0])

    def embed_text(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of texts, float32 [n_texts, dimension], unit length; a text beyond the tokenizer's limit is cut."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        with self._tokenizing:
            if self._loaded.device.type == "cuda":
                _texts_to(self._loaded.model, self._loaded.device)
            tokens = self._tokenizer(list(texts), padding=True, truncation=True, return_tensors="pt")
        device = self._loaded.device
        with passing(device):
            features = self._loaded.model.get_text_features(
                input_ids=tokens["input_ids"].to(device), attention_mask=tokens["attention_mask"].to(device)
            )
            wait = brought(unit_length(features.pooler_output))
        return wait()[0]


def _texts_to(model: Any, device: torch.device | str) -> None:
    """Put the tower for texts on a device: 125 million numbers of the published ones."""
    model.text_model.to(device)
    model.text_projection.to(device)


def unit_length(vectors: torch.Tensor) -> torch.Tensor:
    """Rows divided by their Euclidean norm, float32 [n, dimension] on their device."""
    return torch.nn.functional.normalize(vectors.float(), dim=-1)
