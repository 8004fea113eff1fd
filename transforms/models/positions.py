"""Positions of Conformers that belong to the pass which asks for them."""

from __future__ import annotations

from copy import copy
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

LONGEST = 5_000
"""Frames that relative positions are made for at once, as in the published checkpoints: 100 s, a chunk has 30."""


def settle_positions(model: Any) -> None:
    """Have the positions of a pass depend on nothing that another pass has left.

    Those of Wav2Vec2-BERT and the Conformer keep the last ones in the module, where a thread that is in a pass of
    another length finds them, and where a tracer takes them for a constant.

    Args:
        model: that will not be moved any more.  It changes in place.
    """
    for module in model.modules():
        if hasattr(module, "extend_pe"):
            module.pe = module.extend_pe(
                torch.zeros(1, LONGEST, dtype=module.pe.dtype, device=module.pe.device), module.pe
            )
        if hasattr(module, "extend_pe") or hasattr(module, "cached_rotary_positional_embedding"):
            module.forward = partial(_forward_alone, module, type(module).forward)


def _forward_alone(module: nn.Module, forward: Any, hidden_states: Tensor) -> Tensor:
    """What the module gives, while it keeps nothing of it."""
    alone = copy(module)
    alone._buffers = dict(module._buffers)
    return forward(alone, hidden_states)
