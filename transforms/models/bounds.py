"""What may stand in the settings of a checkpoint, so that a config which somebody has changed asks for no memory.

Of the classes that are opened, each setting that becomes a size, a number of layers or a rate has its bounds here,
about ten times what the largest published checkpoint has.  All else may be what it likes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from schemas.shown import LIMIT, shown

LONGEST_BYTES = 64 << 20
"""The largest published tokenizer.json has 17 MB."""

_DEEPEST = 32

_LAYERS, _HEADS, _WIDTH, _WIDE = (1, 500), (1, 1_000), (1, 20_000), (1, 200_000)
_RATE = (4_000, 400_000)

WHOLE: dict[str, tuple[int, int]] = {
    **dict.fromkeys(("num_hidden_layers", "encoder_layers", "decoder_layers", "num_feat_extract_layers"), _LAYERS),
    **dict.fromkeys(("encoder_attention_heads", "decoder_attention_heads"), _HEADS),
    **dict.fromkeys(("hidden_size", "d_model", "patch_embeds_hidden_size", "num_conv_pos_embedding_groups"), _WIDTH),
    **dict.fromkeys(("intermediate_size", "encoder_ffn_dim", "decoder_ffn_dim", "output_hidden_size"), _WIDE),
    **dict.fromkeys(("classifier_proj_size", "projection_dim", "xvector_output_dim"), _WIDE),
    **dict.fromkeys(("num_mel_bins", "feature_size", "num_conv_pos_embeddings"), (1, 4_096)),
    **dict.fromkeys(("hop_length", "fft_window_size", "n_fft", "nb_frequency_bins"), (1, 100_000)),
    **dict.fromkeys(("spec_size", "window_size", "patch_embed_input_channels", "aff_block_r"), (1, 4_096)),
    **dict.fromkeys(("frequency_stride", "time_stride", "type_vocab_size"), (1, 4_096)),
    **dict.fromkeys(("max_position_embeddings", "max_source_positions", "max_target_positions"), (1, 1_000_000)),
    **dict.fromkeys(("max_length", "vocab_size", "num_buckets", "max_bucket_distance"), (1, 4_000_000)),
    **dict.fromkeys(("num_labels", "_num_labels", "num_classes"), (0, 100_000)),
    **dict.fromkeys(("nb_max_samples", "n_samples", "nb_max_frames"), (1, 1_000_000_000)),
    **dict.fromkeys(("num_adapter_layers", "adapter_kernel_size", "adapter_stride"), (0, 64)),
    **dict.fromkeys(
        ("num_codevectors_per_group", "num_codevector_groups", "codevector_dim", "proj_codevector_dim"), _WIDE
    ),
    **dict.fromkeys(("num_beams", "num_return_sequences", "num_beam_groups"), (1, 64)),
    **dict.fromkeys(("max_new_tokens", "min_length", "min_new_tokens"), (0, 4_000_000)),
    **dict.fromkeys(("conv_kernel_size", "conv_depthwise_kernel_size", "conv_pos_kernel_size"), (1, 4_096)),
    **dict.fromkeys(("subsampling_conv_kernel_size", "delta_win_length", "stride"), (1, 4_096)),
    **dict.fromkeys(("subsampling_conv_stride", "squeeze_factor", "conv_expansion_factor"), (1, 64)),
    **dict.fromkeys(("subsampling_conv_channels", "decoder_hidden_size", "head_dim"), _WIDTH),
    **dict.fromkeys(("left_max_position_embeddings", "right_max_position_embeddings"), (0, 1_000_000)),
    **dict.fromkeys(("context_size", "win_length"), (1, 100_000)),
    "subsampling_factor": (1, 1_024),
    "feature_projection_input_dim": _WIDE,
    "num_decoder_layers": _LAYERS,
    "num_key_value_heads": _HEADS,
    "max_symbols_per_step": (1, 1_000_000),
    "sampling_rate": _RATE,
}
"""Whole numbers, by name, with the least and the most."""

REAL: dict[str, tuple[float, float]] = {
    **dict.fromkeys(("chunk_length", "max_length_s"), (0.1, 3_600.0)),
    **dict.fromkeys(("frequency_min", "frequency_max"), (0.0, 400_000.0)),
    **dict.fromkeys(("layer_norm_eps", "mlp_ratio"), (0.0, 100.0)),
    **dict.fromkeys(("logmel_floor_db", "preemphasis"), (0.0, 1_000.0)),
    "std": (1e-6, 1e6),
}
"""Numbers, likewise."""

LISTS: dict[str, tuple[int, int]] = {
    **dict.fromkeys(("conv_dim", "tdnn_dim"), _WIDTH),
    **dict.fromkeys(("conv_kernel", "conv_stride", "tdnn_kernel", "tdnn_dilation"), (1, 1_000)),
    "depths": _LAYERS,
    **dict.fromkeys(("durations", "subsample_layers"), (0, 1_000)),
}
"""Lists of whole numbers, likewise; at most 64 in each."""

EITHER: dict[str, tuple[int, int]] = {
    "num_attention_heads": _HEADS,
    **dict.fromkeys(("patch_size", "patch_stride"), (1, 4_096)),
}
"""Whole numbers or lists of them."""

MAY_BE_NULL = (
    *("max_length", "max_new_tokens", "min_length", "min_new_tokens", "num_beams", "num_return_sequences"),
    *("head_dim", "num_key_value_heads", "subsample_layers", "preemphasis"),
    "vocab_size",  # of a regression, which has none
)
"""Of these, null is what stands in files as they are published, and means the class's own."""

TOGETHER = (("conv_dim", "conv_kernel", "conv_stride"), ("tdnn_dim", "tdnn_kernel", "tdnn_dilation"))
"""Lists of one length."""

WHOLE_SHARES = (
    ("hidden_size", "num_attention_heads"),
    ("d_model", "encoder_attention_heads"),
    ("d_model", "decoder_attention_heads"),
)
"""Widths that their heads share among them."""

NO_MORE_THAN = (("context_size", "max_position_embeddings"),)
"""The first is a distance for which the second has a number of its own."""

REFUSED = {
    "transformers_weights": "it names other weights than those that lie there: name them model.safetensors",
    "quantization_config": "quantised weights are not opened: take the checkpoint that they were made from",
}
OWN_ATTENTION = ("eager", "sdpa")
"""Others would be fetched from the Hub, as code."""


def read_settings(path: Path) -> dict[str, Any]:
    """What stands in a JSON file of a checkpoint, once it is known to be harmless.

    Raises:
        ValueError: one line that names the file and the key.
        OSError: it cannot be read.
    """
    if path.stat().st_size > LONGEST_BYTES:
        raise ValueError(f"{path.name} has more than {LONGEST_BYTES >> 20} MB")
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path.name} is no JSON: {shown(str(error), 120)}") from None
    if not isinstance(said, dict):
        raise ValueError(f"{path.name} holds no names with their values")
    try:
        for fault in _faults(said, "", 0):
            raise ValueError(f"{path.name}: {fault}")
    except RecursionError:
        raise ValueError(f"{path.name} is nested too deeply") from None
    return said


def least_numbers(settings: Mapping[str, Any]) -> int:
    """How many numbers the weights of such a config hold at the very least: its layers and its vocabulary.

    Args:
        settings: as :func:`read_settings` gives them.
    """
    least = 0
    for part in (settings, *(value for value in settings.values() if isinstance(value, dict))):

        def whole(name: str, part: Mapping[str, Any] = part) -> int:
            value = part.get(name, 0)
            return value if isinstance(value, int) else 0

        if "depths" not in part:  # the layers of a Swin are of several widths
            least += (
                whole("num_hidden_layers") * whole("hidden_size") * (whole("hidden_size") + whole("intermediate_size"))
            )
        least += whole("encoder_layers") * whole("d_model") * (whole("d_model") + whole("encoder_ffn_dim"))
        least += whole("decoder_layers") * whole("d_model") * (whole("d_model") + whole("decoder_ffn_dim"))
        least += whole("vocab_size") * max(whole("hidden_size"), whole("d_model"))
    return least


def _faults(settings: Mapping[str, Any], where: str, depth: int) -> Iterator[str]:
    """What cannot be, each as one line."""
    if depth > _DEEPEST:
        yield f"{where.rstrip('.')[:LIMIT]} is nested too deeply"
        return
    for name, value in settings.items():
        fault = _fault(name, value)
        if fault:
            yield f"{where}{shown(name).strip(chr(39))} is {shown(value)}: {fault}"
        if isinstance(value, dict) and name not in ("id2label", "label2id"):
            yield from _faults(value, f"{where}{name[:LIMIT]}.", depth + 1)
    for names in TOGETHER:
        lengths = {name: len(settings[name]) for name in names if isinstance(settings.get(name), list)}
        if len(set(lengths.values())) > 1:
            told = ", ".join(f"{name} {n}" for name, n in lengths.items())
            yield f"{where}{names[0]} and what belongs to it have several lengths ({told})"
    for width, heads in WHOLE_SHARES:
        one, many = settings.get(width), settings.get(heads)
        if isinstance(one, int) and isinstance(many, int) and one % many and "depths" not in settings:
            yield f"{where}{width} is {one}, which {heads} ({many}) do not divide"
    for one, other in NO_MORE_THAN:
        less, most = settings.get(one), settings.get(other)
        if isinstance(less, int) and isinstance(most, int) and less > most:
            yield f"{where}{one} is {less}, more than {other} ({most})"


def _fault(name: str, value: Any) -> str | None:
    """What is wrong with a setting."""
    if value is None:
        of_a_kind = name in WHOLE or name in REAL or name in LISTS or name in EITHER
        return "a number belongs there" if of_a_kind and name not in MAY_BE_NULL else None
    if name in REFUSED:
        return REFUSED[name]
    if name in ("attn_implementation", "_attn_implementation"):
        return None if value in OWN_ATTENTION else f"only {' and '.join(OWN_ATTENTION)} are known"
    if name in WHOLE:
        return _outside(value, *WHOLE[name])
    if name in REAL:
        least, most = REAL[name]
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return None if number and least <= value <= most else f"a number from {least:g} to {most:,g} belongs there"
    if name in LISTS or (name in EITHER and isinstance(value, list)):
        least, most = LISTS.get(name) or EITHER[name]
        good = isinstance(value, list) and 0 < len(value) <= 64 and not any(_outside(one, least, most) for one in value)
        return None if good else f"up to 64 whole numbers from {least:,} to {most:,} belong there"
    if name in EITHER:
        return _outside(value, *EITHER[name])
    if name == "architectures":
        good = isinstance(value, list) and all(isinstance(one, str) for one in value)
        return None if good else "a list of the names of classes belongs there"
    if name in ("model_type", "problem_type", "feature_extractor_type", "tokenizer_class"):
        return None if isinstance(value, str) else "a name belongs there"
    if name == "id2label":
        return _wrong_labels(value)
    if isinstance(value, int | float) and not -(1 << 62) < value < 1 << 62:  # nor NaN
        return "no such number belongs anywhere"
    return None


def _outside(value: Any, least: int, most: int) -> str | None:
    good = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
    return None if good else f"a whole number from {least:,} to {most:,} belongs there"


def _wrong_labels(labels: Any) -> str | None:
    if not isinstance(labels, dict) or len(labels) > 100_000:
        return "the numbers of the classes with their names belong there"
    for number, label in labels.items():
        if not isinstance(label, str) or not label.strip():
            return f"class {number[:12]} has no name"
    if set(labels) != {str(i) for i in range(len(labels))}:
        return "the classes 0, 1, ... belong there, one by one"
    return None
