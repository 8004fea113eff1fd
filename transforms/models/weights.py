"""A checkpoint loaded: every weight in its place, with the feature extractor that belongs to it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.nn.utils import parametrize

from transforms.models.checkpoint import CONFIG, Located, model_id, one_line, read_config, size_of, weight_files
from transforms.models.engines import ENGINES, IN_TORCH, OPENVINO, Engine, engine_refusal
from transforms.models.gaps import refuse_gaps
from transforms.models.loaded import Loaded
from transforms.models.precision import INT8, PRECISIONS, refusal, settle_allocator, settle_kernels
from transforms.models.spectra import GraniteSpeech5FeatureExtractor

CACHED_PRIMITIVES = 128
"""How many compiled operators oneDNN keeps, each for one shape.

Its default of 1024 grows by hundreds of megabytes over a long run, because nearly every segment has a
length of its own; this holds what all five models need for the windows, which all have one length.
"""


def load_extractor(located: Located) -> Any:
    """The checkpoint's feature extractor.

    Raises:
        ModelError: its file is missing or cannot be used.
    """
    from transformers import AutoFeatureExtractor, FeatureExtractionMixin

    try:
        settings, _ = FeatureExtractionMixin.get_feature_extractor_dict(located.folder, local_files_only=True)
        if settings.get("feature_extractor_type") == GraniteSpeech5FeatureExtractor.__name__:
            return GraniteSpeech5FeatureExtractor.of(settings)
        return AutoFeatureExtractor.from_pretrained(located.folder, trust_remote_code=False, local_files_only=True)
    except Exception as error:  # a class of its own for each type, which does with its settings what it likes
        raise located.error(
            "no usable preprocessor_config.json or processor_config.json (rate and normalisation of the input); copy "
            f"it from the checkpoint that this one was trained from ({one_line(error, 120)})"
        ) from error


def load_tokenizer(located: Located, vocab_size: int) -> Any:
    """The checkpoint's tokenizer.

    Raises:
        ModelError: its files are missing, or it knows fewer tokens than the model tells apart.
    """
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(located.folder, trust_remote_code=False, local_files_only=True)
    except Exception as error:  # the tokenizers' Rust code raises bare Exceptions
        raise located.error(
            "no usable tokenizer (vocab.json or tokenizer.json, tokenizer_config.json); copy it from the checkpoint "
            f"that this one was trained from ({one_line(error, 120)})"
        ) from error
    if len(tokenizer) < vocab_size:
        raise located.error(
            f"its tokenizer knows {len(tokenizer)} tokens but the model tells {vocab_size} apart: "
            "is its vocabulary missing, or of another checkpoint?"
        )
    return tokenizer


def check_engine(device: str, precision: str, engine: Engine) -> None:
    """Whether the device can compute so.

    Raises:
        ValueError: an unknown precision or engine, or one that the device cannot compute in.
    """
    if precision not in (*PRECISIONS, INT8):
        raise ValueError(f"precision {precision!r}: one of {', '.join((*PRECISIONS, INT8))}")
    if engine.name not in ENGINES:
        raise ValueError(f"engine {engine.name!r}: one of {', '.join(ENGINES)}")
    if reason := refusal(device, precision, engine.name) or engine_refusal(device, engine.name):
        raise ValueError(reason)


def load(
    located: Located, auto: Any, *, device: str, precision: str, engine: Engine = IN_TORCH, **settings: Any
) -> Loaded:
    """Load the weights into the class that ``auto`` (an Auto class) picks for the config.

    Args:
        precision: ``fp32``, ``bf16``, or on a GPU ``fp16``, whatever the files hold.
        engine: that :func:`transforms.models.compiled.in_engine` will hand the model to; for OpenVINO it is
            left in float32.
        settings: passed to ``from_pretrained``.

    Raises:
        ModelError: no weights, damaged weights, or weights that do not fill the class.
        ValueError: an unknown precision or engine, or one that the device cannot compute in.
    """
    # Before the first operator runs; a user's own setting stands.
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", str(CACHED_PRIMITIVES))
    if torch.device(device).type == "cuda":
        settle_allocator()
        settle_kernels()
    check_engine(device, precision, engine)
    files = weight_files(located)
    if not files:
        raise located.error(f"no weights (model.safetensors or pytorch_model.bin) in {located.folder}")
    extractor = load_extractor(located)
    _refuse_size(located, auto, size_of(located))
    try:
        with quiet():
            model, info = auto.from_pretrained(
                located.folder,
                dtype=torch.float32,  # until the weight norms are folded
                output_loading_info=True,
                ignore_mismatched_sizes=True,  # so that they are told in one line, below
                use_safetensors=files[0].suffix == ".safetensors",
                weights_only=True,
                trust_remote_code=False,
                local_files_only=True,
                **settings,
            )
    except Exception as error:  # the classes do with a config what they like, and SafetensorError is of no family
        damaged = "are damaged" if type(error).__name__ == "SafetensorError" else "cannot be loaded"
        raise located.error(f"its weights {damaged}: {one_line(error)}") from error
    refuse_gaps(located, type(model).__name__, info)
    model.eval().requires_grad_(False)
    _own(model)
    _fold_weight_norms(model)
    dtype = torch.float32 if engine.name == OPENVINO else PRECISIONS[precision]
    model.to(device, dtype)
    return Loaded(
        located, model_id(located, precision, engine.name), model, extractor, torch.device(device), precision, dtype
    )


def _refuse_size(located: Located, auto: Any, held: int) -> None:
    """Before anything is allocated: whether the weights can be those of the config.

    The model of the config is built without its numbers, in 20 to 110 ms.

    Args:
        held: bytes of the weights, of which a number takes one at least.
    """
    config = read_config(located)
    try:
        with quiet(), torch.device("meta"):
            numbers = sum(parameter.numel() for parameter in auto.from_config(config).parameters())
    except Exception as error:
        raise located.error(f"no model can be made of its {CONFIG}: {one_line(error)}") from error
    if numbers > held:
        raise located.error(
            f"the model of its {CONFIG} has {numbers:,} numbers, but its weights have {held:,} bytes: are they cut "
            f"short, or is it the {CONFIG} of another checkpoint?"
        )


def _own(model: Any) -> None:
    """Have the model hold its numbers itself: safetensors leaves them in the file, as a part of this process's memory.

    Whoever writes a new checkpoint over the old one would change the results of a run that is on, or end it by SIGBUS.
    """
    for tensor in (*model.parameters(), *model.buffers()):
        tensor.data = tensor.data.clone()


def _fold_weight_norms(model: Any) -> None:
    """Have the positional convolution hold its weight, instead of making it of length and direction at every pass."""
    for module in model.modules():
        if parametrize.is_parametrized(module, "weight"):
            parametrize.remove_parametrizations(module, "weight", leave_parametrized=True)
        module.requires_grad_(False)


@contextmanager
def quiet() -> Iterator[None]:
    """Without transformers' warnings, its progress bar, and its table of gaps, which becomes one line here."""
    from transformers.utils import logging

    verbosity, bar = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bar:
            logging.enable_progress_bar()
