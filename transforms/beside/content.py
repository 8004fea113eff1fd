"""The bytes of a file: their hash, and whether they are still the same."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from typing import BinaryIO

from schemas.records import Target
from transforms.beside.state import State

BLOCK_BYTES = 1 << 20
MOST_TRIES = 3
"""A file whose time changes while it is hashed, and not its size, is hashed again so often at most."""

Opener = Callable[[str], BinaryIO]


class ChangedError(Exception):
    """A file that was written to or replaced while it was read; the message says which."""


def open_bytes(path: str) -> BinaryIO:
    return open(path, "rb", buffering=0)


def content_hash(path: str) -> str:
    """``files.bytes_hash``: SHA-256 of the bytes of a file, the first 128 bits as 32 hex digits.

    Raises:
        ChangedError: it changes all the time.
        OSError: it cannot be read.
    """
    return read_content(path)[0]


def read_content(path: str, opened: Opener = open_bytes) -> tuple[str, State]:
    """The hash of a file, and its state when it had that content.

    A file of which only the time changes is hashed until it rests: it may have been touched, or written over.

    Raises:
        ChangedError: it has another size in the end, another file has taken its place, or it does not rest.
        OSError: it cannot be read.
    """
    for _ in range(MOST_TRIES):
        with opened(path) as file:
            before = State.of(os.fstat(file.fileno()))
            digest = hashlib.sha256()
            while block := file.read(BLOCK_BYTES):
                digest.update(block)
            after = State.of(os.fstat(file.fileno()))
        if after == before:
            return digest.hexdigest()[:32], before
        if after.bytes != before.bytes:
            break
    raise ChangedError(before.told(after))


def take_id(parts: Iterable[str]) -> str:
    """What stands for the bytes of a take that lies in several files: of their hashes, in their order."""
    return hashlib.sha256("\n".join(("take", *parts)).encode()).hexdigest()[:32]


def holds(target: Target, content: str, opened: Opener = open_bytes) -> bool:
    """Whether a file, or several that are one take, that is not in the state that it was in has the same content.

    Args:
        content: the hash of its bytes, or of the take.

    So it is after ``touch``, after a copy over itself, and on drives that number their files anew.
    """
    try:
        if isinstance(target, str):
            return read_content(target, opened)[0] == content
        return take_id(read_content(path, opened)[0] for path in target) == content
    except (ChangedError, OSError):
        return False
