"""In which numbers a model computes: what there is, and what suits a device."""

from __future__ import annotations

from typing import Any

import torch

from transforms.models.engines import OPENVINO, TORCH

PRECISIONS: dict[str, torch.dtype] = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


def best_precision(device: str, kind: str, engine: str = TORCH) -> str:
    """What ``auto`` means: the fastest on the device that keeps the results.

    On a GPU bf16, or fp16 where it computes bf16 only in software (before Ampere).  On a CPU bf16 where it
    has AMX, whose units for bf16 make the models two to four times as fast.  Where it has AVX512-BF16 alone,
    bf16 by OpenVINO for all but transcripts, which keep less than 99 of 100 words; not by torch, where
    WavLM is half as fast in it (all in docs/precision.md).  Else fp32.  Whisper has fp32 on every CPU: its
    texts in bf16 are not measured.

    Args:
        kind: one of the values of :data:`transforms.models.door.KINDS`.
        engine: that computes it.
    """
    if torch.device(device).type == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp16"
    has = _capabilities()
    if has.get("amx_bf16"):
        return "fp32" if kind == "whisper" else "bf16"
    keeps = engine == OPENVINO and kind not in ("ctc", "whisper")
    return "bf16" if has.get("avx512_bf16") and keeps else "fp32"


def cpu_has_bf16() -> bool:
    """Whether this CPU multiplies bf16 in hardware."""
    has = _capabilities()
    return bool(has.get("amx_bf16") or has.get("avx512_bf16"))


def _capabilities() -> dict[str, Any]:
    ask = getattr(torch.cpu, "get_capabilities", None)
    return ask() if ask else {}


def refusal(device: str, precision: str) -> str | None:
    """Why a device cannot compute in a precision, in one line; None if it can."""
    if precision == "fp16" and torch.device(device).type == "cpu":
        return "fp16 is for GPUs, no CPU is faster with it: take bf16 or fp32"
    return None
