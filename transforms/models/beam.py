"""A beam search over the frames of CTC that prefers the words of a vocabulary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from transforms.models.hotwords import Hotwords

BEAM = 32
"""Texts that are kept from one frame to the next."""
TOKENS = 16
"""The likeliest tokens of a frame, which alone are looked at."""
THRESHOLD = 30.0
"""A text that is worse than the best one by more, in nats, is given up."""

_NEVER = -1e4
"""Of a token that is not among them, in nats."""
_LEAST = np.finfo(np.float32).tiny


class Beam:
    """The path of tokens, one a frame, whose probability and whose words together are worth the most.

    Paths that come to one token in one state of the vocabulary are compared, and the better one goes on.  So without
    a vocabulary, and wherever none of its words is near, the path is the likeliest token of each frame.

    The search is flashlight's, which asks back what each token is worth.

    Args:
        hotwords: in the characters of ``pieces``.
        pieces: the characters of each token of the model; nothing for those that spell nothing.
        blank: the number of CTC's blank.
    """

    def __init__(self, hotwords: Hotwords, pieces: Sequence[str], blank: int) -> None:
        from flashlight.lib.text import decoder

        self._decoder: Any = decoder
        self._options = decoder.LexiconFreeDecoderOptions(
            beam_size=BEAM,
            beam_size_token=min(TOKENS, len(pieces)),
            beam_threshold=THRESHOLD,
            lm_weight=1.0,
            sil_score=0.0,
            log_add=False,
            criterion_type=decoder.CriterionType.CTC,
        )
        self._worth = _worth_of(decoder, hotwords, pieces)
        self._size = len(pieces)
        self._blank = blank

    def along(self, tokens: np.ndarray, posteriors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The token of each frame of the path, int64 [n_frames], and its posterior, float32 [n_frames].

        Args:
            tokens: the likeliest ones of each frame, the likeliest first, int [n_frames, n].
            posteriors: theirs, float32 [n_frames, n].
        """
        if not len(tokens) or not np.isfinite(posteriors).all():  # a NaN has to come out
            return tokens[:, 0], posteriors[:, 0]
        frames = np.full((len(tokens), self._size), _NEVER, np.float32)
        np.put_along_axis(frames, tokens, np.log(np.maximum(posteriors, _LEAST)), axis=1)
        # The blank as flashlight's silence, with which it begins and ends: so it adds no token of its own.
        search = self._decoder.LexiconFreeDecoder(self._options, self._worth, self._blank, self._blank, [])
        path = np.array(search.decode(frames.ctypes.data, *frames.shape)[0].tokens[1:-1], dtype=np.int64)
        return path, (posteriors * (tokens == path[:, None])).sum(1)


def _worth_of(decoder: Any, hotwords: Hotwords, pieces: Sequence[str]) -> Any:
    """The vocabulary as flashlight's language model: its states are made once, so that equal ones are one."""

    class Worth(decoder.LM):
        def __init__(self) -> None:
            decoder.LM.__init__(self)
            self._states = [decoder.LMState() for _ in range(len(hotwords))]
            self._numbers = {state: number for number, state in enumerate(self._states)}
            self._known: dict[tuple[Any, int], tuple[Any, float]] = {}

        def start(self, start_with_nothing: bool) -> Any:
            return self._states[0]

        def score(self, state: Any, token: int) -> tuple[Any, float]:
            known = self._known.get((state, token))
            if known is None:
                number, worth = hotwords.step(self._numbers[state], pieces[token])
                known = self._known[state, token] = self._states[number], worth
            return known

        def finish(self, state: Any) -> tuple[Any, float]:
            return state, hotwords.end(self._numbers[state])

    return Worth()
