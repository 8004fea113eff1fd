"""What a configuration asks of decoders."""

from __future__ import annotations

from schemas.config import Config
from schemas.raw import read_raw
from transforms.decode.asked import Asked


def asked_of(config: Config) -> Asked:
    """What decoders are told of how to open files."""
    return Asked(read_raw(config.raw), config.tracks, location=config.location)
