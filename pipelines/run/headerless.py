"""What a user is told of files whose names do not say how they are written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from pipelines.console.numbers import counted
from schemas.raw import UNSURE, Raw, extension_of
from schemas.records import Source


def notes_on_raw(sources: Sequence[Source], raw: Raw) -> Iterator[str]:
    """Lines for a person: extensions that leave the rate open, and what ``--raw`` names in vain."""
    found = Counter(extension_of(source.path) for source in sources)
    for extension, other in UNSURE.items():
        name = f"x{extension}"
        if found[extension] and raw.said_of(name) is None:
            files = f"{counted(found[extension], 'file')} ({extension})"
            other_way = f"--raw {extension}={other}"
            yield f"{files} read as {raw.of(name)} if without a header: if it is another, say so: {other_way}"
    for extension in raw.named:
        if not found[extension]:
            yield f"--raw {extension}={raw.named[extension]}: no file of this run has that extension"
