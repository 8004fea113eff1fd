"""A model behind one call, whatever it is: what every stage knows of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np

from schemas.dimensions import Dimensions
from schemas.records import Scores
from schemas.transcript import Transcript

Result = Transcript | Scores | Dimensions | np.ndarray
"""What a door gives for a clip: a transcript, class probabilities, emotion dimensions, or a float32 vector of unit
length."""


class Door(Protocol):
    """A model behind one call, in inference mode.  Threads may call it at the same time.

    Attributes:
        model_id: ``name@revision/precision``, with ``-openvino`` or ``-ctranslate2`` where these compute.
        rate: the sampling rate in Hz that the clips must have.
        min_samples: the shortest clip that the family gives a finite result for.
        max_seconds: the longest clip that is heard whole; None without a limit.
        padded_seconds: the length that every shorter clip is brought to before the model; None for a
            family that takes the waveform as long as it is.
        pads: such a family takes clips of nearly one length at once, padded to the longest; else a
            batch for it holds clips of one length.

    A door that reads long clips in chunks also has what :class:`transforms.models.chunks.InChunks` says.
    """

    model_id: str
    rate: int
    min_samples: int
    max_seconds: float | None
    padded_seconds: float | None
    pads: bool

    def __call__(self, clips: Sequence[np.ndarray]) -> Sequence[Result]:
        """Results in the order of the clips, each what the reference gives for that clip alone.

        Args:
            clips: float32 mono samples in [-1, 1], of any mix of lengths from ``min_samples`` on.
        """
        ...


@runtime_checkable
class Speaks(Protocol):
    """What a door has besides its call if it may be told in which language a clip is."""

    def speaking(self, language: str) -> Door:
        """The same model, told that the clips are in this language; as it is where it does not know the language.

        Args:
            language: a code, as :mod:`transforms.languages` writes it.
        """
        ...


@runtime_checkable
class Begins(Protocol):
    """What a door has besides its call if its device may compute while the host does something else.

    ``door(clips)`` is ``door.begin(clips)()``; of a door that is :class:`~transforms.models.chunks.InChunks`,
    ``door.read(chunks)`` is ``door.begin(chunks)()``.
    """

    def begin(self, clips: Sequence[np.ndarray]) -> Callable[[], Sequence[Any]]:
        """Hand a batch to the device; what comes back waits for it and gives what is in each clip.

        Each may raise what the device says; what does not fit into its memory is known here already.
        """
        ...


@dataclass(frozen=True)
class Description:
    """What a checkpoint says of itself.

    Attributes:
        kind: one of the values of :data:`KINDS`.
        rate: the sampling rate of its input in Hz.
        dimension: the length of its vectors; None where it gives none.
        labels: its classes in the order of the probabilities; empty where it has none.
        multi_label: the probabilities are independent of each other instead of shares of 1.
        talk_seconds: the longest talk that segments are joined to for it; None where it hears each alone.
        languages: codes of those that it can be told to transcribe in; empty where it writes any code beside its texts.
        licence: as its model card states it; nothing where it states none, or is not there.
    """

    kind: str
    rate: int
    dimension: int | None = None
    labels: tuple[str, ...] = ()
    multi_label: bool = False
    talk_seconds: float | None = None
    languages: tuple[str, ...] = ()
    licence: str = ""
