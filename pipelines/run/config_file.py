"""The configuration file as YAML: plain values, at a cost that its size bounds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipelines.errors import why
from pipelines.files.plain_yaml import plain_yaml
from pipelines.files.text import NO_TEXT
from schemas.errors import UsageError
from schemas.shown import shown


def read_yaml(path: str) -> dict[str, Any]:
    """Its keys and values.

    Raises:
        UsageError: it cannot be read, is no YAML, or holds something else.
    """
    try:
        values = plain_yaml(Path(path))
    except OSError as error:
        raise UsageError(f"--config {path}: {why(error)}") from error
    except ValueError as error:
        raise UsageError(f"--config {path} is no YAML: {error}") from None
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise UsageError(f"--config {path}: expected keys and values")
    for text in _texts(values):
        if NO_TEXT.search(text):
            raise UsageError(f"--config {path}: {shown(text)} holds NUL or half a character")
    return values


def _texts(values: dict[Any, Any]) -> Iterator[str]:
    """All text in it, however deep: a file may nest lists as deep as Python can recurse."""
    left: list[Any] = [values]
    while left:
        match left.pop():
            case str(text):
                yield text
            case dict(inner):
                left += [*inner.keys(), *inner.values()]
            case list(inner) | set(inner):
                left += inner
