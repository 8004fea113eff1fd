"""The regression heads of the audeering make, over wav2vec 2.0, HuBERT and WavLM: classes that transformers lacks.

A model card brings such a class as a few lines to be pasted.  The head is a mean over time, a dense layer, tanh, and a
second dense layer (Wagner et al. 2023, doi:10.1109/TPAMI.2023.3263585).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import (
    AutoConfig,
    AutoModelForAudioClassification,
    HubertModel,
    HubertPreTrainedModel,
    PretrainedConfig,
    PreTrainedModel,
    Wav2Vec2Model,
    Wav2Vec2PreTrainedModel,
    WavLMModel,
    WavLMPreTrainedModel,
)
from transformers.modeling_outputs import SequenceClassifierOutput


class RegressionHead(nn.Module):
    """Dense, tanh, dense; the dropouts between them are of training.  The names are those of published weights."""

    def __init__(self, config: Any) -> None:
        super().__init__()
        self.dense = nn.Linear(config.hidden_size, config.hidden_size)
        self.out_proj = nn.Linear(config.hidden_size, config.num_labels)

    def forward(self, pooled: Tensor) -> Tensor:
        """From [n_rows, hidden_size] to [n_rows, num_labels]."""
        return self.out_proj(torch.tanh(self.dense(pooled)))


class _Regression:
    """What the three have in common: the mean over the true frames, and the head."""

    def forward(self: Any, input_values: Tensor, attention_mask: Tensor | None = None) -> SequenceClassifierOutput:
        """Of samples [n_rows, n_samples] ``logits`` [n_rows, num_labels]: the dimensions, on the scale of the training.

        Args:
            attention_mask: [n_rows, n_samples], 1 for samples and then 0 for padding, which no mean is taken over.
        """
        hidden = self.base_model(input_values, attention_mask=attention_mask).last_hidden_state
        if attention_mask is None:
            pooled = hidden.mean(dim=1)
        else:
            true = self._get_feature_vector_attention_mask(hidden.shape[1], attention_mask)[..., None]
            pooled = hidden.masked_fill(~true.bool(), 0).sum(dim=1) / true.sum(dim=1)
        return SequenceClassifierOutput(logits=self.classifier(pooled))


class Wav2Vec2ForSpeechClassification(_Regression, Wav2Vec2PreTrainedModel):
    """audeering/wav2vec2-large-robust-12-ft-emotion-msp-dim."""

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.wav2vec2 = Wav2Vec2Model(config)
        self.classifier = RegressionHead(config)
        self.post_init()


class HubertForSpeechClassification(_Regression, HubertPreTrainedModel):
    """The same over HuBERT."""

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.hubert = HubertModel(config)
        self.classifier = RegressionHead(config)
        self.post_init()


class WavLMForSpeechClassification(_Regression, WavLMPreTrainedModel):
    """The same over WavLM."""

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.wavlm = WavLMModel(config)
        self.classifier = RegressionHead(config)
        self.post_init()


OVER: dict[str, type[PreTrainedModel]] = {
    "wav2vec2": Wav2Vec2ForSpeechClassification,
    "hubert": HubertForSpeechClassification,
    "wavlm": WavLMForSpeechClassification,
}
"""The class over each type of model."""


class AutoModelForSpeechRegression:
    """In the manner of transformers' Auto classes: transformers' own class where the config names one, else ours."""

    @classmethod
    def from_config(cls, config: PretrainedConfig) -> PreTrainedModel:
        """The model of a config, untrained."""
        if _is_transformers_own(config):
            return AutoModelForAudioClassification.from_config(config)
        return OVER[config.model_type](config)

    @classmethod
    def from_pretrained(cls, folder: Path, **settings: Any) -> Any:
        """See ``PreTrainedModel.from_pretrained``."""
        config = AutoConfig.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
        if _is_transformers_own(config):
            return AutoModelForAudioClassification.from_pretrained(folder, **settings)
        return OVER[config.model_type].from_pretrained(folder, config=config, **settings)


def _is_transformers_own(config: PretrainedConfig) -> bool:
    return any(name.endswith("ForSequenceClassification") for name in config.architectures or ())
