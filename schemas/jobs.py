"""The jobs that models do, each declared once: which models can do it, what it hears, what is said of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Stream = Literal["windows", "segments", "clips", "talks"]
STREAMS: tuple[Stream, ...] = get_args(Stream)
"""What a recording is cut into, to be made rows of: a fixed grid, speech between pauses, short pieces of that, and
several of them joined."""


@dataclass(frozen=True)
class Job:
    """What a model can be asked to do.  The answers fill the table of the job's name.

    The demo's checkpoint of a job is the folder of its name in ``demo/models``, where it has one.

    Attributes:
        kinds: the kinds of model that can do it, as :data:`transforms.models.kinds.KINDS` names them.
        hears: what the model is given.
        base: the checkpoint of ``--models base``, a name on the Hugging Face Hub.
        sentence: what the methods section says before it names the checkpoints.
        asked_for_by_name: ``--models base`` leaves it out; ``base`` is then what the docs propose.
        in_demo: ``--models demo`` has a checkpoint for it.
        most_seconds: of what it hears, the model is given so much, from the beginning; None for all of it.
    """

    name: str
    kinds: tuple[str, ...]
    hears: Stream
    base: str
    sentence: str
    asked_for_by_name: bool = False
    in_demo: bool = True
    most_seconds: float | None = None


JOBS: dict[str, Job] = {
    job.name: job
    for job in (
        Job(
            name="transcripts",
            kinds=("ctc", "transducer", "whisper"),
            hears="segments",
            base="facebook/wav2vec2-base-960h",
            sentence="Speech was transcribed, with times and confidence of each word, by",
        ),
        Job(
            name="languages",
            kinds=("classifier", "whisper"),
            hears="segments",
            base="facebook/mms-lid-126",
            sentence="The language of each segment was identified by",
            asked_for_by_name=True,  # its checkpoint may not be used commercially
            in_demo=False,
            most_seconds=30.0,  # of speech without a pause, one hour costs no more than half a minute
        ),
        Job(
            name="emotions",
            kinds=("classifier",),
            hears="clips",
            base="superb/hubert-base-superb-er",
            sentence="The class of emotion that the voice sounds most like was estimated by",
        ),
        Job(
            name="dimensions",
            kinds=("regressor",),
            hears="clips",
            base="audeering/wav2vec2-large-robust-12-ft-emotion-msp-dim",
            sentence="How aroused, dominant and positive the voice sounds (emotion dimensions) was estimated by",
            asked_for_by_name=True,  # its checkpoint may not be used commercially
            in_demo=False,
        ),
        Job(
            name="sounds",
            kinds=("classifier",),
            hears="windows",
            base="MIT/ast-finetuned-audioset-10-10-0.4593",
            sentence="Sound events were classified by",
        ),
        Job(
            name="embeddings",
            kinds=("embedder",),
            hears="windows",
            base="laion/clap-htsat-unfused",
            sentence="Vectors that sound and text share (CLAP) were computed by",
        ),
        Job(
            name="speakers",
            kinds=("xvector",),
            hears="clips",
            base="microsoft/wavlm-base-plus-sv",
            sentence="Vectors of the voice were computed by",
            asked_for_by_name=True,  # voice prints are personal data
        ),
    )
}
"""Every job by its name, in the order of the catalog."""
