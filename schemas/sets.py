"""The named sets of checkpoints: what ``--models`` chooses between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from schemas.jobs import JOBS

SetName = Literal["base", "fast", "accurate", "multilingual", "verbatim", "demo"]
SET_NAMES: tuple[SetName, ...] = get_args(SetName)

DEMO = "demo"
"""The set whose checkpoints lie in the source of Earwitness, and not on the Hub."""


@dataclass(frozen=True)
class Set:
    """Checkpoints that are chosen together.

    Attributes:
        gives: what one gets with it, in a few words.
        instead: the checkpoint of a job where it is not that of :attr:`schemas.jobs.Job.base`, a name on the Hub.
    """

    name: SetName
    gives: str
    instead: Mapping[str, str] = field(default_factory=dict)

    @property
    def checkpoints(self) -> dict[str, str]:
        """By job; jobs that have to be asked for by name are left out, but for those that the set names."""
        return {
            name: self.instead.get(name, job.base)
            for name, job in JOBS.items()
            if name in self.instead or not job.asked_for_by_name
        }


SETS: dict[str, Set] = {
    one.name: one
    for one in (
        Set("base", "the default: small; weak where people talk to each other"),
        Set(
            "fast",
            "English; small, with about a third of the errors of base",
            {"transcripts": "openai/whisper-base.en"},
        ),
        Set(
            "accurate",
            "the fewest errors of these; 25 languages of Europe, found by itself",
            {"transcripts": "nvidia/parakeet-tdt-0.6b-v3"},
        ),
        Set(
            "multilingual",
            "99 languages, one or several in a corpus; a table of languages",
            {"transcripts": "openai/whisper-large-v3-turbo", "languages": "openai/whisper-small"},
        ),
        Set(
            "verbatim",
            "every um and false start; for research only",
            {"transcripts": "nyrahealth/CrisperWhisper"},
        ),
    )
}
"""Those of published checkpoints, in the order of the docs.  The one of the demo has folders, not names."""
