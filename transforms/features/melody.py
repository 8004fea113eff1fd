"""The pitch of a channel, frame by frame, while it is decoded."""

from __future__ import annotations

import numpy as np

from schemas.records import Pitch
from transforms.audio.windows import Samples
from transforms.features.framing import FRAME_LENGTH, HOP, REACH
from transforms.features.pitch import pitch


class Melody:
    """Computes the pitch of each frame once, for the windows and for the segments that hold it.

    Frame k is centred on sample 160 k of the channel, wherever a window or a segment begins.  It is known once 513
    samples follow its centre, or the end.
    """

    def __init__(self) -> None:
        self._left = np.zeros(REACH, np.float32)  # from the start of the first frame that is still to come
        self._f0_hz = Samples()
        self._voicing = Samples()

    def push(self, samples: np.ndarray) -> None:
        """Take the next samples, finite float32 [n] at 16 kHz."""
        self.keep(pitch_within(self.gather(samples)))

    # The steps of push.  Each may have a thread of its own, as long as each is given everything in its order.

    def gather(self, samples: np.ndarray) -> np.ndarray | None:
        """The context of the frames that ``samples`` complete, see :mod:`transforms.features.framing`; None of none."""
        self._left = np.concatenate([self._left, samples])
        frames = (len(self._left) - FRAME_LENGTH - 1) // HOP + 1
        if frames < 1:
            return None
        context = self._left[: (frames - 1) * HOP + 1 + 2 * REACH]
        self._left = self._left[frames * HOP :].copy()
        return context

    def keep(self, found: Pitch | None) -> None:
        """Take the pitch of what was gathered, as :func:`pitch_within` found it."""
        if found is not None:
            self._f0_hz.push(found.f0_hz)
            self._voicing.push(found.voicing)

    def finish(self) -> None:
        """The channel has no more samples: the last frames reach into silence.

        There is one more behind the end, of the window whose only sample at 16 kHz lies there.
        """
        self.push(np.zeros(REACH + HOP, np.float32))

    def within(self, start: int, end: int) -> Pitch:
        """The pitch of the frames that are centred on samples [start, end).

        Raises:
            ValueError: they are not all known, or no longer.
        """
        first, last = -(-start // HOP), -(-end // HOP)
        if first < self._f0_hz.start or last > self._f0_hz.end:
            known = f"[{self._f0_hz.start}, {self._f0_hz.end})"
            raise ValueError(f"frames [{first}, {last}) were asked for, and those of {known} are known")
        return Pitch(self._f0_hz.slice(first, last), self._voicing.slice(first, last))

    def trim(self, start: int) -> None:
        """Forget the frames that are centred before sample ``start``."""
        for known in (self._f0_hz, self._voicing):
            known.trim(min(start // HOP, known.end))


def pitch_within(context: np.ndarray | None) -> Pitch | None:
    """The pitch of the frames of a context that :meth:`Melody.gather` gave; any thread may call it."""
    return None if context is None else pitch(context, len(context) - 2 * REACH)
