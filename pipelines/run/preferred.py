"""What becomes of a vocabulary in a run: whether its checkpoint takes it, and which of its words change nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from schemas.vocabulary import Vocabulary
from transforms.models.vocabulary import BEAM_SEARCH, PROMPT, take

JOB = "transcripts"
NAMED = 20
"""Words that a note names; the table ``runs`` has all."""
WHY = {
    BEAM_SEARCH: "for the checkpoint lacks letters of them",
    PROMPT: "for the prompt has no room for more",
}
"""Why words cannot be used, by how the others are."""


def taken_by(vocabulary: Vocabulary, checkpoints: Mapping[str, str], kinds: Mapping[str, str]) -> Vocabulary:
    """The vocabulary with what the checkpoint of the transcripts makes of it; as it is where a run makes none.

    Args:
        checkpoints, kinds: by job.

    Raises:
        ModelError: the checkpoint can prefer no words.
    """
    if not vocabulary.words or JOB not in checkpoints:
        return vocabulary
    taken = take(JOB, checkpoints[JOB], kinds[JOB], vocabulary.words)
    return replace(vocabulary, way=taken.way, unused=taken.unused)


def notes_on(vocabulary: Vocabulary, *, makes_transcripts: bool) -> list[str]:
    """What the user should know of it before a run."""
    if not vocabulary.words:
        return []
    if not makes_transcripts:
        return [f"the vocabulary, {vocabulary}, changes nothing: this run makes no transcripts"]
    notes = [f"transcripts prefer {vocabulary}, by a {vocabulary.way}"]
    if vocabulary.unused:
        named = ", ".join(vocabulary.unused[:NAMED])
        more = len(vocabulary.unused) - NAMED
        left = f" and {more:,} more" if more > 0 else ""
        notes.append(f"{len(vocabulary.unused):,} of them cannot be used, {WHY[vocabulary.way]}: {named}{left}")
    return notes
