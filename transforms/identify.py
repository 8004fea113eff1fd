"""Who a source is (the hash of its bytes) and how long it says it is."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from dataclasses import replace

from schemas.reasons import Reason, Stage
from schemas.records import Known, Problem, Source
from transforms.beside.content import ChangedError, Opener, holds, open_bytes, read_content, take_id
from transforms.beside.pointers import kept_elsewhere
from transforms.beside.state import State
from transforms.decode.audio import DecodeError, Format, read_header
from transforms.decode.recognise import Ear

ASSUMED_BYTES_PER_SECOND = 16_000
"""What an unreadable header is taken for: 128 kbit/s, the commonest rate of archives."""


def identify(
    source: Source,
    read: Callable[[str], Format] = read_header,
    opened: Opener = open_bytes,
    ear: Ear | None = None,
) -> Known:
    """Read the source once for its hash, and its header for its length.

    The length only balances work over workers; headers lie, so nothing else trusts it.
    A source that cannot be read comes back with its problem and without an id; one whose content was read, as it was
    then.  A file that changes meanwhile has no id: the hash may be of one half of the old and one of the new.  Of a
    take in several files each is read, and all have to be there.

    Args:
        read: reads a header: in this process, or as :meth:`transforms.decode.guard.Decoder.header` in another.
        opened: opens a file for its bytes.
        ear: in place of ``read``, reads so much more as it takes to know the sounds of a corpus.
    """
    if source.parts:
        return _identify_take(source, read, opened, ear)
    try:
        status = os.stat(source.path)
        if stat.S_ISDIR(status.st_mode):
            return _failed(source, Reason.UNREADABLE, "a folder that cannot be listed")
        if not stat.S_ISREG(status.st_mode):
            return _failed(source, Reason.NOT_A_FILE, "not a regular file")
        if elsewhere := kept_elsewhere(source.path, status):
            return _failed(source, Reason.NOT_ON_THIS_DISK, elsewhere)
        content, before = read_content(source.path, opened)
        if not before.bytes:
            told = "the file has zero bytes (where a cloud keeps it: have it fetched first)"
            return _failed(source, Reason.EMPTY_FILE, told)
        seconds, sound = (_seconds(source.path, read), None) if ear is None else ear.listen(source.path, content)
        now = State.at(source.path)
        if now != before and (now.bytes != before.bytes or not holds(source.path, content, opened)):
            raise ChangedError(before.told(now))
    except ChangedError as error:
        return _failed(source, Reason.CHANGED_WHILE_READ, str(error))
    except FileNotFoundError:
        if elsewhere := kept_elsewhere(source.path, None):
            return _failed(source, Reason.NOT_ON_THIS_DISK, elsewhere)
        return _failed(source, Reason.NOT_FOUND, _not_there(source.path))
    except OSError as error:
        reason = Reason.NOT_A_FILE if error.errno == errno.ELOOP else Reason.UNREADABLE
        return _failed(source, reason, f"{error.strerror or error}")
    found = replace(source, bytes=before.bytes, modified_ns=before.modified_ns, inode=before.inode, content=content)
    return Known(found, content, before.bytes / ASSUMED_BYTES_PER_SECOND if seconds is None else seconds, sound=sound)


def _not_there(path: str) -> str:
    try:
        return f"a link to {os.fsencode(os.readlink(path)).decode(errors='backslashreplace')}, which is not there"
    except OSError:
        return "the file is not there (any more)"


def _identify_take(source: Source, read: Callable[[str], Format], opened: Opener, ear: Ear | None) -> Known:
    known = [identify(part, read, opened) for part in source.parts]
    for part in known:
        if part.problem is not None:
            name = os.path.basename(part.source.path)
            return Known(source, None, 0.0, replace(part.problem, message=f"{name}: {part.problem.message}"))
    parts = tuple(part.source for part in known)
    content = take_id(part.content for part in parts)
    found = replace(source, bytes=sum(part.bytes for part in parts), parts=parts, content=content)
    sound = None if ear is None else ear.listen(found.target, content)[1]
    if sound is not None and not all(_rests(part) for part in parts):
        sound = None
    return Known(found, content, sum(part.seconds for part in known), sound=sound)


def _rests(source: Source) -> bool:
    try:
        return State.at(source.path) == State.kept(source)
    except OSError:
        return False


def _seconds(path: str, read: Callable[[str], Format]) -> float | None:
    try:
        return read(path).seconds
    except DecodeError:
        return None  # decoding will say why; here it is only a length that is not known


def _failed(source: Source, reason: Reason, message: str) -> Known:
    return Known(source, None, 0.0, Problem(Stage.IDENTIFY, reason, message))
