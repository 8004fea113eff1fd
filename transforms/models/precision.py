"""In which numbers a model computes: what there is, and what suits a device."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import Any

import torch

from schemas.devices import INT8
from transforms.models.engines import CTRANSLATE2, OPENVINO, TORCH

PRECISIONS: dict[str, torch.dtype] = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}

CTRANSLATE2_TYPES = {
    "cpu": {INT8: "int8_float32", "fp32": "float32"},
    "cuda": {INT8: "int8_float16", "fp16": "float16", "bf16": "bfloat16", "fp32": "float32"},
}
"""CTranslate2's names of precisions, by kind of device."""

ALLOCATOR, ALLOCATOR_NAMES = "expandable_segments:True", ("PYTORCH_CUDA_ALLOC_CONF", "PYTORCH_ALLOC_CONF")
"""Torch's setting for the memory of a GPU: blocks of one size then serve others, so that the shapes of many batches do
not each keep memory of their own.  A user's own setting, by either name, stands."""

BF16_KEEPS = ("classifier", "embedder", "xvector", "ctc")
"""The kinds of model that bf16 on a CPU was measured to leave as they are (docs/precision.md): at least 99 of 100
likeliest labels stay, vectors keep cosines above 0.99, and of ``ctc`` every word that a recogniser is sure of: 733 of
733 of the demo's of a confidence from 0.9, and all 508 of a real Whisper whose encoder was computed so.
``regressor`` and ``transducer`` are not measured.  All of that on a CPU with AVX512-BF16: AMX rounds its factors to the
same numbers.
"""


def best_precision(device: str, kind: str, engine: str = TORCH) -> str:
    """What ``auto`` means: the fastest on the device that keeps the results.

    On a GPU bf16, or fp16 where it computes bf16 only in software (before Ampere).  On a CPU bf16 for the
    kinds in :data:`BF16_KEEPS` where it has AMX, whose units for bf16 make the models two to four times as
    fast, or, by OpenVINO, where it has AVX512-BF16; by torch without AMX some models are half as fast in it
    (docs/precision.md).  Else fp32.

    By CTranslate2 int8 on a CPU, fp16 on a GPU.

    Args:
        kind: one of the values of :data:`transforms.models.kinds.KINDS`.
        engine: that computes it.
    """
    if engine == CTRANSLATE2:
        return INT8 if torch.device(device).type == "cpu" else "fp16"
    if torch.device(device).type == "cuda":
        settle_allocator()
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp16"
    has = _capabilities()
    is_faster = has.get("amx_bf16") or (has.get("avx512_bf16") and engine == OPENVINO)
    return "bf16" if is_faster and kind in BF16_KEEPS else "fp32"


def settle_allocator() -> None:
    """Say how torch keeps the memory of a GPU.  It reads that once, when it first asks for a property of one."""
    if not any(name in os.environ for name in ALLOCATOR_NAMES):
        os.environ[ALLOCATOR_NAMES[0]] = ALLOCATOR


def settle_kernels() -> None:
    """Say by which kernels torch computes on a GPU.

    Attention by those that take every shape as it comes.  On an H100 or H200 torch prefers cuDNN's, which is planned
    anew for each shape that a process has not seen: 160 ms of a core for each batch of wav2vec2-base, 45 ms of HuBERT,
    and hardly two batches of speech have one shape.  Of known shapes both take as long.

    Convolutions of fp32 in fp32: in TF32, as torch has them, fp32 on a GPU gave another word than fp32 on a CPU.
    """
    torch.backends.cuda.enable_cudnn_sdp(False)
    torch.backends.cudnn.allow_tf32 = False


def cpu_has_bf16() -> bool:
    """Whether this CPU multiplies bf16 in hardware."""
    has = _capabilities()
    return bool(has.get("amx_bf16") or has.get("avx512_bf16"))


def cpu_has_vnni() -> bool:
    """Whether this CPU multiplies int8 in hardware, which makes it faster than the other precisions."""
    has = _capabilities()
    return any(has.get(name) for name in ("avx512_vnni", "avx_vnni", "amx_int8"))


def _capabilities() -> dict[str, Any]:
    ask = getattr(torch.cpu, "get_capabilities", None)
    return ask() if ask else {}


def dtype_of(precision: str) -> torch.dtype:
    """Of the numbers between the layers of a model."""
    return PRECISIONS.get(precision, torch.float32)


def refusal(device: str, precision: str, engine: str = TORCH) -> str | None:
    """Why a device cannot compute in a precision by an engine, in one line; None if it can."""
    if engine == CTRANSLATE2:
        there = CTRANSLATE2_TYPES[torch.device(device).type]
        return None if precision in there else f"CTranslate2 computes in {' or '.join(there)} here, not in {precision}"
    if precision == INT8 and engine != OPENVINO:
        return "int8 is for Whisper by CTranslate2, and for other models by OpenVINO on a CPU"
    if precision == INT8 and not find_spec("nncf"):
        return "int8 by OpenVINO needs NNCF, which is not installed: pip install 'earwitness[int8]'"
    if precision == "fp16" and torch.device(device).type == "cpu":
        return "fp16 is for GPUs, no CPU is faster with it: take bf16 or fp32"
    return None
