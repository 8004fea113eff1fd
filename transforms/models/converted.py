"""A Whisper checkpoint in the form that CTranslate2 reads, converted once on this machine."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import weakref
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from transforms.models.checkpoint import Located, one_line, revision_of, told
from transforms.models.remembered import cache_folder
from transforms.models.weights import load, load_tokenizer


class Conversion:
    """The folder of a converted checkpoint; where nothing could be kept it goes when this does."""

    def __init__(self, folder: Path, *, kept: bool) -> None:
        self.folder = folder
        if not kept:
            weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)


def converted(located: Located) -> Conversion:
    """The checkpoint for CTranslate2, made now or before.

    It is kept in the cache of this machine by the hash of the checkpoint's weights and settings and the version of
    CTranslate2, in numbers as exact as the checkpoint's own; int8 is made of them when it is opened.

    Raises:
        ModelError: the checkpoint cannot be loaded or converted.
    """
    place = _place(located)
    if place is not None and place.is_dir():
        return Conversion(place, kept=True)
    try:
        growing = Path(tempfile.mkdtemp(prefix=".growing-", dir=place.parent if place else None))
        try:
            _convert(located, growing)
            if place is None:
                return Conversion(growing, kept=False)
            return Conversion(_settled(growing, place), kept=True)
        except BaseException:
            shutil.rmtree(growing, ignore_errors=True)
            raise
    except OSError as error:
        raise located.error(f"it cannot be converted for CTranslate2: {told(error)}; or take --engine torch") from error


def _convert(located: Located, folder: Path) -> None:
    """Write the checkpoint, loaded and checked as it is for torch, into an empty folder."""
    from ctranslate2.converters import TransformersConverter
    from transformers import AutoModelForSpeechSeq2Seq

    loaded = load(located, AutoModelForSpeechSeq2Seq, device="cpu", precision="fp32")
    dtype = loaded.model.config.dtype
    tokenizer = load_tokenizer(located, loaded.model.generation_config.no_timestamps_token_id)

    class Converter(TransformersConverter):
        def load_model(self, *_: Any, **__: Any) -> Any:
            return loaded.model

        def load_tokenizer(self, *_: Any, **__: Any) -> Any:
            return tokenizer

    exact = {torch.float16: "float16", torch.bfloat16: "bfloat16"}.get(dtype, "float32")
    try:
        Converter(str(located.folder)).convert(str(folder), quantization=exact, force=True)
    except OSError:
        raise
    except Exception as error:  # of the converter, whatever it stumbled over
        raise located.error(f"CTranslate2 cannot convert it: {one_line(error)}; take --engine torch") from error


def _place(located: Located) -> Path | None:
    """Where the conversion is kept; None where this machine has no place for it."""
    digest = hashlib.sha256(f"{revision_of(located)} {version('ctranslate2')}".encode())
    for path in sorted(located.folder.glob("*.json")):  # vocabulary, and what is never said
        try:
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
        except OSError as error:
            raise located.error(told(error)) from None
    folder = cache_folder() / "ctranslate2"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return None
    return folder / digest.hexdigest()[:32] if os.access(folder, os.W_OK) else None


def _settled(growing: Path, place: Path) -> Path:
    """Give a conversion its name; where another process was faster its own stays."""
    try:
        growing.rename(place)
    except OSError:
        if not place.is_dir():
            raise
        shutil.rmtree(growing, ignore_errors=True)
    return place
