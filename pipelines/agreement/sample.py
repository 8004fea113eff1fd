"""A stratified sample of segments, as a sheet that people fill in."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict, deque
from collections.abc import Sequence
from pathlib import Path

from pipelines.agreement.coders import check_coders
from pipelines.corpus.appearances import Count
from pipelines.corpus.asked import open_corpus
from pipelines.corpus.doubtful import Doubtful
from pipelines.corpus.segments import Heard, segments_of
from pipelines.corpus.target import check_targets
from pipelines.errors import CommandError, why
from pipelines.files.atomic import whole_file
from pipelines.files.cells import spreadsheet
from schemas.errors import UsageError

COLUMNS = ("segment_id", "file", "channel", "start", "end", "group")
MACHINES = ("machine_transcript", "machine_emotion", "machine_doubtful")
"""Then come these, unless people are not to see them, and ``CODER_transcript`` and ``CODER_emotion`` of each coder.
Times in seconds.
"""


def sample(
    out: Path,
    to: Path,
    *,
    n: int = 200,
    by: str | None = None,
    seed: int = 0,
    coders: Sequence[str] = ("coder1",),
    blind: bool = False,
    count: Count = "recordings",
    doubtful: Doubtful = "in",
) -> Counter[str]:
    """Draw ``n`` segments, as many from each group as can be, and write the sheet.

    The same seed draws the same segments; segments that are added to the corpus take the place of few others.

    Args:
        by: a column of ``recordings``, whose values are the groups; segments without a value are a group of their own.
            One whose files lie in several groups may be drawn for any of them, and is drawn once.
        coders: names; each has columns of their own.
        blind: leave the machine's answers out.
        count: ``files``: a segment has a lot for each file that holds it, so that what many hold is likelier drawn.
        doubtful: draw from segments with transcripts that may be made up, too, or from no others, or not from these.

    Returns:
        How many were drawn of each group.

    Raises:
        CommandError: no corpus, no segments; the sheet is there already or cannot be written.
        UsageError: an ``n`` below 1, an unknown column, bad names of coders, a sheet that is not called ``.csv`` or
            would lie in the corpus.
    """
    if to.suffix.lower() != ".csv":
        raise UsageError(f"--to {to}: the sheet is CSV, call it .csv")
    if n < 1:
        raise UsageError(f"--n {n}: expected 1 or more")
    check_coders(coders)
    with open_corpus(out) as corpus:
        check_targets(corpus, [to])
        drawn = draw(segments_of(corpus, by, count=count, doubtful=doubtful), n, seed, count)
    own = [f"{coder}_{what}" for coder in coders for what in ("transcript", "emotion")]
    try:
        with whole_file(to, over=False) as file, spreadsheet(file) as sheet:
            sheet.row([*COLUMNS, *(() if blind else MACHINES), *own])
            for heard in drawn:
                answers = [] if blind else [heard.transcript or "", heard.emotion or "", " ".join(heard.doubtful)]
                sheet.row([*_cells(heard), *answers, *[""] * len(own)])
    except FileExistsError:
        raise CommandError(f"{to} is there already: name another file") from None
    except OSError as error:
        raise CommandError(f"{to}: {why(error)}") from None
    return Counter(heard.group for heard in drawn)


def draw(segments: Sequence[Heard], n: int, seed: int, count: Count = "recordings") -> list[Heard]:
    """``n`` of the segments, or all: as many from each group as can be, each once, in random order."""

    def lot(heard: Heard) -> bytes:
        named = f"{heard.segment_id}/{heard.file}" if count == "files" else heard.segment_id
        return hashlib.sha256(f"{seed}/{named}".encode()).digest()

    groups: dict[str, deque[Heard]] = defaultdict(deque)
    for heard in sorted(segments, key=lot):
        groups[heard.group].append(heard)
    drawn: dict[str, Heard] = {}
    while groups and len(drawn) < n:
        for group in sorted(groups, key=lambda name: lot(groups[name][0])):
            while groups[group] and groups[group][0].segment_id in drawn:
                groups[group].popleft()
            if groups[group] and len(drawn) < n:
                heard = groups[group].popleft()
                drawn[heard.segment_id] = heard
        groups = {name: those for name, those in groups.items() if those}
    return sorted(drawn.values(), key=lot)


def _cells(heard: Heard) -> list[str]:
    times = [f"{heard.start_ms / 1000:.3f}", f"{heard.end_ms / 1000:.3f}"]
    return [heard.segment_id, heard.file, str(heard.channel), *times, heard.group]
