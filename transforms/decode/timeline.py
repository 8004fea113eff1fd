"""The player's clock: where the samples of a frame stand, by its time stamp.

Millisecond 0 is where the container begins.  Where no packet holds audio, time goes on: the audio stream of a phone
video begins late, a recorder was paused, a coder sends nothing while nobody speaks, a packet was damaged.  Whoever
plays the file hears silence there, and so do windows, speech and models.

The rules are those of FFmpeg's ``aresample=async=1:first_pts=0`` (stamps are followed once they are off by more than
rounding), and of its ``dts_delta_threshold`` (a broadcast whose clock jumps by ten seconds has begun anew).
"""

from __future__ import annotations

from dataclasses import dataclass

TOLERANCE_S = 0.05
"""Stamps are followed once they are off by more.  Containers round them to milliseconds, and browsers stamp packets
with the time at which they came out of the microphone, which jitters by tens of milliseconds."""

OVERLAP_S = 0.1
"""Samples that stand so far behind their stamps are too many: FFmpeg's ``min_hard_comp``."""

ANEW_S = 1.0
"""Stamps that go back by more have begun anew: what follows is heard as it comes."""

JUMP_S = 10.0
"""FFmpeg's ``dts_delta_threshold``: a greater jump in a broadcast is another clock, not a pause; and stamps so far
beyond the end that the container states are damage."""


@dataclass(frozen=True)
class Timing:
    """What the clock of a recording says of it.

    Attributes:
        audio_start_ms: where the audio begins; the container begins at 0.
        gaps: stretches without audio after that.
        without_audio_ms: how long all stretches without audio are together, that before the start among them.
        drift_ms: by how much time runs ahead of the samples (negative: behind), gaps left out: silence was put
            between the samples for it, or samples were left out.
    """

    audio_start_ms: int = 0
    gaps: int = 0
    without_audio_ms: int = 0
    drift_ms: int = 0


ON_TIME = Timing()
"""Of audio that begins with its container and goes on to its end."""


class Timeline:
    """Of one audio stream, from its first frame on.

    Args:
        rate: of the samples that are given out, in Hz.
        first: the stamp of the first frame, in seconds; None where nothing is stamped.
        begin: the stamp at which the container begins, in seconds.
        end: the stamp at which it ends, if it states one.
        broadcast: its clock may be another from one packet to the next.

    Attributes:
        late: how long after the container the audio begins, in seconds.
    """

    def __init__(self, rate: int, first: float | None, begin: float, end: float | None, *, broadcast: bool) -> None:
        self._rate = rate
        self._end = None if end is None else end + JUMP_S
        self._broadcast = broadcast
        late = 0.0 if first is None else first - begin
        believed = late <= JUMP_S if broadcast else self._end is None or first is None or first <= self._end
        self.late = late if late >= TOLERANCE_S and believed else 0.0
        self._zero = 0.0 if first is None else first - self.late
        self._at = 0.0  # frames given out
        self._off = 0  # how far the stamps were ahead of the samples, in frames
        self._too_many = False
        self._gaps = 0
        self._empty = self._drift = 0

    @property
    def seconds(self) -> float:
        """How much was given out."""
        return self._at / self._rate

    @property
    def timing(self) -> Timing:
        late = round(self.late * self._rate)
        return Timing(self._ms(late), self._gaps, self._ms(late + self._empty), self._ms(self._drift))

    def start(self) -> int:
        """How many frames of silence stand before the first sample."""
        silence = round(self.late * self._rate)
        self._at += silence
        return silence

    def place(self, time: float | None, following: float | None, seconds: float, *, exact: bool) -> int:
        """How many frames of silence stand before the next samples; negative: so many of them are too many.

        Args:
            time: their stamp, in seconds.
            following: the stamp of those after them.
            seconds: how long they last.
            exact: packets before them held no audio: the stamp is followed, however little it is off.
        """
        if time is None:
            return 0
        off = round((time - self._zero) * self._rate - self._at)
        step, self._off = off - self._off, off
        if off < -ANEW_S * self._rate:
            return self._anew(time)
        gradual = abs(step) < TOLERANCE_S / 2 * self._rate
        self._too_many = off < (0 if self._too_many else -OVERLAP_S * self._rate)
        if self._too_many:
            left_out = min(-off, round(seconds * self._rate))
            self._note(-left_out, drift=True)
            self._off += left_out
            return -left_out
        if off > 0 and (exact or off >= TOLERANCE_S * self._rate):
            if not exact and following is not None and abs(following - time - seconds) > TOLERANCE_S:
                return 0  # one stamp alone: those after it do not go on from there
            if (off > JUMP_S * self._rate and self._broadcast) or (self._end is not None and time > self._end):
                return self._anew(time)
            self._note(off, drift=gradual and not exact)
            self._off = 0
            return off
        return 0

    def until(self, time: float) -> int:
        """How many frames of silence are left up to a stamp, after the last sample: packets that hold no audio."""
        off = round((time - self._zero) * self._rate - self._at)
        if off < TOLERANCE_S * self._rate or (self._end is not None and time > self._end):
            return 0
        self._note(off, drift=False)
        return off

    def given(self, frames: int, rate: int) -> None:
        """So many frames of a rate were given out."""
        self._at += frames * self._rate / rate

    def _anew(self, time: float) -> int:
        self._zero, self._off = time - self._at / self._rate, 0
        return 0

    def _note(self, frames: int, *, drift: bool) -> None:
        self._at += max(0, frames)
        if drift:
            self._drift += frames
        else:
            self._empty += frames
            self._gaps += 1

    def _ms(self, frames: int) -> int:
        return round(1000 * frames / self._rate)
