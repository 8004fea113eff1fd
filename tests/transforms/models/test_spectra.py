"""Spectra of whole batches against the extractors on each clip alone, and Granite's against librosa."""

from __future__ import annotations

import librosa
import numpy as np
import pytest
import torch
from transformers import LasrFeatureExtractor, ParakeetFeatureExtractor, SeamlessM4TFeatureExtractor

from transforms.models.spectra import GraniteSpeech5FeatureExtractor, rows_of, shortest_clip, spectra_of

CPU = torch.device("cpu")
EXTRACTORS = {
    "parakeet": ParakeetFeatureExtractor(feature_size=80),
    "parakeet, 128 bands": ParakeetFeatureExtractor(feature_size=128),
    "parakeet, no preemphasis": ParakeetFeatureExtractor(preemphasis=None),
    "lasr": LasrFeatureExtractor(),
    "wav2vec2-bert": SeamlessM4TFeatureExtractor(padding_value=1.0),
}


def clips_of(speech, least):
    lengths = (least, least + 1, 1_121, 5_000, 16_000, 16_037, 40_000)
    return [talk[20_000 : 20_000 + n] for talk, n in zip(speech, lengths, strict=False)]


@pytest.mark.parametrize("name", EXTRACTORS)
def test_a_batch_holds_what_the_extractor_makes_of_each_clip_alone(name, speech):
    extractor = EXTRACTORS[name]
    clips = clips_of(speech, shortest_clip(extractor))
    made = spectra_of(clips, extractor, CPU)
    rows = rows_of(torch.tensor([len(clip) for clip in clips]), extractor)
    for i, clip in enumerate(clips):
        alone = extractor(clip, sampling_rate=16_000, return_tensors="pt", return_attention_mask=True)
        features, mask = alone["input_features"][0], alone["attention_mask"][0]
        assert int(made.frames[i]) == int(mask.sum())
        assert len(features) - 1 <= int(rows[i]) <= len(features)
        assert torch.isfinite(features).all()
        np.testing.assert_allclose(made.features[i, : len(features)], features, atol=1e-4)


def test_one_sample_less_than_the_shortest_clip_is_no_number(speech):
    """Of Parakeet: the deviation of one frame is that of nothing."""
    extractor = EXTRACTORS["parakeet"]
    clip = speech[0][20_000 : 20_000 + shortest_clip(extractor) - 1]
    assert not torch.isfinite(spectra_of([clip], extractor, CPU).features).all()


def by_librosa(clip):
    """Log-mel spectra with slopes, two frames side by side, written out: float64 [n_rows, 320]."""
    frames = 2 * -(-(len(clip) // 160) // 2)
    clip = np.pad(clip, (0, max(0, (frames - 1) * 160 + 1 - len(clip))))
    mels = librosa.feature.melspectrogram(
        y=clip.astype(np.float64), sr=16_000, n_fft=512, win_length=400, hop_length=160, n_mels=80, power=2.0,
        htk=True, norm=None, pad_mode="reflect",
    )[:, :frames].T  # fmt: skip
    logs = np.log10(np.maximum(mels, 1e-10))
    logs = np.maximum(logs, logs.max() - 8.0) / 4 + 1
    held = np.vstack([logs[:1], logs, logs[-1:]])
    slopes = (held[2:] - held[:-2]) / 2
    return np.hstack([logs, slopes]).reshape(frames // 2, 320)


def test_granite_is_what_librosa_makes_of_each_clip_alone(speech):
    extractor = GraniteSpeech5FeatureExtractor()
    clips = clips_of(speech, shortest_clip(extractor))
    made = spectra_of(clips, extractor, CPU)
    for i, clip in enumerate(clips):
        expected = by_librosa(clip)
        assert int(made.frames[i]) == len(expected) == int(rows_of(torch.tensor(len(clip)), extractor))
        np.testing.assert_allclose(made.features[i, : len(expected)], expected, atol=2e-3)
        assert not made.features[i, len(expected) :].any()


def test_granites_own_extractor_makes_the_same(speech):
    """Where torchaudio is installed."""
    pytest.importorskip("torchaudio")
    from transformers import GraniteSpeech5FeatureExtractor as Theirs

    theirs, ours = Theirs(), GraniteSpeech5FeatureExtractor()
    for clip in clips_of(speech, shortest_clip(ours)):
        expected = theirs(clip.copy(), sampling_rate=16_000, return_tensors="pt")["input_features"][0]
        np.testing.assert_allclose(spectra_of([clip], ours, CPU).features[0], expected, atol=1e-4)


def test_settings_are_read_as_they_stand_in_a_file():
    made = GraniteSpeech5FeatureExtractor.of({"num_mel_bins": 64, "feature_extractor_type": "x", "padding_value": 0.0})
    assert (made.num_mel_bins, made.n_fft) == (64, 512)
