"""Whisper's token times, row by row."""

from __future__ import annotations

from typing import Any

import torch
from transformers.generation.utils import GenerateEncoderDecoderOutput


def align_rows_alone(model: Any) -> None:
    """Have a Whisper model align each row of a batch without the steps that ran after the row's end.

    Transformers (5.23) standardises the cross-attention over all steps of the batch and warps time
    along all of them, so that the times of a short text change with the longest one beside it.
    """
    align = model._extract_token_timestamps

    def align_each(
        outputs: Any,
        alignment_heads: Any,
        time_precision: float = 0.02,
        num_frames: torch.Tensor | None = None,
        num_input_ids: int = 0,
    ) -> torch.Tensor:
        """Seconds at which each token ends, float32 [n_rows, n_tokens], the prompt's tokens included."""
        sequences = outputs.sequences
        seconds = torch.zeros(sequences.shape, dtype=torch.float32, device=sequences.device)
        for row, sequence in enumerate(sequences):
            steps = _steps(sequence[num_input_ids:], model.generation_config.eos_token_id)
            attentions: Any = tuple(
                tuple(layer[row : row + 1] for layer in step) for step in outputs.cross_attentions[:steps]
            )
            alone = GenerateEncoderDecoderOutput(
                sequences=sequence[None, : num_input_ids + steps], cross_attentions=attentions
            )
            frames = None if num_frames is None else num_frames[row : row + 1]
            times = align(alone, alignment_heads, time_precision, num_frames=frames, num_input_ids=num_input_ids)[0]
            seconds[row, : len(times)] = times
            seconds[row, len(times) :] = times[-1]
        return seconds

    model._extract_token_timestamps = align_each


def _steps(generated: torch.Tensor, end: int) -> int:
    """How many tokens a row has up to and with the end of its text."""
    ends = (generated == end).nonzero()
    return int(ends[0]) + 1 if len(ends) else len(generated)
