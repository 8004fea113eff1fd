"""A long clip read in chunks that overlap, of which the middle parts are kept."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar, runtime_checkable

import numpy as np

from schemas.transcript import Transcript
from transforms.models.features import as_clips

if TYPE_CHECKING:
    from transforms.models.door import Result


@dataclass(frozen=True)
class Chunking:
    """How a waveform is cut into chunks, and how what was found in their frames becomes one again.

    The geometry is that of ``pipeline("automatic-speech-recognition")`` with ``chunk_length_s`` and
    ``stride_length_s``: a chunk hears ``stride`` samples on both sides of what is kept of it, save
    at the ends of the clip.

    Attributes:
        length: samples in a chunk; the last one may be shorter, but is longer than two strides.
        stride: samples that are heard beside the part that is kept.
        ratio: samples from one frame to the next; ``length`` and ``stride`` are multiples of it.

    Raises:
        ValueError: they are not, or two strides leave nothing of a chunk.
    """

    length: int
    stride: int
    ratio: int

    def __post_init__(self) -> None:
        if self.length % self.ratio or self.stride % self.ratio or not 0 < 2 * self.stride < self.length:
            raise ValueError(f"chunks of {self.length} samples with strides of {self.stride} do not fit {self.ratio}")

    @classmethod
    def of_seconds(cls, seconds: float, rate: int, ratio: int) -> Chunking:
        """Chunks of so many seconds with a sixth of that as the stride, the pipeline's default."""
        return cls(round(seconds * rate / ratio) * ratio, round(seconds / 6 * rate / ratio) * ratio, ratio)

    def split(self, samples: np.ndarray) -> list[np.ndarray]:
        """The chunks of a clip [n], as views; the clip itself where it is no longer than a chunk."""
        step = self.length - 2 * self.stride
        starts = range(0, max(1, len(samples) - self.length + step), step)
        return [samples[start : start + self.length] for start in starts]

    def whole(self, seconds: Sequence[float], rate: int) -> float:
        """Seconds of the clip whose chunks have so many."""
        return sum(seconds) - 2 * self.stride / rate * (len(seconds) - 1)

    def join(self, parts: Sequence[np.ndarray]) -> np.ndarray:
        """The frames of the clip, [n_frames, ...], from all frames of each of its chunks."""
        inset, end, last = self.stride // self.ratio, (self.length - self.stride) // self.ratio, len(parts) - 1
        return np.concatenate(
            [part[inset if i else 0 : end if i < last else len(part)] for i, part in enumerate(parts)]
        )


@runtime_checkable
class InChunks(Protocol):
    """What a door has besides its call if it reads long clips in chunks.

    Batches are then made of chunks, so that a long clip needs no more memory than an ordinary one.
    ``door([clip])`` is ``[door.join(door.read(door.split(clip)))]``.
    """

    def split(self, clip: np.ndarray) -> list[np.ndarray]:
        """The chunks of a clip; of an ordinary one, itself."""
        ...

    def read(self, chunks: Sequence[np.ndarray]) -> Sequence[Any]:
        """What is in each chunk, whatever else is in the batch."""
        ...

    def join(self, parts: Sequence[Any]) -> Result:
        """The result for a clip from what is in all of its chunks, in their order."""
        ...


Part = TypeVar("Part")


class ReadInChunks(ABC, Generic[Part]):
    """A recogniser whose model reads chunks: what CTC and transducers have in common.

    ``Part`` is what is known of a chunk.
    """

    padded_seconds: float | None = None
    max_seconds: float | None = None
    _chunking: Chunking
    _language: str | None

    @abstractmethod
    def begin(self, clips: Sequence[np.ndarray]) -> Callable[[], list[Part]]:
        """Hand chunks to the device: see :class:`transforms.models.door.Begins`."""

    @abstractmethod
    def join(self, parts: Sequence[Part]) -> Transcript:
        """The transcript of a clip from what is known of its chunks."""

    def speaking(self, language: str) -> Self:
        """The same, which writes this language beside its texts: see :class:`transforms.models.door.Speaks`."""
        told = copy.copy(self)
        told._language = language
        return told

    def __call__(self, clips: Sequence[np.ndarray]) -> list[Transcript]:
        """One transcript for each clip, as for the clip alone."""
        split = [self.split(clip) for clip in clips]
        read = iter(self.read([chunk for chunks in split for chunk in chunks]))
        return [self.join([next(read) for _ in chunks]) for chunks in split]

    def split(self, clip: np.ndarray) -> list[np.ndarray]:
        """The chunks of a clip, float32; the whole of it up to the length of a chunk.

        Raises:
            ValueError: a clip of more than one axis.
        """
        return self._chunking.split(*as_clips([clip]))

    def read(self, chunks: Sequence[np.ndarray]) -> list[Part]:
        """What is known of each chunk, as for the chunk alone."""
        return self.begin(chunks)() if chunks else []
