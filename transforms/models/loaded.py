"""A model with its weights, ready to be called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from transforms.models.checkpoint import Located
from transforms.models.transfer import sent


@dataclass(frozen=True)
class Loaded:
    """A model in inference mode on its device, and the Hugging Face extractor that belongs to its input.

    Attributes:
        precision: that it computes in.
        dtype: of the floats that it takes.
    """

    located: Located
    model_id: str
    model: Any
    extractor: Any
    device: torch.device
    precision: str
    dtype: torch.dtype

    @property
    def rate(self) -> int:
        """The sampling rate in Hz that the extractor expects."""
        return int(self.extractor.sampling_rate)

    def place(self, tensor: torch.Tensor) -> torch.Tensor:
        """On the model's device; floats as it takes them."""
        return sent(tensor, self.device, self.dtype if tensor.is_floating_point() else tensor.dtype)
