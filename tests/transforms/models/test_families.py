"""Each family of recognisers against its class called by hand on each clip alone."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch
import transformers
from transformers import (
    AutoFeatureExtractor,
    AutoModelForCTC,
    AutoModelForRNNT,
    AutoModelForTDT,
    AutoProcessor,
    AutoTokenizer,
)
from transformers.models.auto import modeling_auto

from demo.untrained.checkpoints import KINDS as CHECKPOINTS
from schemas.reasons import Reason
from schemas.records import Failure
from transforms.models.batching import run_each
from transforms.models.checkpoint import parse_checkpoint
from transforms.models.ctc import CTC
from transforms.models.fronts import PADS
from transforms.models.jobs import ModelError, open_door
from transforms.models.kinds import KINDS, NOT_OPENED
from transforms.models.locate import locate
from transforms.models.transducer import Transducer

LETTERS = (
    "unispeech_ctc",
    "unispeech_sat_ctc",
    "data2vec_ctc",
    "conformer_ctc",
    "conformer_rotary_ctc",
    "wav2vec2_adapter_ctc",
    "sew_ctc",
    "sew_d_ctc",
    "wav2vec2_bert_ctc",
    "wav2vec2_bert_adapter_ctc",
)
SUBWORDS = ("parakeet_ctc", "granite_ctc", "lasr_ctc")
TRANSDUCERS = ("parakeet_tdt", "parakeet_rnnt")
STEP_MS = {"parakeet_ctc": 80, "granite_ctc": 80, "lasr_ctc": 40, **dict.fromkeys(TRANSDUCERS, 80)}
STEP_MS |= {kind: 40 if "adapter" in kind else 20 for kind in LETTERS}


@cache
def model_of(folder, auto=AutoModelForCTC):
    return auto.from_pretrained(folder, dtype=torch.float32).eval()


def inputs_of(folder, clip):
    """What the checkpoint's own processor makes of a clip."""
    if "granite" in folder.name:  # its processor needs torchaudio; test_spectra.py holds ours against a formula
        from transforms.models.spectra import spectra_of
        from transforms.models.weights import load_extractor

        extractor = load_extractor(locate("transcripts", parse_checkpoint(str(folder)), weights=False))
        made = spectra_of([clip], extractor, torch.device("cpu"))
        return {
            "input_features": made.features,
            "attention_mask": torch.ones(made.features.shape[:2], dtype=torch.bool),
        }
    if "parakeet" in folder.name or "lasr" in folder.name:
        return AutoProcessor.from_pretrained(folder)(clip, sampling_rate=16_000)
    return AutoFeatureExtractor.from_pretrained(folder)(clip, sampling_rate=16_000, return_tensors="pt")


def logits_of(folder, clip):
    """Logits [n_frames, n_tokens] of the clip alone."""
    with torch.inference_mode():
        return model_of(folder)(**inputs_of(folder, clip)).logits[0]


def mean_posterior(logits, silent, start=0, end=None):
    posteriors = logits[start:end].double().softmax(-1).numpy()
    return np.mean([row.max() for row in posteriors if row.argmax() not in silent])


def opened(kind, checkpoint, **settings):
    """A door by its class, which takes what no command sets."""
    located = locate("transcripts", parse_checkpoint(str(checkpoint(kind))), weights=True)
    of = Transducer if kind in TRANSDUCERS else CTC
    return of(located, device="cpu", precision="fp32", language=None, **settings)


def numbers_of(result):
    return [(w.word, w.start_ms, w.end_ms, w.end_is) for w in result.words]


# What is opened


def test_every_class_that_hears_speech_is_opened_or_has_a_reason():
    """As the installed transformers names them."""
    classes = {
        name
        for mapping in (
            modeling_auto.MODEL_FOR_CTC_MAPPING_NAMES,
            modeling_auto.MODEL_FOR_TDT_MAPPING_NAMES,
            modeling_auto.MODEL_FOR_RNNT_MAPPING_NAMES,
            modeling_auto.MODEL_FOR_SPEECH_SEQ_2_SEQ_MAPPING_NAMES,
        )
        for names in mapping.values()
        for name in (names if isinstance(names, tuple) else (names,))
    } | {
        name for name in dir(transformers) if name.endswith(("ForCTC", "ForTDT", "ForRNNT")) and "AutoModel" not in name
    }
    assert classes <= KINDS.keys() | NOT_OPENED.keys()
    assert not KINDS.keys() & NOT_OPENED.keys()
    classes_of_transformers = [name for name, kind in KINDS.items() if kind != "regressor"]
    assert all(hasattr(transformers, name) for name in [*classes_of_transformers, *NOT_OPENED])


def test_every_class_of_recognisers_that_is_opened_is_held_here(checkpoint):
    opens = {name for name, kind in KINDS.items() if kind in ("ctc", "transducer")}
    made = [name for name in CHECKPOINTS if name.endswith(("_ctc", "_tdt", "_rnnt", "_layer"))]
    configs = [transformers.AutoConfig.from_pretrained(checkpoint(name)).architectures[0] for name in made]
    assert set(configs) == opens


def test_a_class_that_is_not_opened_is_told_why(tmp_path):
    transformers.MoonshineConfig(
        hidden_size=32, num_hidden_layers=1, architectures=["MoonshineForConditionalGeneration"]
    ).save_pretrained(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(bytes(2 << 20))
    with pytest.raises(ModelError, match=r"MoonshineForConditionalGeneration.* without the times of its words"):
        open_door("transcripts", str(tmp_path))


# Each clip alone


@pytest.mark.parametrize("kind", LETTERS)
def test_letters_are_those_of_the_class_on_the_clip_alone(kind, engine, checkpoint, mixed_clips):
    folder, step = checkpoint(kind), STEP_MS[kind]
    tokenizer = AutoTokenizer.from_pretrained(folder)
    silent = (tokenizer.pad_token_id, tokenizer.word_delimiter_token_id)
    door = open_door("transcripts", str(folder), language="en", engine=engine)
    clips = mixed_clips(door.rate, door.min_samples)
    results = run_each(door, clips, budget_seconds=30.0)
    for clip, result in zip(clips, results, strict=True):
        logits = logits_of(folder, clip)
        expected = tokenizer.decode(logits.argmax(-1).tolist(), output_word_offsets=True)
        assert (result.text, result.language) == (expected["text"], "en")
        offsets = expected["word_offsets"]
        ends = [o["end_offset"] for o in offsets]
        if step > 20:
            ends = [*(o["start_offset"] for o in offsets[1:]), len(clip) / 16 / step][: len(offsets)]
        kind_of_end = "bound" if step > 20 else "measured"
        assert numbers_of(result) == [
            (o["word"], o["start_offset"] * step, round(end * step), kind_of_end)
            for o, end in zip(offsets, ends, strict=True)
        ]
        for word, o in zip(result.words, offsets, strict=True):
            alone = mean_posterior(logits, silent, o["start_offset"], o["end_offset"])
            assert word.confidence == pytest.approx(alone, abs=1e-4)
    assert len({result.text for result in results}) > len(results) / 3


@pytest.mark.parametrize("kind", SUBWORDS)
def test_subwords_are_those_of_the_class_on_the_clip_alone(kind, engine, checkpoint, mixed_clips):
    folder, step = checkpoint(kind), STEP_MS[kind]
    tokenizer = AutoTokenizer.from_pretrained(folder)
    blank = tokenizer.pad_token_id
    door = open_door("transcripts", str(folder), engine=engine)
    clips = mixed_clips(door.rate, door.min_samples)
    for clip, result in zip(clips, run_each(door, clips, budget_seconds=30.0), strict=True):
        inputs = inputs_of(folder, clip)
        ids = model_of(folder).generate(**inputs)[0].tolist()
        assert result.text == tokenizer.decode(ids, skip_special_tokens=True)
        assert [w.word for w in result.words] == result.text.split()
        # Onsets written out: a word begins with the first frame of a token that opens one.
        opens = [
            i
            for i, number in enumerate(ids)
            if number not in (blank, tokenizer.unk_token_id)
            and number != (ids[i - 1] if i else blank)
            and (
                tokenizer.convert_ids_to_tokens(number).startswith("▁")
                or not set(ids[:i]) - {blank, tokenizer.unk_token_id}
            )
        ]
        spoken = [i for i in opens if tokenizer.decode([ids[i]]).strip()]
        if len(spoken) == len(opens):
            assert [w.start_ms for w in result.words] == [i * step for i in opens]
        frames = door._front.frames([clip])[0]
        for word, end in zip(result.words, [*(w.start_ms for w in result.words[1:]), round(len(clip) / 16)]):  # noqa: B905
            assert word.end_ms == end
        assert {w.end_is for w in result.words} <= {"bound"}
        if result.text:
            logits = logits_of(folder, clip)[:frames]
            assert result.confidence == pytest.approx(mean_posterior(logits, (blank,)), abs=1e-4)


@pytest.mark.parametrize("kind", TRANSDUCERS)
def test_a_transducer_says_what_generate_says_for_the_clip_alone(kind, engine, checkpoint, mixed_clips):
    folder = checkpoint(kind)
    processor = AutoProcessor.from_pretrained(folder)
    model = model_of(folder, AutoModelForTDT if kind == "parakeet_tdt" else AutoModelForRNNT)
    door = open_door("transcripts", str(folder), engine=engine)
    clips = mixed_clips(door.rate, door.min_samples)
    results = run_each(door, clips, budget_seconds=30.0)
    for clip, result in zip(clips, results, strict=True):
        with torch.inference_mode():
            made = model.generate(**inputs_of(folder, clip))
        text, stamps = processor.decode(made.sequences, durations=made.durations, skip_special_tokens=True)
        assert result.text == text[0]
        assert [w.word for w in result.words] == result.text.split()
        tokens = [s for s in stamps[0] if s["token"]]
        spelt = "".join(s["token"] for s in tokens)
        assert spelt == result.text
        # The times of the processor, token by token, put together to words.
        at, frames = 0, door._front.frames([clip])[0]
        for word in result.words:
            begin = spelt.index(word.word, at)
            inside, position = [], 0
            for s in tokens:
                first, position = position, position + len(s["token"])
                if first < begin + len(word.word) and position > begin and s["token"].strip():
                    inside.append(s)
            at = begin + len(word.word)
            assert word.start_ms == round(1000 * inside[0]["start"]) or inside[0]["token"].strip() in "?'-:,%/.!"
            if kind == "parakeet_tdt":
                assert word.end_is == "measured"
                assert word.end_ms == min(round(1000 * inside[-1]["end"]), 80 * frames)
            else:
                assert word.end_is == "bound"
    assert len({result.text for result in results}) > len(results) / 2


# Batches


@pytest.mark.parametrize("kind", [*LETTERS, *SUBWORDS, *TRANSDUCERS])
def test_a_padded_batch_says_what_each_clip_alone_says(kind, checkpoint, mixed_clips):
    door = opened(kind, checkpoint)
    clips = mixed_clips(door.rate, door.min_samples, longest_s=9.7)
    for one, clip in zip(door(clips), clips, strict=True):
        (alone,) = door([clip])
        assert (one.text, numbers_of(one)) == (alone.text, numbers_of(alone))
        assert one.confidence == pytest.approx(alone.confidence, abs=1e-4)


@pytest.mark.parametrize("kind", [*LETTERS, *SUBWORDS])
def test_what_is_mixed_is_exact_to_the_logits(kind, checkpoint, mixed_clips):
    """Texts are forgiving: here the posteriors of the frames, and that the others are kept apart for a reason."""
    door = opened(kind, checkpoint)
    clips = [clip for clip in mixed_clips(door.rate, door.min_samples, longest_s=5.0) if len(clip) > 8_000]
    front = door._front
    with torch.inference_mode():
        together = door._loaded.model(**front.inputs(clips)).logits
        alone = [door._loaded.model(**front.inputs([clip])).logits[0] for clip in clips]
    off = max(float((a[:n] - b[:n]).abs().max()) for a, b, n in zip(together, alone, front.frames(clips), strict=True))
    assert (off < 1e-3) == front.mixes, off
    assert front.mixes == (
        STEP_MS[kind] == 80 or kind in ("lasr_ctc", "wav2vec2_bert_ctc") or kind.startswith("unispeech")
    )


def test_what_pads_is_named():
    assert PADS == ("wav2vec2", "hubert", "wavlm", "unispeech", "unispeech-sat")


# Long recordings


@pytest.mark.parametrize("kind", [*LETTERS, *SUBWORDS])
def test_a_long_clip_is_stitched_of_the_frames_of_its_chunks(kind, checkpoint, speech):
    folder = checkpoint(kind)
    door = opened(kind, checkpoint, chunk_seconds=3.84)
    clip = np.concatenate(speech[:2])[: 16_000 * 13 + 777]
    ratio, length, stride = door._front.ratio, door._chunking.length, door._chunking.stride
    chunks = door.split(clip)
    assert len(chunks) > 3
    tokens = []
    for i, chunk in enumerate(chunks):
        ids = logits_of(folder, chunk).argmax(-1)[: door._front.frames([chunk])[0]]
        first = stride // ratio if i else 0
        last = (length - stride) // ratio if i < len(chunks) - 1 else len(ids)
        tokens += ids[first:last].tolist()
    (result,) = run_each(door, [clip], budget_seconds=30.0)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert result.text == tokenizer.decode(tokens, skip_special_tokens=kind in SUBWORDS)
    assert abs(len(tokens) * STEP_MS[kind] - len(clip) / 16) < 4 * STEP_MS[kind]
    starts = [w.start_ms for w in result.words]
    assert starts == sorted(starts)
    assert result.words[-1].end_ms <= round(len(clip) / 16)


@pytest.mark.parametrize("kind", TRANSDUCERS)
def test_a_transducer_reads_on_over_its_chunks(kind, checkpoint, speech):
    door = opened(kind, checkpoint, chunk_seconds=3.84)
    model = door._loaded.model
    clip = np.concatenate(speech[:2])[: 16_000 * 13 + 777]
    parts = []
    for chunk in door.split(clip):
        with torch.inference_mode():
            frames = model.get_audio_features(**inputs_of(checkpoint(kind), chunk)).pooler_output[0]
        parts.append(frames[: door._front.frames([chunk])[0]])
    whole = torch.from_numpy(door._chunking.join([part.numpy() for part in parts]))[None]
    encoded = transformers.models.parakeet.modeling_parakeet.ParakeetEncoderModelOutput(
        last_hidden_state=whole, pooler_output=whole, attention_mask=torch.ones(whole.shape[:2], dtype=torch.int)
    )
    model.get_audio_features = lambda *_, **__: encoded
    made = model.generate(torch.zeros(1, 8 * whole.shape[1], 80))
    del model.get_audio_features
    ids = [n for n in made.sequences[0].tolist() if n != model.config.blank_token_id]
    (result,) = run_each(door, [clip], budget_seconds=30.0)
    assert result.text == door._spelling._tokenizer.decode(ids, skip_special_tokens=True, group_tokens=False)
    assert result.text
    assert [w.start_ms for w in result.words] == sorted(w.start_ms for w in result.words)


def test_what_cannot_be_heard_costs_its_clip_only(checkpoint, speech):
    for kind in ("parakeet_ctc", "parakeet_tdt"):
        door = opened(kind, checkpoint)
        bad = speech[0][:40_000].copy()
        bad[20_000] = np.nan
        good, failed = run_each(door, [speech[0][:40_000], bad], budget_seconds=9.0)
        assert good.text == door([speech[0][:40_000]])[0].text
        assert isinstance(failed, Failure)
        assert failed.reason is Reason.NON_FINITE_OUTPUT
