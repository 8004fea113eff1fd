"""The records that travel between stages: small, frozen, told apart by type.

A sample array is float32 mono in [-1, 1] unless a file holds more.  Times are milliseconds of the recording.  Only
:class:`Source`, :class:`Known` and :class:`Shard` may cross a shuffle; what holds samples lives in one fused chain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from schemas.reasons import Reason

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

MIX = 0
"""The channel number of the average of all channels; 1, 2, ... are channels kept apart."""

Target = str | tuple[str, ...]
"""A file to be decoded, or several that are one take."""


@dataclass(frozen=True)
class Source:
    """A URI that a run was given, as it was listed, and once it was identified as it was then.

    Attributes:
        inode: which file of its disk it is; 0 where nobody looked.
        content: hash of its bytes, of a take that of all its parts; known once it was identified.
        language: code of what is spoken, where a column of the user's says so.
        parts: of a take that a recorder split into several files, these; the take has the name of the first.
    """

    uri: str
    path: str
    bytes: int
    modified_ns: int
    metadata: Mapping[str, Any] = field(default_factory=dict)
    inode: int = 0
    content: str = ""
    parts: tuple[Source, ...] = ()
    language: str | None = None

    @property
    def files(self) -> tuple[Source, ...]:
        """Every file of it."""
        return self.parts or (self,)

    @property
    def target(self) -> Target:
        """What a decoder is given."""
        return tuple(part.path for part in self.parts) or self.path


@dataclass(frozen=True)
class Problem:
    """What becomes a row of ``errors``; ``stage`` is one of :data:`schemas.catalog.STAGES`."""

    stage: str
    reason: Reason
    message: str
    start_ms: int | None = None


@dataclass(frozen=True)
class Known:
    """A source whose content has been read once: who it is and how long it says it is.

    Attributes:
        recording_id: the hash of its bytes, until it is known to be a recording that was met in other ones.
        sound: the hash of its sound, where that was taken because a known one begins so.
    """

    source: Source
    recording_id: str | None
    seconds: float
    problem: Problem | None = None
    sound: str | None = None

    @property
    def follows(self) -> bool:
        """Whether it has the sound of a recording that was met in a file of other bytes."""
        return self.sound is not None and self.recording_id not in (None, self.source.content)


@dataclass(frozen=True)
class Recording:
    """One content with every URI that holds it; the first names it, and the first that can be decoded is."""

    recording_id: str
    sources: tuple[Source, ...]
    seconds: float

    @property
    def language(self) -> str | None:
        """Code of what is spoken: of the first of its files that says so."""
        return next((source.language for source in self.sources if source.language), None)

    @property
    def files(self) -> tuple[Source, ...]:
        """Every file that holds it or a part of it."""
        return tuple(file for source in self.sources for file in source.files)


@dataclass(frozen=True)
class Outcome:
    """What became of a file: its ``files.status`` and ``files.notes``, None where an earlier version wrote none."""

    status: str
    notes: tuple[str, ...] | None = ()


@dataclass(frozen=True)
class Shard:
    """The recordings whose rows share one file a table.  The name is the same in every try.

    Attributes:
        failed: sources that could not be read.
        copies: recordings whose content the corpus holds already, each with what became of it.
    """

    name: str
    recordings: tuple[Recording, ...]
    failed: tuple[Known, ...] = ()
    copies: tuple[tuple[Recording, Outcome], ...] = ()

    @property
    def seconds(self) -> float:
        return sum(r.seconds for r in self.recordings)


@dataclass(frozen=True)
class Place:
    """Which stretch of which recording; ``language`` is the recording's, where the user's columns say one."""

    uri: str
    recording_id: str
    channel: int
    start_ms: int
    end_ms: int
    language: str | None = None

    @property
    def id(self) -> str:
        """``recording_id/channel/start_ms``: the key of a window or a segment."""
        return f"{self.recording_id}/{self.channel}/{self.start_ms}"


@dataclass(frozen=True)
class Pitch:
    """The pitch of some frames of a channel.  Its frames are 64 ms long and centred on its samples 0, 160, 320...

    Attributes:
        f0_hz: float32 [n_frames] in about [65, 500], ``librosa.yin`` of the frame: a number for
            unvoiced frames too, where it means nothing; NaN under -120 dBFS, where there is no sound.
        voicing: float32 [n_frames] in [0, 1], 1 - aperiodicity.  The aperiodicity is YIN's
            cumulative-mean-normalised difference at the chosen lag, each difference being the
            *mean* over the pairs of samples that the frame has.  (librosa's difference counts the
            samples that have no partner inside the frame as well: its own value for a perfectly
            periodic voice grows from 0.03 at 300 Hz to 0.12 at 66 Hz.)  A constant offset leaves
            it as it is.  0 under -120 dBFS, and for a tone, which has fewer than three harmonics.
    """

    f0_hz: np.ndarray
    voicing: np.ndarray


@dataclass(frozen=True)
class Window:
    """A stretch of the fixed grid with its samples at each rate that a stage asked for.

    ``context`` holds, at 16 kHz, the window with the samples beside it that frames centred inside
    the window reach into (zeros beyond the ends of the recording).  ``pitch`` is that of the
    frames centred inside the window, where a stage asked for it.
    """

    place: Place
    audio: Mapping[int, np.ndarray]
    context: np.ndarray
    pitch: Pitch | None = None


@dataclass(frozen=True)
class Segment:
    """A stretch of speech at 16 kHz with the speech probability of each of its VAD frames.

    ``pitch`` is that of the frames of the channel that are centred inside it, where a stage asked for it.  ``bleed_of``
    is the channel that holds this speech louder, where it is but heard through another's microphone.
    """

    place: Place
    samples: np.ndarray
    speech: np.ndarray
    pitch: Pitch | None = None
    bleed_of: int | None = None


@dataclass(frozen=True)
class Clip:
    """What a model hears: mono samples at ``rate``, and the segment that they were cut from.

    ``speech_probability`` is the mean of the detector's over a segment; None of what is none.
    """

    place: Place
    samples: np.ndarray
    rate: int
    parent: str | None = None
    speech_probability: float | None = None


@dataclass(frozen=True)
class Talk:
    """Segments of one channel with the audio between them, and the detector's mean over each where anybody asks."""

    place: Place
    samples: np.ndarray
    rate: int
    segments: tuple[Place, ...]
    speech: tuple[float, ...] = ()


@dataclass(frozen=True)
class Scores:
    """A probability for each class, float32 [n_labels], in the order of ``labels``."""

    labels: tuple[str, ...]
    probabilities: np.ndarray


@dataclass(frozen=True)
class Failure:
    """What a model gives in place of a result for a clip that it could not take."""

    reason: Reason
    message: str


@dataclass(frozen=True)
class Rows:
    """Arrow rows on their way into the file of one shard and table; ``closes`` says that no more of them follow."""

    table: str
    shard: str
    batch: pa.RecordBatch | None = None
    closes: bool = False
