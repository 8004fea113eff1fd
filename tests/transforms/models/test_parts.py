"""Convolutions on a part of a batch at a time: the same numbers, in less memory."""

from __future__ import annotations

import pytest
import torch

from transforms.models.features import waveforms
from transforms.models.jobs import open_door
from transforms.models.parts import convolve_in_parts


@pytest.mark.parametrize("kind", ["wav2vec2_ctc", "wav2vec2_ctc_layer", "hubert_ctc", "wavlm_ctc"])
@pytest.mark.parametrize("masked", [True, False])
def test_parts_change_nothing(kind, masked, checkpoint, mixed_clips):
    plain, parted = (open_door("transcripts", str(checkpoint(kind))) for _ in range(2))
    clips = mixed_clips(plain.rate, plain.min_samples, longest_s=5.0)
    if not masked:
        clips = [clip[-16_000:] for clip in clips if len(clip) >= 16_000]
    heard = []
    encoder = parted._loaded.model.base_model.feature_extractor
    encoder.conv_layers[0].conv.register_forward_hook(lambda *given: heard.append(given[1][0].shape[0]))
    convolve_in_parts(parted._loaded.model, 3 * max(map(len, clips)) + 1)
    inputs = waveforms(plain._loaded, clips)
    assert ("attention_mask" in inputs) == masked
    with torch.inference_mode():
        got, wanted = (door._loaded.model(**inputs).logits for door in (parted, plain))
    assert heard == [3] * (len(clips) // 3) + ([len(clips) % 3] if len(clips) % 3 else [])
    torch.testing.assert_close(got, wanted, atol=1e-6, rtol=1e-5)


def test_a_row_longer_than_a_part_is_heard_alone(checkpoint, mixed_clips):
    door = open_door("emotions", str(checkpoint("hubert_emotion")))
    clips = mixed_clips(door.rate, door.min_samples, longest_s=2.3)
    wanted = door(clips)
    convolve_in_parts(door._loaded.model, 100)
    for got, expected in zip(door(clips), wanted, strict=True):
        assert got.probabilities == pytest.approx(expected.probabilities, abs=1e-5)
