"""Where a command may write what it was asked for: over nothing of a corpus, and over no recording."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipelines.console.numbers import counted
from pipelines.corpus.asked import Corpus
from pipelines.errors import CommandError
from pipelines.store.place import is_corpus
from schemas.errors import UsageError
from schemas.layout import CURRENT, OURS, PASSING, REPORT
from transforms.discover import uri_of


def check_targets(corpus: Corpus, paths: Sequence[Path], option: str = "--to", *, pages: bool = False) -> None:
    """Refuse files that are to be written where that would do harm.

    Args:
        corpus: the one that is asked; the folders of others are known by themselves.
        paths: of the files, whether they are there or not.
        pages: whether they are the report's, which may lie in the corpus's folder of that name.

    Raises:
        UsageError: one lies at a name of ours in the folder of a corpus, or below one; one is a recording of the
            corpus, by whatever name.
    """
    own = corpus.snapshot.parent.parent
    for path in paths:
        for place in _places(path):
            for at in (place, *place.parents[:-1]):
                if not _is_ours(at.name) or (pages and at == own / REPORT):
                    continue
                if at.parent == own or is_corpus(at.parent):
                    raise UsageError(f"{option} {path}: {at} is the corpus's own: name another place")
    if (found := next(_recordings(corpus, paths), None)) is not None:
        raise UsageError(f"{option} {found[0]}: that is the recording {found[1]}: name another file")


def refuse_to_overwrite(paths: Sequence[Path]) -> None:
    """Leave files alone that are there: nobody said that they may go.

    Raises:
        CommandError: there are some.
    """
    there = [path for path in paths if os.path.lexists(path)]
    if there:
        more = f" and {counted(len(there) - 1, 'more file')}" if len(there) > 1 else ""
        raise CommandError(f"{there[0]}{more} would be written over: name another folder, or say --force")


def _places(path: Path) -> set[Path]:
    """Where the file will lie, and what it is if it is a link."""
    return {Path(os.path.realpath(path.parent)) / path.name, Path(os.path.realpath(path))}


def _is_ours(name: str) -> bool:
    """Also in other letters: many file systems take ``Current`` for ``current``."""
    plain = unicodedata.normalize("NFC", name).casefold()
    return plain in OURS or plain.startswith((PASSING, f".{CURRENT}-"))


def _recordings(corpus: Corpus, paths: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """Those of the files that the corpus holds, with their URIs.

    Hard links, and paths that are written otherwise, are found among the files of their size: to look at each of a
    large archive would take minutes.
    """
    spelt = {uri_of(one): path for path in paths for one in (os.path.abspath(path), os.path.realpath(path))}
    for (uri,) in corpus.sql(
        "SELECT uri FROM recordings WHERE list_contains(?::VARCHAR[], uri)", [list(spelt)]
    ).fetchall():
        yield spelt[uri], uri
    if "files" not in corpus.files:
        return
    there = [(path, path.stat()) for path in paths if path.is_file()]
    question = "SELECT uri FROM files WHERE list_contains(?::VARCHAR[], uri) OR list_contains(?::BIGINT[], bytes)"
    for (uri,) in corpus.sql(question, [list(spelt), [known.st_size for _, known in there]]).fetchall():
        if uri in spelt:
            yield spelt[uri], uri
        for path, known in there:
            try:
                if os.path.samestat(os.stat(uri), known):
                    yield path, uri
            except (OSError, ValueError):  # it is gone, or its name is no text
                continue
