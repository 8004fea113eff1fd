"""A file of words and names that a recogniser is to prefer, one a line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipelines.errors import why
from pipelines.files.encoding import decode, line_of
from pipelines.files.text import NO_TEXT
from schemas.errors import UsageError
from schemas.vocabulary import LONGEST, NONE

MOST_BYTES = 4 << 20


def read_vocabulary(named: str) -> dict[str, Any]:
    """The words of a file, as the configuration has them: ``none`` is a list without words.

    Lines without anything, and those that begin with ``#``, are no words.

    Raises:
        UsageError: it cannot be read, is no text in UTF-8 or UTF-16, or holds no words.
    """
    if named == NONE:
        return {"file": None, "words": []}
    path = Path(named).expanduser()
    where = f"--vocabulary {named}"
    try:
        if not path.is_file():
            raise UsageError(
                f"{where}: {'it is no file' if path.exists() else 'no such file'}: a list, one word a line"
            )
        if path.stat().st_size > MOST_BYTES:
            raise UsageError(f"{where}: over {MOST_BYTES >> 20} MB, which is no list of words, one a line")
        decoded = decode(path.read_bytes(), where)
    except OSError as error:
        raise UsageError(f"{where}: {why(error)}") from error
    if decoded.guessed:
        raise UsageError(f"{where}: it is not UTF-8 ({decoded.name}, by its looks): save it as UTF-8")
    if found := NO_TEXT.search(decoded.text):
        raise UsageError(f"{where}, line {line_of(decoded.text, found.start())}: half a character: save it as UTF-8")
    words = []
    for number, line in enumerate(decoded.text.splitlines(), 1):
        word = " ".join(line.split())
        if len(word) > LONGEST:
            raise UsageError(f"{where}, line {number}: more than {LONGEST} characters: one word or name a line")
        if word and not word.startswith("#"):
            words.append(word)
    if not words:
        raise UsageError(f"{where}: it holds no words: one a line, or --vocabulary none")
    return {"file": path.name, "words": words}
