"""Whether a file that a corpus knows is still at its place."""

from __future__ import annotations

import os
import re

from transforms.beside.side_files import stand_ins_of


def is_there(uri: str) -> bool:
    """Whether there is a file of that name, which may have been written with ``\\xNN`` for what is no text.

    A placeholder of a cloud counts: the recording is kept elsewhere, and not gone.
    """
    if any(map(os.path.lexists, (uri, *stand_ins_of(uri)))):
        return True
    name = re.sub(rb"\\x([0-9a-f]{2})", lambda m: bytes([int(m[1], 16)]), os.fsencode(uri))
    return os.path.lexists(name)
