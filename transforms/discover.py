"""From what a user named to the list of sources: files, folders, globs."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from glob import has_magic
from pathlib import Path

from schemas.records import Source

NOT_RECORDINGS = frozenset(
    ".csv .tsv .txt .md .rst .json .jsonl .yaml .yml .toml .ini .xml .html .htm .css .js .py .ipynb .r .rmd .do .sav "
    ".pdf .doc .docx .odt .rtf .xls .xlsx .ods .ppt .pptx .parquet .sqlite .db .srt .vtt .textgrid .eaf .lab "
    ".jpg .jpeg .png .gif .bmp .svg .tif .tiff .webp .log .sha256 .md5".split()
)
"""Extensions that a folder of recordings has beside them.  A file is taken all the same where it is named, or a
glob ends with its extension."""


@dataclass(frozen=True)
class Discovery:
    """The sources in the order of their URIs, and how many files were passed over, by extension."""

    sources: tuple[Source, ...]
    passed_over: Counter[str]


def discover(patterns: Iterable[str]) -> Discovery:
    """List every file that ``patterns`` name, each once.

    A folder is walked with all its subfolders, without hidden files and files whose extension says
    that they are no recordings; links to folders are not followed, so that a loop of links ends.  A
    subfolder that cannot be listed is a source that cannot be read.

    Raises:
        FileNotFoundError: a pattern matches nothing; the message names it.
    """
    paths: dict[str, None] = {}
    passed_over: dict[str, set[str]] = {}
    for pattern in patterns:
        found = list(_match(pattern))
        if not found:
            raise FileNotFoundError(f"{pattern}: no such file or folder, and no file that it matches")
        for path in found:
            is_folder = os.path.isdir(path)
            for file in _walk(path) if is_folder else [path]:
                extension = Path(file).suffix.lower()
                if extension in NOT_RECORDINGS and (is_folder or not pattern.lower().endswith(extension)):
                    passed_over.setdefault(extension, set()).add(os.path.abspath(file))
                else:
                    paths[os.path.abspath(file)] = None
    counts = Counter({extension: len(files - paths.keys()) for extension, files in passed_over.items()})
    sources = sorted((_source(path) for path in paths), key=lambda s: s.uri)
    return Discovery(tuple(sources), +counts)


def _match(pattern: str) -> Iterator[str]:
    """What is of that name; else what the glob matches, each once though links lead to it by several ways.

    A link to a folder counts where a glob names it, but ``**`` does not follow links.
    """
    if os.path.lexists(pattern):
        yield pattern
        return
    parts = Path(pattern).expanduser().parts
    literal = next((i for i, part in enumerate(parts) if has_magic(part)), len(parts))
    root, rest = Path(*parts[:literal]), parts[literal:]
    if not rest:
        yield from [str(root)] if os.path.lexists(root) else []
        return
    wants_hidden = any(part.startswith(".") for part in rest)
    once: dict[tuple[str, str], str] = {}
    # pathlib's ** does not follow links; glob's does, 40 times round a loop.
    found = root.glob(os.path.join(*(part if part == "**" else re.sub(r"\*+", "*", part) for part in rest)))
    for path in sorted(found, key=lambda p: (len(p.parts), p)):
        if wants_hidden or not any(part.startswith(".") for part in path.parts[literal:]):
            if "**" in rest and path.is_symlink() and path.is_dir():
                continue
            folder, name = (path, "") if path.is_dir() else (path.parent, path.name)
            once.setdefault((os.path.realpath(folder), name), str(path))
    yield from once.values()


def _walk(folder: str) -> Iterator[str]:
    unlisted: list[str] = []
    for parent, folders, files in os.walk(folder, onerror=lambda error: unlisted.append(error.filename)):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        yield from (os.path.join(parent, f) for f in sorted(files) if not f.startswith("."))
    yield from unlisted


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
