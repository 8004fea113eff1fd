"""A model with its linear maps in int8, for OpenVINO: made by NNCF once on this machine, and held against fp32."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from schemas.devices import INT8
from transforms.models.checkpoint import Located, ModelError, one_line, told
from transforms.models.clips import clips_at, digest_of_clips
from transforms.models.conversions import Conversion, conversion, place_of
from transforms.openvino import core, load_openvino

ROOM, MODEL, CHECK = "openvino", "model.xml", "check.json"

LINEAR = r"\.(?:layers?|blocks)\.\d+\.(?!.*gru_rel_pos).*aten::linear/"
CONVOLVED = r"^(?!.*conv_layers\.0\.)(?!.*pos_conv).*aten::_convolution/"

IN_INT8 = {
    "ctc": LINEAR,
    "transducer": LINEAR,
    "regressor": LINEAR,
    "classifier": f"{LINEAR}|{CONVOLVED}",
    "embedder": f"{LINEAR}|{CONVOLVED}",
    "xvector": f"{LINEAR}|{CONVOLVED}",
}
"""What is rounded in each kind of model, by OpenVINO's names of operations: the linear maps of the layers, and
convolutions but for the first one that hears the waveform and the one that tells positions.

The products of attention, norms and sums are left, and heads: behind a mean over time OpenVINO 2026.4 multiplies each
row of a batch but the first by the wrong numbers, where SmoothQuant's factors and the rounding are joined to the mean.
Of 1,207 words of the demo's recogniser 41 changed without convolutions, 49 with the third, 106 with the second and the
third, 114 where SmoothQuant smoothed these, too.  The first one took the lowest cosine of a voice from 0.999 to 0.998.
"""

ROUNDED = ("MatMul", "Convolution", "GroupConvolution", "ScaledDotProductAttention", "Add", "Multiply")
"""The types of operations that NNCF would round."""

RECIPE = "3"
"""Raised where something is made otherwise that the other parts of the key do not tell."""

LIKELIEST = ("ctc", "classifier")
"""The kinds of model of whose numbers the greatest counts."""


LEAST = 0.99
"""What int8 should keep: the share of labels and words, and the lowest cosine."""


@dataclass(frozen=True)
class Check:
    """What int8 changes of the clips that were held back, against fp32.

    Attributes:
        measure: ``kept`` is the share of frames, or of clips, whose likeliest token or class stays; ``cosine`` the
            lowest of a clip's numbers, ``step`` the largest difference of a number.
        value: of it.
    """

    measure: str
    value: float

    def told(self) -> str:
        """In words, with what to do where it is much."""
        match self.measure:
            case "kept":
                found, much = f"{100 * self.value:.1f} % of what is likeliest stays", self.value < LEAST
            case "step":
                found, much = f"numbers move by {self.value:.3f} at most", self.value > 1 - LEAST
            case _:
                found, much = f"the lowest cosine is {self.value:.4f}", self.value < LEAST
        return f"held against fp32 over clips of its own, {found}{'; take --precision bf16 or fp32' if much else ''}"


@dataclass(frozen=True)
class Subject:
    """A model that is to be made int8.

    Attributes:
        kind: one of the values of :data:`transforms.models.kinds.KINDS`.
        rate: Hz that it hears.
        trace: gives it in fp32, as OpenVINO has it.
        inputs: what it is given of a clip: values, and a mask where it takes one.
        compute: makes a model ready for passes of such inputs, in a precision.
    """

    located: Located
    kind: str
    rate: int
    trace: Callable[[], Any]
    inputs: Callable[[np.ndarray], Sequence[Tensor]]
    compute: Callable[[Any, str], Callable[..., Tensor]]


def quantised(subject: Subject) -> tuple[Any, Conversion]:
    """The model as OpenVINO has it, its linear maps in int8, with the folder that it reads its numbers from.

    The ranges of what these maps are given are those of clips that come with the program, and so are the same for
    every corpus.  It is kept in the cache of this machine by the hash of weights and settings, of recipe and clips, and
    by the versions of what makes it.

    Raises:
        ModelError: NNCF cannot make it; there is no room to keep it.
    """
    located = subject.located
    try:
        made = conversion(_place(located, subject.kind), partial(_make, subject))
        return core().read_model(made.folder / MODEL), made
    except ModelError:
        raise
    except OSError as error:
        raise located.error(f"its int8 cannot be kept: {told(error)}; take --precision bf16 or fp32") from error
    except Exception as error:  # of NNCF, whatever it stumbled over
        raise located.error(f"NNCF cannot make int8 of it: {one_line(error)}; take --precision bf16 or fp32") from error


def check_of(located: Located, kind: str) -> Check | None:
    """What was found when it was made; None before that, and where nothing is kept."""
    place = _place(located, kind)
    try:
        return Check(**json.loads((place / CHECK).read_text(encoding="utf-8"))) if place else None
    except (OSError, ValueError, TypeError):
        return None


def compared(kind: str, pairs: Sequence[tuple[Tensor, Tensor]]) -> Check:
    """What a model gives in int8, held against what it gives in fp32.

    Args:
        pairs: its output for each clip, [1, ...], fp32 first.
    """
    if kind in LIKELIEST:
        same = [(exact.argmax(-1) == rounded.argmax(-1)).ravel() for exact, rounded in pairs]
        return Check("kept", float(np.concatenate(same).mean()))
    if kind == "regressor":
        return Check("step", max(float((exact - rounded).abs().max()) for exact, rounded in pairs))
    flat = [(exact.ravel().double(), rounded.ravel().double()) for exact, rounded in pairs]
    return Check("cosine", min(float(a @ b / (a.norm() * b.norm()).clamp_min(1e-12)) for a, b in flat))


def _place(located: Located, kind: str) -> Path | None:
    versions = " ".join(f"{name} {version(name)}" for name in ("openvino", "nncf", "torch", "transformers"))
    return place_of(located, ROOM, f"{RECIPE} {IN_INT8[kind]} {digest_of_clips()} {versions}")


def _make(subject: Subject, folder: Path) -> None:
    """Write the model and its check into an empty folder."""
    calibrating, held_back = clips_at(subject.rate)
    plain = subject.trace()
    made = plain.clone()
    _turn(made)
    with _nncf() as nncf:
        from nncf.quantization.range_estimator import RangeEstimatorParametersSet

        made = nncf.quantize(
            made,
            nncf.Dataset([[part.numpy() for part in subject.inputs(clip)] for clip in calibrating]),
            subset_size=len(calibrating),
            model_type=nncf.ModelType.TRANSFORMER,
            ignored_scope=nncf.IgnoredScope(names=_left(made, subject.kind), validate=False),
            advanced_parameters=nncf.AdvancedQuantizationParameters(
                # By itself it takes the mean of what the clips reach: what one kind of sound reaches is cut off then,
                # and the lowest cosine of a sound was 0.84 instead of 0.9999.
                activations_range_estimator_params=RangeEstimatorParametersSet.MINMAX,
                disable_bias_correction=True,  # it kept no word more, and took most of the time
                # A few numbers of published checkpoints are far larger than the others: half of that goes to the
                # weights.  Without it whisper-tiny.en's encoder lost nearly all of 508 words; of 160 words 31 with the
                # 0.95 that NNCF takes by itself, none with this.
                smooth_quant_alphas=nncf.AdvancedSmoothQuantParameters(convolution=-1, matmul=0.5),
            ),
        )
    load_openvino().save_model(made, folder / MODEL, compress_to_fp16=False)
    exact, rounded = subject.compute(plain, "fp32"), subject.compute(made, INT8)
    given = [subject.inputs(clip) for clip in held_back]
    check = compared(subject.kind, [(exact(*inputs), rounded(*inputs)) for inputs in given])
    (folder / CHECK).write_text(json.dumps(asdict(check)), encoding="utf-8")


def _turn(model: Any) -> None:
    """Turn what is multiplied transposed before it is multiplied.

    Granite Speech turns what its convolutions give, [n_rows, width, n_steps], and OpenVINO does so within the product.
    SmoothQuant's factors then stand right behind the convolution, to which OpenVINO 2026.4 joins them, with activation
    and rounding, and in bf16 computes that wrongly: 99 of 100 frames changed their token.  Behind a turn they are not
    joined.
    """
    op = load_openvino().opset13
    for one in model.get_ordered_ops():
        if one.get_type_name() == "MatMul" and one.get_attributes()["transpose_a"]:
            given, weights = one.input(0).get_source_output(), one.input(1).get_source_output()
            *first, last, before = range(len(given.get_partial_shape()))
            turned = op.transpose(given, op.constant(np.array([*first, before, last])))
            product = op.matmul(turned, weights, False, one.get_attributes()["transpose_b"])
            product.set_friendly_name(one.get_friendly_name())
            one.output(0).replace(product.output(0))


def _left(plain: Any, kind: str) -> list[str]:
    """The names of the operations that are not rounded."""
    found = [one.get_friendly_name() for one in plain.get_ordered_ops() if one.get_type_name() in ROUNDED]
    return [name for name in found if not re.search(IN_INT8[kind], name)]


@contextmanager
def _nncf() -> Iterator[Any]:
    """The library, which sends nothing here and prints nothing.

    It counts its uses by the same package that OpenVINO does without.
    """
    load_openvino()
    loggers = logging.getLoggerClass()
    with redirect_stdout(io.StringIO()):  # its bars
        import nncf

        logging.setLoggerClass(loggers)  # it puts its own in the place of everybody's
        nncf.set_log_level(logging.ERROR)
        yield nncf
