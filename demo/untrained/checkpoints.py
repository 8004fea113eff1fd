"""Write tiny untrained checkpoints of the real model classes: `python -m demo.untrained.checkpoints FOLDER [JOB ...]`.

Each is a whole folder as on the Hub (config.json, model.safetensors, preprocessor and tokenizer files), so that
the real loading path runs offline. The weights are random: what the models say means nothing.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import torch
from transformers.utils import logging

from demo.untrained.audio import SOUNDS, language_audio, spectrogram_transformer
from demo.untrained.demo_set import DEMO_SET
from demo.untrained.dimensions import regressor, regressor_of_transformers
from demo.untrained.families import KIN, granite, kin, lasr, parakeet, parakeet_transducer, wav2vec2_bert
from demo.untrained.speech import EMOTIONS, classifier, language_identifier, speaker, transcriber
from demo.untrained.whisper import whisper

WRITERS: dict[str, Callable[[Path], None]] = {
    "wav2vec2_ctc": partial(transcriber, "wav2vec2"),
    "wav2vec2_ctc_layer": partial(transcriber, "wav2vec2", layer_norm=True),
    "hubert_ctc": partial(transcriber, "hubert"),
    "wavlm_ctc": partial(transcriber, "wavlm"),
    **{name: partial(kin, name) for name in KIN},
    "wav2vec2_bert_ctc": wav2vec2_bert,
    "wav2vec2_bert_adapter_ctc": partial(wav2vec2_bert, adapter=True),
    "parakeet_ctc": parakeet,
    "parakeet_tdt": parakeet_transducer,
    "parakeet_rnnt": partial(parakeet_transducer, durations=False),
    "granite_ctc": granite,
    "lasr_ctc": lasr,
    "whisper": whisper,
    "wav2vec2_languages": partial(language_identifier, "wav2vec2"),
    "wav2vec2_emotion": partial(classifier, "wav2vec2"),
    "hubert_emotion": partial(classifier, "hubert"),
    "wavlm_emotion": partial(classifier, "wavlm"),
    "ast_emotion": partial(spectrogram_transformer, EMOTIONS),
    "wav2vec2_dimensions": partial(regressor, "wav2vec2", layer_norm=True),
    "hubert_dimensions": partial(regressor, "hubert"),
    "wavlm_dimensions": partial(regressor, "wavlm"),
    "wavlm_dimensions_plain": partial(regressor_of_transformers, "wavlm"),
    "ast_sounds": partial(spectrogram_transformer, SOUNDS),
    "clap": language_audio,
    "wavlm_xvector": partial(speaker, "wavlm"),
    "wav2vec2_xvector": partial(speaker, "wav2vec2"),
}
KINDS: tuple[str, ...] = tuple(WRITERS)
WARNING = "These models are untrained: their weights are random, and what they say means nothing."


def build(kind: str, folder: Path, seed: int = 0) -> Path:
    """Write the checkpoint `kind`, one of `KINDS`, into `folder` (made if missing) and return the folder.

    The same seed gives the same weights; the caller's random state is left as it was. One thread does it: sums over
    several may differ in their last digits from one machine to the next, and heads are set by such sums.

    Raises:
        KeyError: for an unknown kind.
    """
    write = WRITERS[kind]
    folder.mkdir(parents=True, exist_ok=True)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]), _quietly():
            torch.manual_seed(seed)
            write(folder)
    finally:
        torch.set_num_threads(threads)
    return folder


@contextmanager
def without_bars() -> Iterator[None]:
    """Without transformers' bars over loading and writing weights."""
    barred = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if barred:
            logging.enable_progress_bar()


@contextmanager
def _quietly() -> Iterator[None]:
    """Without what transformers has to say of every checkpoint: a bar for each file of weights, and a warning."""
    with without_bars(), warnings.catch_warnings():
        # True of the AST extractor as it is published, too: 128 mel bands out of 257 bins.
        warnings.filterwarnings("ignore", "At least one mel filter has all zero values", UserWarning)
        yield


def build_demo_set(folder: Path, jobs: Iterable[str] = DEMO_SET) -> dict[str, Path]:
    """Write one checkpoint a job, each in the subfolder that bears the job's name: job to folder.

    Raises:
        KeyError: a job that has none.
    """
    return {job: build(DEMO_SET[job], folder / job) for job in jobs}


def main(arguments: list[str]) -> int:
    """Write the demo set, or those of the jobs named, into a folder and say what it is worth; 2 for wrong use."""
    folder, jobs = arguments[:1], arguments[1:]
    if not folder or folder[0].startswith("-") or not set(jobs) <= set(DEMO_SET):
        print("usage: python -m demo.untrained.checkpoints FOLDER [JOB ...]", file=sys.stderr)
        print(f"jobs: {', '.join(DEMO_SET)}", file=sys.stderr)
        return 2
    for job, written in build_demo_set(Path(folder[0]), jobs or DEMO_SET).items():
        print(f"{job:12} {DEMO_SET[job]:16} {written}")
    print(WARNING)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
