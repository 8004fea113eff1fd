"""Attention in one kernel says what the classes' own attention says, and asks nothing of the device in between."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from transformers import ClapFeatureExtractor, ClapModel
from transformers.models.clap.modeling_clap import ClapAudioLayer

from transforms.models.attention import fuse_attention, keep_masks, mask_frames_there
from transforms.models.features import waveforms
from transforms.models.jobs import open_door

JOBS = {
    "wav2vec2_ctc": "transcripts",
    "wav2vec2_ctc_layer": "transcripts",
    "hubert_ctc": "transcripts",
    "wavlm_ctc": "transcripts",
    "hubert_emotion": "emotions",
    "wavlm_emotion": "emotions",
    "wav2vec2_xvector": "speakers",
    "wavlm_xvector": "speakers",
}
OUTPUTS = {"transcripts": "logits", "emotions": "logits", "speakers": "embeddings"}


def passed(door, job, clips):
    """What a pass gives, [n_clips, ...]."""
    inputs = waveforms(door._loaded, clips)
    with torch.inference_mode():
        return getattr(door._loaded.model(**inputs), OUTPUTS[job])


@pytest.mark.parametrize("same_length", [True, False])
@pytest.mark.parametrize("kind", JOBS)
def test_one_kernel_says_the_same(kind, same_length, checkpoint, mixed_clips):
    job = JOBS[kind]
    plain, fused = (open_door(job, str(checkpoint(kind))) for _ in range(2))
    fuse_attention(fused._loaded.model)
    clips = mixed_clips(plain.rate, plain.min_samples, longest_s=12.0)
    clips = [clip[-16_000:] for clip in clips if len(clip) >= 16_000] if same_length else clips
    got, wanted = passed(fused, job, clips), passed(plain, job, clips)
    if got.ndim == 3:  # behind its true frames a row may say anything
        lengths = fused._front.frames(clips)
        for one, other, n in zip(got, wanted, lengths, strict=True):
            torch.testing.assert_close(one[:n], other[:n], atol=1e-5, rtol=1e-4)
    else:
        torch.testing.assert_close(got, wanted, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("kind", [*JOBS, "unispeech_sat_ctc", "wav2vec2_dimensions"])
def test_true_frames_are_those_of_the_classes(kind, checkpoint):
    job = JOBS.get(kind, "dimensions" if kind.endswith("dimensions") else "transcripts")
    plain, door = (open_door(job, str(checkpoint(kind)))._loaded.model for _ in range(2))
    mask_frames_there(door)
    lengths = torch.arange(400, 9000, 37)
    mask = (torch.arange(9000) < lengths[:, None]).long()
    n = int(plain._get_feat_extract_output_lengths(torch.tensor(9000)))
    for one, other in {(door, plain), (door.base_model, plain.base_model)}:
        if hasattr(other, "_get_feature_vector_attention_mask"):
            got, wanted = (each._get_feature_vector_attention_mask(n, mask) for each in (one, other))
            assert got.dtype == torch.bool
            assert torch.equal(got, wanted.bool())
            assert not got.all()


class Brought(TorchDispatchMode):
    """Counts numbers of the host that are written to places of a device, each of which is brought there while all wait.

    Where a mask says the places, nobody waits.
    """

    PUTS = (torch.ops.aten.index_put_.default, torch.ops.aten._index_put_impl_.default)

    def __init__(self):
        super().__init__()
        self.numbers = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        if func in self.PUTS and args[2].ndim == 0:
            self.numbers += any(places is not None and places.dtype != torch.bool for places in args[1])
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("kind", JOBS)
def test_no_number_is_brought_for_the_mask(kind, checkpoint, mixed_clips):
    door = open_door(JOBS[kind], str(checkpoint(kind)))
    clips = mixed_clips(door.rate, door.min_samples, longest_s=2.3)
    with Brought() as before:
        passed(door, JOBS[kind], clips)
    mask_frames_there(door._loaded.model)
    with Brought() as behind:
        passed(door, JOBS[kind], clips)
    assert before.numbers > 0
    assert behind.numbers == 0


class Asked(TorchDispatchMode):
    """Remembers what asks a device for a number, or for how many there are: each waits for all before it."""

    WAITS = ("aten::_local_scalar_dense", "aten::nonzero", "aten::masked_select", "aten::is_nonzero", "aten::equal")

    def __init__(self):
        super().__init__()
        self.found = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        if func.name().split(".")[0] in self.WAITS:
            self.found.append(func.name())
        return func(*args, **(kwargs or {}))


def test_masks_of_shifted_windows_are_made_once(checkpoint):
    model = ClapModel.from_pretrained(checkpoint("clap")).eval()
    extractor = ClapFeatureExtractor.from_pretrained(checkpoint("clap"))
    sound = np.random.default_rng(0).standard_normal(48_000).astype(np.float32)
    features = extractor(sound, sampling_rate=48_000, return_tensors="pt")
    layers = [layer for layer in model.modules() if isinstance(layer, ClapAudioLayer)]
    made = []
    with torch.inference_mode():
        before = model.get_audio_features(**features).pooler_output
        for layer in layers:
            layer.get_attn_mask = partial(_counted, layer.get_attn_mask, made)
        keep_masks(model)
        after = [model.get_audio_features(**features).pooler_output for _ in range(3)]
    assert all(torch.equal(one, before) for one in after)
    assert len(made) == len(layers) > 0


def _counted(make, made, *given, **named):
    made.append(given)
    return make(*given, **named)


@pytest.mark.parametrize("kind", JOBS)
def test_a_pass_does_not_wait_for_the_device(kind, checkpoint, mixed_clips):
    job = JOBS[kind]
    door = open_door(job, str(checkpoint(kind)))
    clips = mixed_clips(door.rate, door.min_samples, longest_s=2.3)
    inputs = waveforms(door._loaded, clips)
    assert "attention_mask" in inputs
    with torch.inference_mode(), Asked() as before:
        door._loaded.model(**inputs)
    fuse_attention(door._loaded.model)
    with torch.inference_mode(), Asked() as after:
        door._loaded.model(**inputs)
    assert not after.found
    assert before.found or kind.startswith("wavlm")  # else this test could not fail


@pytest.mark.parametrize(("kind", "job"), [("ast_sounds", "sounds"), ("clap", "embeddings")])
def test_passes_over_windows_do_not_wait_either(kind, job, checkpoint):
    door = open_door(job, str(checkpoint(kind)))
    clips = [np.random.default_rng(i).normal(0, 0.1, door.rate).astype(np.float32) for i in range(3)]
    door(clips)  # whatever is made once
    with Asked() as asked:
        door.begin(clips)
    assert not asked.found


def test_attention_of_other_classes_stays(checkpoint):
    model = open_door("sounds", str(checkpoint("ast_sounds")))._loaded.model
    before = model.config._attn_implementation
    fuse_attention(model)
    assert model.config._attn_implementation == before == "sdpa"
