"""The transcriber as it learns: a wav2vec 2.0 with CTC, its size, and its loss."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import librosa
import torch
from torch import LongTensor, Tensor, nn
from transformers import Wav2Vec2Config, Wav2Vec2ForCTC

from demo.train.growth import grow
from demo.train.optimise import Batch
from demo.train.utterances import Course
from demo.train.variation import varied
from demo.train.waveform import FRONT_END, RATE_HZ, start_as_mel_bank
from demo.untrained.speech import LETTERS

N_MELS = 40
FRAME = 320
FIRST_LAYERS, LAYERS = 5, 12


class Learner(nn.Module):
    """The transcriber, and a layer that guesses log mels, which wakes its encoder up before it knows any letter."""

    def __init__(self, transcriber: Wav2Vec2ForCTC) -> None:
        super().__init__()
        self.transcriber = transcriber
        self.mels = nn.Linear(transcriber.config.hidden_size, N_MELS)


def new_model(seed: int, start: Path | None = None) -> Learner:
    """Three million weights: five layers 192 wide behind the convolutions; or those of ``start``, grown to ``LAYERS``:
    a small model gets away from the blank sooner, a larger one hears more in the end.
    """
    torch.manual_seed(seed)
    if start:
        return Learner(grow(Wav2Vec2ForCTC.from_pretrained(start, dtype=torch.float32), LAYERS))
    model = Wav2Vec2ForCTC(
        Wav2Vec2Config(
            **FRONT_END,
            hidden_size=192,
            num_hidden_layers=FIRST_LAYERS,
            num_attention_heads=6,  # of 32 dimensions: other sizes take a slow path
            intermediate_size=768,
            vocab_size=len(LETTERS),
            pad_token_id=0,
            bos_token_id=1,
            eos_token_id=2,
            ctc_loss_reduction="mean",
            ctc_zero_infinity=True,
        )
    )
    start_as_mel_bank(model.wav2vec2.feature_extractor)
    return Learner(model)


def loss_of(course: Course, model: nn.Module, batch: Batch, step: int) -> Tensor:
    """Connectionist temporal classification, and at first the squared error of the guessed log mels."""
    assert isinstance(model, Learner)
    regress = step < course.regression_until * course.steps
    clips, mask = varied(batch)
    out = model.transcriber(clips, attention_mask=mask, labels=batch["labels"], output_hidden_states=regress)
    loss: Tensor = out.loss
    if course.early:
        lengths = model.transcriber._get_feat_extract_output_lengths(cast(LongTensor, mask.sum(1)))
        loss = loss + course.early * lateness(out.logits, lengths)
    if not regress:
        return loss
    guessed = model.mels(out.hidden_states[-1])
    wanted = log_mels(clips)[:, : guessed.shape[1]]
    return loss + nn.functional.mse_loss(guessed[:, : wanted.shape[1]], wanted)


def lateness(logits: Tensor, lengths: Tensor) -> Tensor:
    """How far each frame is from what the next one says: the mean Kullback-Leibler divergence over the frames.

    CTC does not mind when within its sound a letter is told, and tells it ever later; this pulls it forward (peak-first
    regularization, Tian et al. 2022, "Peak-First CTC").

    Args:
        logits: [n, n_frames, n_letters].
        lengths: int [n], frames before the padding.
    """
    spoken = nn.functional.log_softmax(logits.float(), dim=-1)
    following, own = spoken[:, 1:].detach(), spoken[:, :-1]
    apart = (following.exp() * (following - own)).sum(dim=-1)
    within = torch.arange(apart.shape[1], device=apart.device) < lengths[:, None] - 1
    return apart[within].mean()


def log_mels(clips: Tensor) -> Tensor:
    """A spectrum each 20 ms, mean 0 and deviation 1 over the batch: [n, n_frames, N_MELS] of [n, n_samples]."""
    window = torch.hann_window(2 * FRAME, device=clips.device)
    power = torch.stft(clips, 2 * FRAME, FRAME, window=window, return_complex=True).abs() ** 2
    filters = torch.from_numpy(librosa.filters.mel(sr=RATE_HZ, n_fft=2 * FRAME, n_mels=N_MELS)).to(clips.device)
    mels = (filters @ power + 1e-3).log().transpose(1, 2)
    return (mels - mels.mean()) / mels.std()
