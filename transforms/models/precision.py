"""In which numbers a model computes: what there is, and what suits a device."""

from __future__ import annotations

import torch

from transforms.models.engines import OPENVINO, TORCH

PRECISIONS: dict[str, torch.dtype] = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


def best_precision(device: str, kind: str, engine: str = TORCH) -> str:
    """What ``auto`` means: the fastest on the device that keeps the results.

    On a GPU bf16, or fp16 where it computes bf16 only in software (before Ampere).  On a CPU bf16 where it
    has AMX, whose units for bf16 make the models two to four times as fast, and by OpenVINO also where it
    has AVX512-BF16 alone; there WavLM in torch is half as fast in bf16 (docs/precision.md).  Else fp32.
    Whisper has fp32 on every CPU: its texts in bf16 are not measured.

    Args:
        kind: one of the values of :data:`transforms.models.door.KINDS`.
        engine: that computes it.
    """
    if torch.device(device).type == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp16"
    ask = getattr(torch.cpu, "get_capabilities", None)
    has = ask() if ask else {}
    fast = has.get("amx_bf16") or (has.get("avx512_bf16") and engine == OPENVINO)
    return "bf16" if fast and kind != "whisper" else "fp32"


def refusal(device: str, precision: str) -> str | None:
    """Why a device cannot compute in a precision, in one line; None if it can."""
    if precision == "fp16" and torch.device(device).type == "cpu":
        return "fp16 is for GPUs, no CPU is faster with it: take bf16 or fp32"
    return None
