"""What is kept of a pass of Whisper: token times, row by row, and probabilities."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from transformers.generation.utils import GenerateEncoderDecoderOutput


def align_rows_alone(model: Any) -> None:
    """Have a Whisper model align each row of a batch without the steps that ran after the row's end.

    Transformers (5.23) standardises the cross-attention over all steps of the batch and warps time
    along all of them, so that the times of a short text change with the longest one beside it.

    It also keeps the attentions and scores of every pass until the clip is done, over 100 MB a pass
    for whisper-small.  Here a pass keeps, in place of the scores of a step over the vocabulary, three
    numbers: the probability of the token that was chosen, that of the likeliest one, and that nobody
    speaks in the pass.
    """
    align = model._extract_token_timestamps
    silence = _silence_of(model)

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
        outputs["scores"] = tuple(
            torch.cat([_probabilities(scores, token), silence()[:, None]], dim=1)
            for scores, token in zip(outputs.scores, sequences.T[num_input_ids:], strict=True)
        )
        for attentions in ("encoder_attentions", "decoder_attentions", "cross_attentions"):
            outputs[attentions] = ()
        return seconds

    model._extract_token_timestamps = align_each


def _silence_of(model: Any) -> Callable[[], torch.Tensor]:
    """What gives the probability that nobody speaks, [n_rows], of the pass that this thread began last.

    Whisper says so where its prompt starts the transcript; no step that chooses a token asks there.
    """
    settings, of_thread = model.generation_config, threading.local()

    def keep(_: Any, __: Any, kwargs: dict[str, Any], output: Any) -> None:
        starts = (kwargs["decoder_input_ids"][0] == settings.decoder_start_token_id).nonzero()
        if len(starts):
            scores = output.logits[:, int(starts[-1])].float()
            of_thread.last = scores.softmax(-1)[:, settings.no_timestamps_token_id - 1]

    model.register_forward_hook(keep, with_kwargs=True)
    return lambda: of_thread.last


def in_order(times: Sequence[tuple[float, float]], seconds: float) -> np.ndarray:
    """Starts and ends of words, float64 [n_words, 2], none after what comes behind it and none after ``seconds``.

    A pass of Whisper begins where it said that the text of the one before ends; the alignment may have
    let a word of that text end later.  So it is the earlier time that gives way.
    """
    flat = np.minimum(np.array(times, dtype=np.float64).ravel(), seconds)
    return np.minimum.accumulate(flat[::-1])[::-1].reshape(-1, 2)


def _steps(generated: torch.Tensor, end: int) -> int:
    """How many tokens a row has up to and with the end of its text."""
    ends = (generated == end).nonzero()
    return int(ends[0]) + 1 if len(ends) else len(generated)


def _probabilities(scores: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
    """Of the chosen tokens [n_rows] and of the likeliest ones: float32 [n_rows, 2]."""
    probabilities = scores.float().softmax(-1)
    return torch.stack([probabilities.gather(1, tokens[:, None])[:, 0], probabilities.amax(-1)], dim=1)
