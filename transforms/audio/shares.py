"""What each channel has of the mix, and what that is called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from schemas.mixes import MEAN, MONO, WITHOUT_LFE, W, alone, turned
from transforms.audio.channels import mix


@dataclass(frozen=True)
class Shares:
    """The average of some channels.

    Attributes:
        signs: of each channel 1 where it is in, -1 where it is in turned (its polarity inverted), 0 where it is not.
    """

    signs: tuple[int, ...]

    @classmethod
    def of(cls, channels: int, picked: Sequence[int]) -> Shares:
        """The average of the channels of these indices."""
        return cls(tuple(int(i in picked) for i in range(channels)))

    @property
    def picked(self) -> tuple[int, ...]:
        """The indices of the channels that are in."""
        return tuple(i for i, sign in enumerate(self.signs) if sign)

    def of_block(self, block: np.ndarray) -> np.ndarray:
        """Float32 [n] of float32 [n, channels]; of all channels the very samples of :func:`mix`."""
        if all(sign == 1 for sign in self.signs):
            return mix(block)
        picked = self.picked
        if len(picked) == 1:
            return block[:, picked[0]] * np.float32(self.signs[picked[0]])
        return block @ (np.array(self.signs, np.float32) / np.float32(len(picked)))

    def words(self, lfe: int | None, ambisonic: bool) -> str:
        """As ``recordings.mix`` has it.

        Args:
            lfe: the index of the channel of low frequencies, if the file names one.
            ambisonic: whether the first channel is known to be the W of ambisonics.
        """
        if len(self.signs) == 1:
            return MONO
        if all(self.signs):
            if inverted := [i + 1 for i, sign in enumerate(self.signs) if sign < 0]:
                return turned(inverted)
            return MEAN
        if lfe is not None and all(sign == (i != lfe) for i, sign in enumerate(self.signs)):
            return WITHOUT_LFE
        if ambisonic and self.picked == (0,):
            return W
        return alone([i + 1 for i in self.picked])
