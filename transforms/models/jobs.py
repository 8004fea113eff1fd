"""What a checkpoint is, and opening the right model for a job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from schemas.jobs import JOBS
from transforms.models.checkpoint import CONFIG, Located, ModelError, one_line, parse_checkpoint, read_config
from transforms.models.door import Description, Door
from transforms.models.engines import CTRANSLATE2, IN_TORCH, Engine
from transforms.models.faults import DeviceLostError, is_device_lost
from transforms.models.kinds import KINDS, NOT_OPENED
from transforms.models.licence import licence_of
from transforms.models.locate import locate
from transforms.models.weights import check_engine, load_extractor

WAVEFORM = "Wav2Vec2FeatureExtractor"


EXTRACTORS = {
    "whisper": "WhisperFeatureExtractor",
    "parakeet_ctc": "ParakeetFeatureExtractor",
    "parakeet_tdt": "ParakeetFeatureExtractor",
    "parakeet_rnnt": "ParakeetFeatureExtractor",
    "granite_speech5_ctc": "GraniteSpeech5FeatureExtractor",
    "lasr_ctc": "LasrFeatureExtractor",
    "wav2vec2-bert": "SeamlessM4TFeatureExtractor",
    "audio-spectrogram-transformer": "ASTFeatureExtractor",
    "clap": "ClapFeatureExtractor",
}
"""The class that makes the input of a type of model, where it is not :data:`WAVEFORM`."""


REGRESSORS = ("wav2vec2", "hubert", "wavlm")
"""The types of models whose ``ForSequenceClassification`` may be a regression."""


INSTEAD = {("languages", "whisper"): "detector"}
"""The kind that a model is of for a job, where it is another than for others."""


def describe(job: str, checkpoint: str) -> Description:
    """What the tables need to know of a checkpoint, from its small files alone.

    Raises:
        ModelError: it cannot be found, or the job cannot open it.
        KeyError: an unknown job.
    """
    located, config, kind = _identify(job, checkpoint, weights=False)
    extractor = load_extractor(located)
    if type(extractor).__name__ != EXTRACTORS.get(config.model_type, WAVEFORM):
        raise located.error(
            f"its feature extractor is a {type(extractor).__name__}, but a model of the type "
            f"{config.model_type} hears what a {EXTRACTORS.get(config.model_type, WAVEFORM)} makes"
        )
    try:
        described = _described(located, config, kind, extractor)
    except (AttributeError, TypeError, ValueError) as error:
        raise located.error(f"its {CONFIG} cannot be used: {one_line(error)}") from error
    return replace(described, licence=licence_of(located))


def _described(located: Located, config: Any, kind: str, extractor: Any) -> Description:
    rate = int(extractor.sampling_rate)
    match kind:
        case "classifier":
            from transforms.models.classifier import is_multi_label, labels_of

            return Description(kind, rate, labels=labels_of(located, config), multi_label=is_multi_label(config))
        case "regressor":
            from transforms.models.regressor import order_of

            order_of(located, config)
            return Description(kind, rate)
        case "embedder":
            return Description(kind, rate, dimension=config.projection_dim)
        case "xvector":
            return Description(kind, rate, dimension=config.xvector_output_dim)
        case "whisper":
            from transforms.models.spoken import languages_in

            known = languages_in(located)
            return Description(kind, rate, talk_seconds=float(extractor.chunk_length), languages=known)
        case _:
            return Description(kind, rate)


def open_door(
    job: str,
    checkpoint: str,
    *,
    device: str = "cpu",
    precision: str = "fp32",
    language: str | None = None,
    engine: Engine = IN_TORCH,
    vocabulary: Sequence[str] = (),
) -> Door:
    """Load the checkpoint that is to do a job.

    Args:
        job: a key of :data:`schemas.jobs.JOBS`.
        checkpoint: a folder, or ``org/name`` or ``org/name@revision`` on the Hub.
        device: ``cpu``, ``cuda`` or ``cuda:N``.
        precision: ``fp32``, ``bf16``, on a GPU ``fp16``, or by CTranslate2 ``int8``.
        language: of the speech, as a code (``en``); Whisper transcribes in it, None lets it find the
            language of each clip.  Others only write it beside their transcripts.
        vocabulary: words and names that transcripts are to prefer.
        engine: what computes the passes; of a kind that it does not compute
            (:data:`transforms.models.engines.COMPUTED`) torch does.

    Raises:
        ModelError: it cannot be found, the job cannot open it, or its weights do not fill its class.
        KeyError: an unknown job.
        ValueError: an unknown precision or engine, or one that the device cannot compute in.
        DeviceLostError: the device can compute nothing.
    """
    check_engine(device, precision, engine)
    located, _, kind = _identify(job, checkpoint, weights=True)
    try:
        return _opened(located, kind, device, precision, language, engine, vocabulary)
    except ModelError:
        raise
    except Exception as error:  # of settings that fit neither each other nor the weights
        if is_device_lost(error):
            raise DeviceLostError(f"{job}: {device} is lost: {one_line(error)}") from error
        raise located.error(f"it cannot be opened: {one_line(error)}") from error


def _opened(
    located: Located,
    kind: str,
    device: str,
    precision: str,
    language: str | None,
    engine: Engine,
    vocabulary: Sequence[str],
) -> Door:
    spoken: dict[str, Any] = {"language": language, "vocabulary": vocabulary}
    match kind:
        case "transducer":
            from transforms.models.transducer import Transducer

            return Transducer(located, device=device, precision=precision, language=language, engine=engine)
        case "ctc":
            from transforms.models.ctc import CTC

            return CTC(located, device=device, precision=precision, engine=engine, **spoken)
        case "whisper":
            if engine.name == CTRANSLATE2:
                from transforms.models.ctranslated import CTranslated

                return CTranslated(located, device=device, precision=precision, engine=engine, **spoken)
            from transforms.models.whisper import Whisper

            return Whisper(located, device=device, precision=precision, **spoken)
        case "detector":
            from transforms.models.detector import Detector

            return Detector(located, device=device, precision=precision)
        case "classifier":
            from transforms.models.classifier import Classifier

            return Classifier(located, device=device, precision=precision, engine=engine)
        case "regressor":
            from transforms.models.regressor import Regressor

            return Regressor(located, device=device, precision=precision, engine=engine)
        case "embedder":
            from transforms.models.embedder import Embedder

            return Embedder(located, device=device, precision=precision, engine=engine)
        case _:
            from transforms.models.xvector import XVector

            return XVector(located, device=device, precision=precision, engine=engine)


def _identify(job: str, checkpoint: str, *, weights: bool) -> tuple[Located, Any, str]:
    """Where the checkpoint lies, its config, and which kind of model it is for this job."""
    opens = JOBS[job].kinds
    located = locate(job, parse_checkpoint(checkpoint), weights=weights)
    config = read_config(located)
    classes = config.architectures or []
    kind = next((KINDS[name] for name in classes if name in KINDS), None)
    if job == "transcripts" and kind is None and (reason := next(filter(None, map(NOT_OPENED.get, classes)), None)):
        raise located.error(f"it is a {' and '.join(classes)}, which is not opened: {reason}; see docs/models.md")
    if kind == "regressor" and config.model_type not in REGRESSORS:
        kind = None
    if kind == "classifier" and config.problem_type == "regression" and config.model_type in REGRESSORS:
        kind = "regressor" if "regressor" in opens else kind  # for other jobs it is a classifier without classes
    if kind is None or kind not in opens:
        wanted = ", ".join(name for name, kind in KINDS.items() if kind in opens)
        if "regressor" in opens:
            wanted += ", and their ForSequenceClassification of problem_type regression"
        raise located.error(
            f"it is a {' and '.join(classes) or 'model of no stated class'} ({config.model_type}); {job} opens {wanted}"
        )
    return located, config, INSTEAD.get((job, kind), kind)
