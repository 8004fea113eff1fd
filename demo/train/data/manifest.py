"""A set of recordings made for training: FLAC files, and a line about each in ``manifest.jsonl``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, fields
from functools import partial
from pathlib import Path

import numpy as np
import soundfile as sf

from demo.train.data.splits import SPLITS, Split, overlaps

MANIFEST = "manifest.jsonl"
REPORT_EVERY = 200

Samples = tuple[np.ndarray, int]
"""float32 [n] in [-1, 1] and the rate in Hz."""


@dataclass(frozen=True)
class Row:
    """One recording.  ``voice``, ``sentence`` and ``clip`` each belong to one split; empty: there is none.

    Attributes:
        path: of the FLAC file in the set's folder.
        label: the class: a sound's name, a prosody class; empty where the voice or the text is what counts.
        voice: the synthesiser's voice or the person; voices that sound the same bear the same name.
        clip: the recording that this was cut from.
        text: what is said, in lower case without punctuation.
        source: who made it, with the version.
        licence: of the recording.
    """

    path: str
    split: Split
    label: str = ""
    voice: str = ""
    sentence: str = ""
    clip: str = ""
    text: str = ""
    source: str = ""
    licence: str = ""


@dataclass(frozen=True)
class Planned:
    """A row and how its recording is made."""

    row: Row
    make: Callable[[], Samples]


def check_disjoint(rows: Sequence[Row]) -> None:
    """Raise ValueError where a voice, a sentence, a clip or a file is in two splits."""
    for name in ("voice", "sentence", "clip", "path"):
        members = {split: {getattr(row, name) for row in rows if row.split == split} for split in SPLITS}
        if both := overlaps(members):
            raise ValueError(f"in more than one split: {name} {', '.join(sorted(both)[:5])}")


def produce(plan: Iterable[Planned], folder: Path, workers: int = 0, say: Callable[[str], None] = print) -> list[Row]:
    """Make what is not there yet, and the manifest last: a set whose manifest is there is whole.

    Args:
        workers: processes that make recordings; 0 for this one.

    Raises ValueError, before anything is made, where the splits overlap.
    """
    plan = list(plan)
    rows = [planned.row for planned in plan]
    check_disjoint(rows)
    for name in {(folder / row.path).parent for row in rows}:
        name.mkdir(parents=True, exist_ok=True)
    make = partial(_make, folder)
    with ProcessPoolExecutor(max(1, workers)) as pool:
        for i, _ in enumerate(pool.map(make, plan, chunksize=20) if workers else map(make, plan)):
            if (i + 1) % REPORT_EVERY == 0 or i + 1 == len(plan):
                say(f"{folder.name}: {i + 1} of {len(plan)} recordings")
    lines = [json.dumps({key: value for key, value in asdict(row).items() if value}) + "\n" for row in rows]
    (folder / MANIFEST).write_text("".join(lines), "utf-8")
    return rows


def _make(folder: Path, planned: Planned) -> None:
    path = folder / planned.row.path
    if path.exists():
        return
    samples, rate = planned.make()
    unfinished = path.with_suffix(".part")
    sf.write(unfinished, samples, rate, subtype="PCM_16", format="FLAC")
    unfinished.rename(path)


def read_manifest(folder: Path) -> list[Row]:
    """The rows of a set that was made before.  Raises ValueError for a column that is not known."""
    known = {field.name for field in fields(Row)}
    rows = []
    for line in (folder / MANIFEST).read_text("utf-8").splitlines():
        values = json.loads(line)
        if unknown := values.keys() - known:
            raise ValueError(f"{folder / MANIFEST}: unknown columns {', '.join(sorted(unknown))}")
        rows.append(Row(**values))
    return rows


def read_samples(folder: Path, row: Row) -> Samples:
    """The recording of a row, float32 [n], and its rate in Hz."""
    return sf.read(folder / row.path, dtype="float32")
