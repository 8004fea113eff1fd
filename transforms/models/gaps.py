"""What lies between the weights of a checkpoint and the class that they are loaded into."""

from __future__ import annotations

from typing import Any

from transforms.models.checkpoint import Located

HARMLESS_MISSING: dict[str, str] = {
    "masked_spec_embed": "SpecAugment's mask, read in training only; facebook/wav2vec2-base-960h is without it",
    "objective.weight": "the margin loss of the x-vector models, read in training only",
    "position_ids": "a buffer of the numbers 0, 1, ..., made anew by the class",
    "relative_position_index": "a buffer of CLAP's Swin windows, made anew by the class",
}
"""Last parts of names that a checkpoint may lack: what they are and why nothing hangs on them."""

HARMLESS_UNEXPECTED: dict[str, str] = {
    "masked_spec_embed": "SpecAugment's mask, where the config has switched masking off",
    "objective.weight": HARMLESS_MISSING["objective.weight"],
    "position_ids": "a buffer that older versions of transformers stored",
    "relative_position_index": "a buffer that older versions of transformers stored",
    "attn_mask": "a buffer of CLAP's shifted windows that older versions of transformers stored",
}
"""Last parts of names that a checkpoint may hold beyond its class."""

_NAMED = 3


def refuse_gaps(located: Located, kind: str, info: dict[str, Any]) -> None:
    """Transformers only warns and fills the gaps with random numbers.

    Args:
        kind: the class that was filled.
        info: what transformers says of the loading.

    Raises:
        ModelError: the weights are not all there, or more than that.
    """
    gaps = {
        "lack": _harmful(info["missing_keys"], HARMLESS_MISSING),
        "have in another shape": sorted(key[0] for key in info["mismatched_keys"]),
        "hold beyond it": _harmful(info["unexpected_keys"], HARMLESS_UNEXPECTED),
        "could not be read": sorted(message[:200] for message in info["error_msgs"]),
    }
    told = [f"{how} {_some(keys)}" for how, keys in gaps.items() if keys]
    if told:
        raise located.error(
            f"its weights do not fill {kind}: they {'; '.join(told)}: what is missing would be random numbers, so this "
            "checkpoint was not trained for the job, or is damaged"
        )


def _harmful(keys: set[str] | list[str], harmless: dict[str, str]) -> list[str]:
    return sorted(key for key in keys if not any(key == h or key.endswith(f".{h}") for h in harmless))


def _some(keys: list[str]) -> str:
    more = f" and {len(keys) - _NAMED} more" if len(keys) > _NAMED else ""
    return ", ".join(keys[:_NAMED]) + more
