"""What a checkpoint is, remembered on this machine: a night without news has to know it, and needs no torch for it."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from transforms.cache import cache_folder, keep
from transforms.models.checkpoint import Located, parse_checkpoint, told
from transforms.models.door import Description
from transforms.models.locate import locate
from transforms.models.remembered import own_source

SMALL_BYTES = 1 << 25
"""Files up to here are read whole: settings, vocabularies, cards.  Of larger ones, weights, the size counts."""


def described(job: str, checkpoint: str) -> Description:
    """As :func:`transforms.models.jobs.describe` says; what it said of the same small files is not asked again.

    Only what fits is remembered: what is wrong with a checkpoint is looked at anew each time.

    Raises:
        ModelError: it cannot be found, or the job cannot open it.
        KeyError: an unknown job.
    """
    located = locate(job, parse_checkpoint(checkpoint), weights=False)
    place = _place(located)
    if place is not None and (known := _recalled(place)) is not None:
        return known
    from transforms.models.jobs import describe  # and with it torch and transformers

    made = describe(job, checkpoint)
    if place is not None:
        with suppress(OSError):
            keep(place, asdict(made))
    return made


def _place(located: Located) -> Path | None:
    """Where it is kept: by the content of the checkpoint's small files, and by who reads them."""
    digest = hashlib.sha256(f"{located.job} {version('transformers')} {own_source()}".encode())
    try:
        for path in sorted(located.folder.iterdir()):
            if path.is_file():
                size = path.stat().st_size
                digest.update(f"\0{path.name} {size}\0".encode(errors="surrogateescape"))
                digest.update(path.read_bytes() if size <= SMALL_BYTES else b"")
        return cache_folder() / "descriptions" / f"{digest.hexdigest()[:32]}.json"
    except OSError as error:
        raise located.error(told(error)) from None
    except RuntimeError:  # a home that is not known
        return None


def _recalled(place: Path) -> Description | None:
    try:
        kept: dict[str, Any] = json.loads(place.read_text())
        fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in kept.items()}
        return Description(**fields)
    except (OSError, ValueError, TypeError, AttributeError):
        return None
