"""A Whisper checkpoint in the form that CTranslate2 reads, converted once on this machine."""

from __future__ import annotations

from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from transforms.models.checkpoint import Located, one_line, told
from transforms.models.conversions import Conversion, conversion, place_of
from transforms.models.weights import load, load_tokenizer


def converted(located: Located) -> Conversion:
    """The checkpoint for CTranslate2, made now or before.

    It is kept in the cache of this machine by the hash of the checkpoint's weights and settings and the version of
    CTranslate2, in numbers as exact as the checkpoint's own; int8 is made of them when it is opened.

    Raises:
        ModelError: the checkpoint cannot be loaded or converted.
    """
    try:
        place = place_of(located, "ctranslate2", version("ctranslate2"))
        return conversion(place, partial(_convert, located))
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
