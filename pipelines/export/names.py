"""Names for the files of recordings: safe on every system, and no two alike."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping

LONGEST = 120
"""Bytes of a recording's own name in the name of its file: file systems take 255 in all."""
UNSAFE = re.compile(r"[^\w.\- ]")
"""All but letters and digits of any script, ``_``, ``.``, ``-`` and the space."""


def file_names(recordings: Mapping[str, str]) -> dict[str, str]:
    """A name without an ending for each recording: its file's name and the first 8 digits of its id.

    The name of a recording does not depend on what else is in the corpus, unless two share both: these have their
    whole ids.

    Args:
        recordings: ids and URIs.
    """
    short = {key: f"{stem_of(uri)}.{key[:8]}" for key, uri in recordings.items()}
    many = Counter(name.casefold() for name in short.values())  # `Call` and `call` are one file on some systems
    return {
        key: f"{stem_of(uri)}.{key}" if many[short[key].casefold()] > 1 else short[key]
        for key, uri in recordings.items()
    }


def stem_of(uri: str) -> str:
    """The file's name without its ending, as it can stand in a name on every system; at most LONGEST bytes."""
    name = unicodedata.normalize("NFC", uri.rpartition("/")[2])
    stem = UNSAFE.sub("_", name.rpartition(".")[0] or name)
    cut = stem.encode()[:LONGEST].decode(errors="ignore")
    return cut.strip(". ") or "recording"  # a dot hides a file, and Windows takes none at the end
