"""In which numbers a model computes: what there is, and what suits a device."""

from __future__ import annotations

import torch

PRECISIONS: dict[str, torch.dtype] = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


def best_precision(device: str) -> str:
    """What ``auto`` means: the fastest on the device that keeps the results.

    On a GPU bf16, or fp16 where it computes bf16 only in software (before Ampere).  On a CPU bf16 where
    it has AMX, whose units for bf16 make the models two to four times as fast, else fp32.
    """
    if torch.device(device).type == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp16"
    return "bf16" if has_amx() else "fp32"


def has_amx() -> bool:
    """Whether this CPU multiplies matrices of bf16 in hardware."""
    ask = getattr(torch.cpu, "get_capabilities", None)
    return bool(ask and ask().get("amx_bf16"))


def refusal(device: str, precision: str) -> str | None:
    """Why a device cannot compute in a precision, in one line; None if it can."""
    if precision == "fp16" and torch.device(device).type == "cpu":
        return "fp16 is for GPUs, no CPU is faster with it: take bf16 or fp32"
    return None
