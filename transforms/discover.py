"""From what a user named to the list of sources: files, folders, globs."""

from __future__ import annotations

import glob
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from schemas.records import Source

NOT_RECORDINGS = frozenset(
    ".csv .tsv .txt .md .rst .json .jsonl .yaml .yml .toml .ini .xml .html .htm .css .js .py .ipynb .r .rmd .do .sav "
    ".pdf .doc .docx .odt .rtf .xls .xlsx .ods .ppt .pptx .parquet .sqlite .db .srt .vtt .textgrid .eaf .lab "
    ".jpg .jpeg .png .gif .bmp .svg .tif .tiff .webp .log .sha256 .md5".split()
)
"""Extensions that a folder of recordings has beside them.  A file named outright is always taken."""


@dataclass(frozen=True)
class Discovery:
    """The sources in the order of their URIs, and how many files were passed over, by extension."""

    sources: tuple[Source, ...]
    passed_over: Counter[str]


def discover(patterns: Iterable[str]) -> Discovery:
    """List every file that ``patterns`` name, each once.

    A folder is walked with all its subfolders, without hidden files and files whose extension says
    that they are no recordings; links to folders are not followed, so that a loop of links ends.

    Raises:
        FileNotFoundError: a pattern matches nothing; the message names it.
    """
    paths: dict[str, None] = {}
    passed_over: Counter[str] = Counter()
    for pattern in patterns:
        found = list(_match(pattern))
        if not found:
            raise FileNotFoundError(f"{pattern}: no such file or folder, and no file that it matches")
        for path in found:
            if os.path.isdir(path):
                for file in _walk(path):
                    if Path(file).suffix.lower() in NOT_RECORDINGS:
                        passed_over[Path(file).suffix.lower()] += 1
                    else:
                        paths[os.path.abspath(file)] = None
            else:
                paths[os.path.abspath(path)] = None
    sources = sorted((_source(path) for path in paths), key=lambda s: s.uri)
    return Discovery(tuple(sources), passed_over)


def _match(pattern: str) -> Iterator[str]:
    if os.path.lexists(pattern):
        yield pattern
    else:
        yield from sorted(glob.iglob(os.path.expanduser(pattern), recursive=True))


def _walk(folder: str) -> Iterator[str]:
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        yield from (os.path.join(parent, f) for f in sorted(files) if not f.startswith("."))


def _source(path: str) -> Source:
    try:
        status = os.stat(path)
        size, modified = status.st_size, status.st_mtime_ns
    except OSError:  # a dangling link, or gone since it was listed: identify() will say why
        size, modified = 0, 0
    return Source(uri=uri_of(path), path=path, bytes=size, modified_ns=modified)


def uri_of(path: str) -> str:
    """The path as text: bytes of a name that are not UTF-8 are written as ``\\xNN``."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
