"""What listens to one recording, or to one of its tracks, while its blocks come in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from schemas.config import MAX_HOURS, SpeechConfig
from schemas.reasons import Reason
from schemas.records import MIX, Clip, Place, Problem, Recording, Segment, Window
from transforms.audio.bounds import MOST_CHANNELS_APART
from transforms.audio.channels import mix
from transforms.audio.loudness import LoudnessMeter
from transforms.audio.resample import Resampler
from transforms.audio.speech import RATE, SpeechDetector
from transforms.audio.voice import Voice
from transforms.audio.windows import CONTEXT, Grid
from transforms.decode.asked import NOTHING, Asked
from transforms.decode.audio import DecodeError, Format
from transforms.decode.facts import NO_FACTS, Facts
from transforms.decode.timeline import Timing
from transforms.features.melody import Melody
from transforms.heard import Heard


@dataclass(frozen=True)
class Listening:
    """What a run wants of a recording.

    Attributes:
        windows: the rates that windows carry, in Hz; None where no table needs windows.
        speech: how speech is cut; None where no table needs it.
        clip_seconds: longest clip that a segment is cut into, in seconds.
        pitch: windows and segments carry the pitch of their frames.
        each: keep the channels apart instead of averaging them.
        most_hours: what is heard of a recording at most.
        asked: how files are to be opened.
    """

    windows: tuple[int, ...] | None
    speech: SpeechConfig | None
    clip_seconds: float = 5.0
    pitch: bool = False
    each: bool = False
    most_hours: float = MAX_HOURS
    asked: Asked = NOTHING


@dataclass(frozen=True)
class Progress:
    """So many more seconds were decoded."""

    seconds: float


Event = Window | Segment | Clip | Problem | Progress | Heard


class Ears:
    """The state of one recording, or of one of its tracks, while its blocks come in.

    Args:
        before: channels of the tracks before this one, if channels are kept apart.
        track: the number of this one, if several are heard; without it the mix of the only one is no track.
    """

    def __init__(
        self,
        recording: Recording,
        format: Format,
        wanted: Listening,
        detector: SpeechDetector | None,
        before: int = 0,
        track: int = MIX,
    ) -> None:
        self.frames = 0
        self._format = format
        self._each = wanted.each
        last = before + format.channels if wanted.each else track
        if last > MOST_CHANNELS_APART:
            message = f"{last:,} channels, of which {MOST_CHANNELS_APART} can be kept apart: --channels mix"
            raise DecodeError(Reason.TOO_MANY_CHANNELS, message)
        numbers: Sequence[int] = range(before + 1, last + 1) if wanted.each else (track,)
        uri = recording.sources[0].uri
        places = [Place(uri, recording.recording_id, number, 0, 0) for number in numbers]
        self._meter = LoudnessMeter(format.sample_rate_hz, format.channels)
        rates = {RATE, *(wanted.windows or ())}
        self._resamplers = {rate: Resampler(format.sample_rate_hz, rate, len(places)) for rate in sorted(rates)}
        self._grids = [Grid(place, wanted.windows) for place in places] if wanted.windows is not None else []
        self._voices = [Voice(place, wanted.speech, wanted.clip_seconds) for place in places] if wanted.speech else []
        self._melodies = [Melody() for _ in places] if wanted.pitch else []
        self._detector = detector
        if self._voices:
            assert detector is not None, "speech was asked for without a detector"
            detector.begin(len(places))

    @property
    def duration_ms(self) -> int:
        """Rounded up, so that every sample lies inside."""
        return -(-self.frames * 1000 // self._format.sample_rate_hz)

    def hear(self, block: np.ndarray) -> Iterator[Event]:
        """Take a block, float32 [n, channels] at the native rate."""
        self.frames += len(block)
        self._meter.push(block)
        kept = block if self._each else mix(block)[:, None]
        yield from self._take({rate: r.push(kept) for rate, r in self._resamplers.items()})

    def finish(self) -> Iterator[Event]:
        """What the end of the recording completes."""
        yield from self._take({rate: r.flush() for rate, r in self._resamplers.items()})
        for melody in self._melodies:
            melody.finish()
        for i, grid in enumerate(self._grids):
            yield from self._with_pitch(i, grid.finish(self.duration_ms))
        if self._voices:
            assert self._detector is not None
            last = self._detector.finish()
            for i, (voice, probabilities) in enumerate(zip(self._voices, last, strict=True)):
                yield from self._with_pitch(i, voice.finish(probabilities, self.duration_ms))

    def _take(self, parts: dict[int, np.ndarray]) -> Iterator[Event]:
        for i, melody in enumerate(self._melodies):
            melody.push(parts[RATE][:, i])
        for i, grid in enumerate(self._grids):
            yield from self._with_pitch(i, grid.push({rate: part[:, i] for rate, part in parts.items()}))
        if self._voices:
            assert self._detector is not None
            at_16k = parts[RATE]
            probabilities = self._detector.push(at_16k.T)
            for i, voice in enumerate(self._voices):
                yield from self._with_pitch(i, voice.push(at_16k[:, i], probabilities[i]))
        for i, melody in enumerate(self._melodies):
            melody.trim(min(hearer[i].wanted_from for hearer in (self._grids, self._voices) if hearer))

    def _with_pitch(self, i: int, heard: Iterator[Window | Segment | Clip]) -> Iterator[Window | Segment | Clip]:
        """What was heard of a channel, windows and segments with the pitch of their frames if it was asked for."""
        for one in heard:
            if not self._melodies or isinstance(one, Clip):
                yield one
                continue
            n = len(one.context) - 2 * CONTEXT if isinstance(one, Window) else len(one.samples)
            start = one.place.start_ms * RATE // 1000
            yield replace(one, pitch=self._melodies[i].within(start, start + n))

    def heard(self, status: str, timing: Timing, facts: Facts = NO_FACTS) -> Heard:
        """The summary, once :meth:`finish` is done."""
        channels = max(len(self._grids), len(self._voices))
        spoken = sum(voice.spoken_ms for voice in self._voices)
        return Heard(
            status=status,
            format=self._format,
            duration_ms=self.duration_ms,
            timing=timing,
            facts=facts,
            loudness_lufs=self._meter.integrated_lufs(),
            peak_dbfs=self._meter.peak_dbfs,
            clipped_share=self._meter.clipped_share,
            speech_share=min(1.0, spoken / (self.duration_ms * len(self._voices))) if self._voices else None,
            kept_seconds=self.frames / self._format.sample_rate_hz * channels,
        )
