"""Who a source is (the hash of its bytes) and how long it says it is."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable

from schemas.reasons import Reason, Stage
from schemas.records import Known, Problem, Source
from transforms.beside.pointers import kept_elsewhere
from transforms.decode.audio import DecodeError, Format, read_header

BLOCK_BYTES = 1 << 20
ASSUMED_BYTES_PER_SECOND = 16_000
"""What an unreadable header is taken for: 128 kbit/s, the commonest rate of archives."""


def identify(source: Source, read: Callable[[str], Format] = read_header) -> Known:
    """Read the source once for its hash, and its header for its length.

    The length only balances work over workers; headers lie, so nothing else trusts it.
    A source that cannot be read comes back with its problem and without an id.

    Args:
        read: reads a header: in this process, or as :meth:`transforms.decode.guard.Decoder.header` in another.
    """
    try:
        status = os.stat(source.path)
        if stat.S_ISDIR(status.st_mode):
            return _failed(source, Reason.UNREADABLE, "a folder that cannot be listed")
        if not stat.S_ISREG(status.st_mode):
            return _failed(source, Reason.NOT_A_FILE, "not a regular file")
        if elsewhere := kept_elsewhere(source.path, status):
            return _failed(source, Reason.NOT_ON_THIS_DISK, elsewhere)
        recording_id = content_hash(source.path)
    except FileNotFoundError:
        if elsewhere := kept_elsewhere(source.path, None):
            return _failed(source, Reason.NOT_ON_THIS_DISK, elsewhere)
        return _failed(source, Reason.NOT_FOUND, "the file is not there (any more)")
    except OSError as error:
        reason = Reason.NOT_A_FILE if error.errno == errno.ELOOP else Reason.UNREADABLE
        return _failed(source, reason, f"{error.strerror or error}")
    if source.bytes == 0:
        return _failed(
            source, Reason.EMPTY_FILE, "the file has zero bytes (where a cloud keeps it: have it fetched first)"
        )
    try:
        seconds = read(source.path).seconds
    except DecodeError:
        seconds = None  # decoding will say why; here it is only a length that is not known
    return Known(source, recording_id, source.bytes / ASSUMED_BYTES_PER_SECOND if seconds is None else seconds)


def content_hash(path: str) -> str:
    """The recording_id of a file: SHA-256 of its bytes, the first 128 bits as 32 hex digits."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()[:32]


def _failed(source: Source, reason: Reason, message: str) -> Known:
    return Known(source, None, 0.0, Problem(Stage.IDENTIFY, reason, message))
