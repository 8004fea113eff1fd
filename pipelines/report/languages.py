"""How many hours of speech there are in which language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pyarrow.compute as pc

from pipelines.console.numbers import counted, hours_in_words
from pipelines.store.read import Snapshot
from transforms.languages import name_of

TOLD = 12
"""Languages that are named; the hours of the others are added up."""
SURE = 0.5
"""A probability from which a language is likelier than all others together."""


class Spoken(NamedTuple):
    """Hours of speech by language.

    Attributes:
        table: which says so: ``languages`` where the corpus has it, else ``transcripts``.
        hours: by code, the most first; None for speech whose language nobody named.
        sure: share of the hours whose language has a probability of SURE or more; None in ``transcripts``.
    """

    table: str
    hours: dict[str | None, float]
    sure: float | None


def spoken_in(snapshot: Snapshot) -> Spoken | None:
    """Of all segments that have a row; None where the corpus has none."""
    table = next((name for name in ("languages", "transcripts") if snapshot.count(name)), None)
    if table is None:
        return None
    rows = snapshot.rows(table, ["language", "start_ms", "end_ms", "confidence"])
    rows = rows.append_column("ms", pc.subtract(rows["end_ms"], rows["start_ms"]))
    summed = rows.group_by("language").aggregate([("ms", "sum")]).to_pylist()
    hours = {row["language"]: row["ms_sum"] / 3.6e6 for row in sorted(summed, key=lambda row: -row["ms_sum"])}
    sure = None
    if table == "languages" and (whole := pc.sum(rows["ms"]).as_py()):
        sure = (pc.sum(rows.filter(pc.greater_equal(rows["confidence"], SURE))["ms"]).as_py() or 0) / whole
    return Spoken(table, hours, sure)


def named(spoken: Spoken) -> list[tuple[str, float]]:
    """Languages in words with their hours, the most first; what is beyond TOLD in one row."""
    rows = [(f"{name_of(code)} ({code})" if code else "not named", hours) for code, hours in spoken.hours.items()]
    if more := rows[TOLD:]:
        return [*rows[:TOLD], (counted(len(more), "other language"), sum(hours for _, hours in more))]
    return rows


def given(config: Mapping[str, Any]) -> str:
    """In which language transcripts were asked for, as a part of a sentence."""
    code, column = config.get("language"), config.get("language_column")
    if column:
        others = f"in {name_of(code)} ({code})" if code else "with no language given"
        return f", in the language that the column {column} of the metadata says of each file, and others {others}"
    return f", for {name_of(code)} ({code})" if code else ", with no language given"


def told(snapshot: Snapshot) -> Iterator[str]:
    """A sentence for the methods section; none where no language is named."""
    spoken = spoken_in(snapshot)
    if spoken is None or not any(spoken.hours):
        return
    listed = ", ".join(f"{hours_in_words(hours)} {name}" for name, hours in named(spoken))
    if spoken.sure is None:
        yield f"Speech by the language of its transcript, which was given or detected: {listed}."
    else:
        yield (
            f"Speech by the likeliest language of each segment: {listed}; of these hours {spoken.sure:.0%} have a "
            f"probability of {SURE:g} or more, which is the model's own and was not checked against people."
        )
