"""The process in which files are decoded: ``python -m transforms.decode.child DESCRIPTOR``.

It answers one request after the other over a socket.  To ``("header", path, seconds, asked)`` the answer is the
format, to ``("head", ...)`` the format and a hash of how the sound begins, to ``("sound", ...)`` that of all of it, to
``("blocks", ...)`` the format, then the samples block by block as bytes, then the problems and the timing, to
``("facts", ...)`` what the header says of the recording.  Where the decoder refuses, the answer is ``("refused",
reason, message)`` instead.  The process bounds its own memory by the size of the file, and the CPU time that each
answer may take by ``seconds``.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from schemas.reasons import Reason
from schemas.records import Target
from transforms.decode.asked import Asked
from transforms.decode.audio import Audio, DecodeError, open_audio
from transforms.decode.facts import read_facts
from transforms.decode.joined import JoinedAudio
from transforms.decode.limits import limit_memory, limit_time
from transforms.decode.sound_hash import head_of, sound_of

FORMAT, SAMPLES, END, FACTS, REFUSED, UNFORESEEN = "format", "samples", "end", "facts", "refused", "unforeseen"
HEAD, SOUND = "head", "sound"
"""What an answer is, its first item."""

Opener = Callable[[Target, Asked], AbstractContextManager[Audio | JoinedAudio]]


def serve(connection: Connection, opened: Opener = open_audio) -> None:
    """Answer until the other side hangs up.

    Args:
        opened: opens a file; tests give one that crashes or hangs.
    """
    while True:
        try:
            what, path, seconds, asked = connection.recv()
        except EOFError:
            return
        memory = limit_memory(bytes_of(path))
        limit_time(seconds)
        try:
            if what == "facts":
                connection.send((FACTS, read_facts(path, asked)))
                continue
            if what == "sound":
                connection.send((SOUND, sound_of(path, asked, opened)))
                continue
            with opened(path, asked) as audio:
                if what == "header":
                    connection.send((FORMAT, audio.format))
                elif what == "head":
                    connection.send((FORMAT, audio.format))
                    connection.send((HEAD, head_of(audio)))
                else:
                    _send_blocks(connection, audio, seconds)
        except DecodeError as error:
            connection.send((REFUSED, error.reason, str(error)))
        except MemoryError:
            message = f"decoding it takes more than the {memory >> 20:,} MB that a decoder may hold for its bytes"
            connection.send((REFUSED, Reason.OUT_OF_MEMORY, message))
        except (BrokenPipeError, ConnectionResetError):
            return
        except Exception as error:  # one file's fault: the next one may be whole
            connection.send((UNFORESEEN, f"{type(error).__name__}: {error}"))


def bytes_of(path: Target) -> int:
    """The size of a file, or of all files of a take; 0 where it cannot be looked at: why, the decoder says."""
    size = 0
    for one in (path,) if isinstance(path, str) else path:
        with suppress(OSError, ValueError):
            size += os.stat(one).st_size
    return size


def _send_blocks(connection: Connection, audio: Audio | JoinedAudio, seconds: float) -> None:
    connection.send((FORMAT, audio.format))
    for block in audio.blocks():
        limit_time(seconds)
        connection.send((SAMPLES, block.shape))
        left = np.ascontiguousarray(block, np.float32).data.cast("B")
        while len(left):
            left = left[os.write(connection.fileno(), left) :]
    connection.send((END, audio.problems, audio.timing))


def leave_with_the_parent(seconds: float = 2.0) -> None:
    """End this process when its parent is gone: a decoder that hangs would never notice."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(seconds)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def main(arguments: list[str], **options: Any) -> int:
    """The process."""
    for number in (signal.SIGINT, signal.SIGTERM):  # a service that is stopped has all its processes told
        signal.signal(number, signal.SIG_IGN)
    leave_with_the_parent()
    serve(Connection(int(arguments[0])), **options)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
