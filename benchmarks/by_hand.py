"""What the class of a recogniser says of clips when it is called by hand, each clip alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from transforms.models.checkpoint import parse_checkpoint
from transforms.models.locate import locate
from transforms.models.spectra import GraniteSpeech5FeatureExtractor, spectra_of
from transforms.models.weights import load_extractor


def texts_of(folder: Path, clips: Sequence[np.ndarray]) -> list[str]:
    """The text of each clip, float32 mono at the rate of the checkpoint in ``folder``: a CTC class, or a TDT."""
    from transformers import AutoConfig, AutoModelForCTC, AutoModelForTDT, AutoTokenizer

    transducer = AutoConfig.from_pretrained(folder).architectures[0].endswith("TDT")
    model = (AutoModelForTDT if transducer else AutoModelForCTC).from_pretrained(folder, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    letters = getattr(tokenizer, "word_delimiter_token", None) is not None
    texts: list[str] = []
    for clip in clips:
        with torch.inference_mode():
            inputs = _inputs(folder, clip)
            if transducer or not letters:
                made = model.generate(**inputs)
                ids = getattr(made, "sequences", made)[0].tolist()
            else:
                ids = model(**inputs).logits[0].argmax(-1).tolist()
        if transducer:
            ids = [number for number in ids if number != model.config.blank_token_id]
            texts.append(str(tokenizer.decode(ids, skip_special_tokens=True, group_tokens=False)))
        else:
            texts.append(str(tokenizer.decode(ids, skip_special_tokens=not letters)))
    return texts


def _inputs(folder: Path, clip: np.ndarray) -> Any:
    """What the checkpoint's own extractor makes of a clip."""
    from transformers import AutoFeatureExtractor

    ours = load_extractor(locate("transcripts", parse_checkpoint(str(folder)), weights=False))
    if isinstance(ours, GraniteSpeech5FeatureExtractor):  # its own needs torchaudio
        made = spectra_of([clip], ours, torch.device("cpu"))
        return {"input_features": made.features, "attention_mask": torch.ones(made.features.shape[:2]).bool()}
    theirs = AutoFeatureExtractor.from_pretrained(folder)
    return theirs(clip, sampling_rate=theirs.sampling_rate, return_tensors="pt", return_attention_mask=True)
