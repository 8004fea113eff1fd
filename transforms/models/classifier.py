"""Class probabilities: emotions by wav2vec 2.0, HuBERT, WavLM or AST, sounds by AST."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from schemas.records import Scores
from transforms.models.checkpoint import Located
from transforms.models.compiled import in_engine
from transforms.models.engines import IN_TORCH, Engine
from transforms.models.features import as_clips, filter_banks, shortest_waveform, waveforms
from transforms.models.graphs import with_graphs
from transforms.models.padding import heed_lengths, pads_on
from transforms.models.parts import suit_gpu
from transforms.models.pooled import read_only_pooled
from transforms.models.transfer import brought, passing
from transforms.models.weights import load

AST = "audio-spectrogram-transformer"
_KALDI_FRAME_S = 0.025
_KALDI_HOP_S = 0.010


class Classifier:
    """A probability for each class, as Hugging Face's ``audio-classification`` pipeline gives it.

    The logits go through a softmax, or through a sigmoid where the checkpoint's config says
    ``"problem_type": "multi_label_classification"``.  AudioSet's tags do not exclude each other and
    AST learnt them with a sigmoid, but the published AST says nothing of that in its config, so that
    the reference applies the softmax, and so does this: a sound's probability is its share among all
    tags, in the same order as the sigmoid's.

    AST hears the first ``max_seconds`` of a clip (10.24 s for the published one) and pads shorter
    clips, as the reference does; longer clips lose their end.
    """

    def __init__(self, located: Located, *, device: str, precision: str, engine: Engine = IN_TORCH) -> None:
        from transformers import AutoModelForAudioClassification

        loaded = load(located, AutoModelForAudioClassification, device=device, precision=precision, engine=engine)
        config = loaded.model.config
        self._activation = torch.sigmoid if is_multi_label(config) else lambda x: torch.softmax(x, -1)
        self.labels = labels_of(located, config)
        self.model_id = loaded.model_id
        self.rate = loaded.rate
        self.max_seconds: float | None = None
        if config.model_type == AST:
            _check_spectrogram(located, config, loaded.extractor)
            read_only_pooled(loaded.model)
            self.max_seconds = loaded.extractor.max_length * _KALDI_HOP_S
            self.min_samples = round(_KALDI_FRAME_S * self.rate)
            self.pads = False
        else:
            heed_lengths(loaded.model)
            if pads_on(loaded.device):
                suit_gpu(loaded)
            self.pads = pads_on(loaded.device)
            self.min_samples = shortest_waveform(config)
        self.padded_seconds = self.max_seconds
        self._loaded = with_graphs(in_engine(loaded, engine, "logits", "classifier"), "logits")

    def __call__(self, clips: Sequence[np.ndarray]) -> list[Scores]:
        """One row of probabilities for each clip, as for the clip alone."""
        return self.begin(clips)() if clips else []

    def begin(self, clips: Sequence[np.ndarray]) -> Callable[[], list[Scores]]:
        """Hand clips to the device: see :class:`transforms.models.door.Begins`."""
        vectors = as_clips(clips)
        if self.padded_seconds:
            inputs = {"input_values": filter_banks(self._loaded, vectors)}
        else:
            inputs = waveforms(self._loaded, vectors)
        with passing(self._loaded.device):
            logits = self._loaded.model(**inputs).logits.float()  # [n_clips, n_labels]
            wait = brought(self._activation(logits))
        return lambda: [Scores(self.labels, row) for row in wait()[0]]


def labels_of(located: Located, config: Any) -> tuple[str, ...]:
    """The names of the classes in the order of the logits; ``LABEL_0``, ... where the config names none.

    Raises:
        ModelError: a regression model, or names whose numbers are not 0, 1, ....
    """
    if config.problem_type == "regression":
        raise located.error("its config.json says problem_type regression: it has no classes")
    if sorted(config.id2label) != list(range(len(config.id2label))):
        raise located.error("id2label in its config.json does not name the classes 0, 1, ... one by one")
    return tuple(config.id2label[i] for i in range(len(config.id2label)))


def is_multi_label(config: Any) -> bool:
    """Whether the probabilities are independent of each other (a sigmoid) rather than shares of 1."""
    return config.problem_type == "multi_label_classification"


def _check_spectrogram(located: Located, config: Any, extractor: Any) -> None:
    made = (extractor.max_length, extractor.num_mel_bins)
    wanted = (config.max_length, config.num_mel_bins)
    if made != wanted:
        raise located.error(
            f"its preprocessor_config.json makes {made[0]} frames of {made[1]} mels but the model takes "
            f"{wanted[0]} of {wanted[1]}: is it of another checkpoint?"
        )
