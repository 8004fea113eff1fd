"""The untrained checkpoints open through the Auto classes, and what they give depends on what they hear."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import soundfile
import soxr
import torch
from safetensors.torch import load_file
from transformers import (
    AutoConfig,
    AutoFeatureExtractor,
    AutoModel,
    AutoModelForAudioClassification,
    AutoModelForAudioXVector,
    AutoModelForCTC,
    AutoModelForSpeechSeq2Seq,
    AutoProcessor,
    AutoTokenizer,
)
from transformers.utils import logging

from demo.corpus import FOLDER
from demo.untrained.checkpoints import KINDS, WARNING, build, main
from demo.untrained.demo_set import DEMO_SET
from demo.untrained.sounds import Samples, noises, voices
from transforms.models.regression import AutoModelForSpeechRegression

TRANSCRIBERS = ["wav2vec2_ctc", "wav2vec2_ctc_layer", "hubert_ctc", "wavlm_ctc"]
FAMILIES = [kind for kind in KINDS if kind.endswith(("_ctc", "_tdt", "_rnnt")) and kind not in TRANSCRIBERS]
"""Held against their classes in ``test_families``, each with the processor that it has."""
EMOTIONS = [kind for kind in KINDS if kind.endswith("_emotion")]
DIMENSIONS = [kind for kind in KINDS if "_dimensions" in kind]
SPEAKERS = [kind for kind in KINDS if kind.endswith("_xvector")]
RATE_HZ = 16_000
Folders = Callable[[str], Path]


@pytest.fixture(scope="module")
def demo_set(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder that `python -m demo.untrained.checkpoints` wrote, and what it said."""
    root, said = tmp_path_factory.mktemp("demo_set"), io.StringIO()
    with contextlib.redirect_stdout(said):
        assert main([str(root)]) == 0
    return root, said.getvalue()


@pytest.fixture(scope="module")
def folders(demo_set: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Folders:
    """Where a kind lies; one that is not in the demo set is built when it is first asked for."""
    root = tmp_path_factory.mktemp("checkpoints")
    built = {kind: demo_set[0] / job for job, kind in DEMO_SET.items()}

    def folder(kind: str) -> Path:
        if kind not in built:
            built[kind] = build(kind, root / kind)
        return built[kind]

    return folder


@pytest.fixture(autouse=True)
def small_and_offline(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # models this small only lose by more
    with torch.inference_mode():
        yield
    torch.set_num_threads(threads)


def auto_class(kind: str) -> Any:
    if kind in TRANSCRIBERS:
        return AutoModelForCTC
    if kind in SPEAKERS:
        return AutoModelForAudioXVector
    if "_dimensions" in kind:
        return AutoModelForSpeechRegression
    return {"whisper": AutoModelForSpeechSeq2Seq, "clap": AutoModel}.get(kind, AutoModelForAudioClassification)


def opened(folder: Path, kind: str) -> tuple[Any, Any]:
    """The model in `folder` and its feature extractor."""
    return auto_class(kind).from_pretrained(folder).eval(), AutoFeatureExtractor.from_pretrained(folder)


def logits(folder: Path, kind: str, sounds: list[Samples]) -> list[torch.Tensor]:
    model, extractor = opened(folder, kind)
    return [model(**extractor(sound, sampling_rate=RATE_HZ, return_tensors="pt")).logits[0] for sound in sounds]


def greatest_cosine(vectors: torch.Tensor) -> float:
    """Between any two of the rows of `vectors`."""
    unit = torch.nn.functional.normalize(vectors, dim=1)
    return float((unit @ unit.T - 2 * torch.eye(len(unit))).max())


@pytest.fixture(scope="module")
def sounds() -> list[Samples]:
    """Ten that no head was set by: five voices, then hiss, rumble, clicks, gusts and a tone; 3 s at 16 kHz."""
    return voices(RATE_HZ, 5, 3.0, seed=100) + noises(RATE_HZ, 3.0, seed=100)[:5]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in FAMILIES])
def test_every_weight_has_its_place(kind: str, folders: Folders) -> None:
    folder = folders(kind)
    architecture = AutoConfig.from_pretrained(folder).architectures
    model, info = auto_class(kind).from_pretrained(folder, output_loading_info=True)
    assert architecture == [type(model).__name__]
    assert not any(info.values()), info
    assert (folder / "model.safetensors").stat().st_size < 2_000_000
    assert (folder / "preprocessor_config.json").is_file()


@pytest.mark.parametrize("kind", ["wav2vec2_ctc", "ast_sounds", "clap", "whisper"])
def test_a_seed_settles_the_weights(kind: str, folders: Folders, tmp_path: Path) -> None:
    torch.manual_seed(5)
    state = torch.random.get_rng_state()
    first = load_file(folders(kind) / "model.safetensors")
    again = load_file(build(kind, tmp_path) / "model.safetensors")
    assert first.keys() == again.keys()
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert torch.equal(state, torch.random.get_rng_state())


def test_another_seed_gives_other_weights(folders: Folders, tmp_path: Path) -> None:
    first = load_file(folders("wav2vec2_xvector") / "model.safetensors")
    other = load_file(build("wav2vec2_xvector", tmp_path, seed=1) / "model.safetensors")
    assert not torch.equal(first["feature_extractor.weight"], other["feature_extractor.weight"])


def test_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        build("wav2vec3", tmp_path)


@pytest.mark.parametrize(
    ("kind", "norm", "mask"),
    [("wav2vec2_ctc", "group", False), ("wav2vec2_ctc_layer", "layer", True), ("hubert_ctc", "group", False)],
)
def test_padding_is_handled_as_in_the_originals(kind: str, norm: str, mask: bool, folders: Folders) -> None:
    config = AutoConfig.from_pretrained(folders(kind))
    extractor = AutoFeatureExtractor.from_pretrained(folders(kind))
    assert (config.feat_extract_norm, config.do_stable_layer_norm) == (norm, norm == "layer")
    assert (extractor.return_attention_mask, extractor.do_normalize) == (mask, True)
    assert config.inputs_to_logits_ratio == 320


@pytest.mark.parametrize("kind", TRANSCRIBERS)
def test_transcribers_say_something_else_of_each_sound(kind: str, folders: Folders, sounds: list[Samples]) -> None:
    processor = AutoProcessor.from_pretrained(folders(kind))
    frames = [given.argmax(dim=-1) for given in logits(folders(kind), kind, sounds[:7])]
    assert [len(labels) for labels in frames] == [149] * 7  # (48000 - 400) // 320 + 1
    texts = [processor.decode(labels) for labels in frames]
    assert len(set(texts)) == len(texts)
    for text in texts[:5]:
        assert len(set(text) - {" "}) >= 4, text
        assert set(text) <= set(" 'ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert len(" ".join(texts[:5]).split()) >= 10


@pytest.mark.parametrize("kind", EMOTIONS)
def test_emotions_vary(kind: str, folders: Folders, sounds: list[Samples]) -> None:
    config = AutoConfig.from_pretrained(folders(kind))
    assert config.id2label == {0: "neu", 1: "hap", 2: "ang", 3: "sad"}
    assert config.label2id == {"neu": 0, "hap": 1, "ang": 2, "sad": 3}
    probabilities = torch.stack(logits(folders(kind), kind, sounds)).softmax(dim=-1)
    assert len(set(probabilities.argmax(dim=-1).tolist())) >= 2
    assert probabilities.std(dim=0).mean() > 0.05


@pytest.mark.parametrize("kind", DIMENSIONS)
def test_dimensions_lie_about_the_middle_and_vary(kind: str, folders: Folders, sounds: list[Samples]) -> None:
    config = AutoConfig.from_pretrained(folders(kind))
    assert config.id2label == {0: "arousal", 1: "dominance", 2: "valence"}
    assert config.problem_type == "regression"
    given = torch.stack(logits(folders(kind), kind, sounds))
    assert given.std(dim=0).min() > 0.05
    assert (given > -0.5).all()
    assert (given < 1.5).all()


def test_sounds_vary(folders: Folders, sounds: list[Samples]) -> None:
    given = torch.stack(logits(folders("ast_sounds"), "ast_sounds", sounds))
    assert given.shape == (10, 12)
    assert len(set(given.argmax(dim=-1).tolist())) >= 3


@pytest.mark.parametrize("kind", SPEAKERS)
def test_speaker_vectors_differ(kind: str, folders: Folders, sounds: list[Samples]) -> None:
    model, extractor = opened(folders(kind), kind)
    given = [model(**extractor(sound, sampling_rate=RATE_HZ, return_tensors="pt")).embeddings[0] for sound in sounds]
    assert greatest_cosine(torch.stack(given)) < 0.98


def test_clap_tells_sounds_and_texts_apart(folders: Folders) -> None:
    folder = folders("clap")
    model, extractor = opened(folder, "clap")
    assert (extractor.sampling_rate, extractor.max_length_s) == (48_000, 10)
    assert (extractor.truncation, extractor.padding) == ("rand_trunc", "repeatpad")
    assert not model.config.audio_config.enable_fusion
    heard = [
        model.get_audio_features(**extractor(sound, sampling_rate=48_000, return_tensors="pt")).pooler_output[0]
        for sound in noises(48_000, 4.0, seed=100) + voices(48_000, 2, 4.0, seed=100)
    ]
    assert greatest_cosine(torch.stack(heard)) < 0.98
    tokenizer = AutoTokenizer.from_pretrained(folder)
    prompts = ["a dog barking", "people laughing", "music", "rain on a roof"]
    read = model.get_text_features(**tokenizer(prompts, padding=True, return_tensors="pt")).pooler_output
    assert read.shape == (4, 64)
    assert greatest_cosine(read) < 0.98
    # A prompt's vector does not hang on the prompts beside it.
    alone = model.get_text_features(**tokenizer(prompts[2], return_tensors="pt")).pooler_output[0]
    torch.testing.assert_close(alone, read[2], atol=1e-5, rtol=0)


def test_clap_reads_what_it_wrote(folders: Folders) -> None:
    processor = AutoProcessor.from_pretrained(folders("clap"))
    text = "a dog barks; Ärger, 42%"
    assert processor.tokenizer.decode(processor.tokenizer(text).input_ids, skip_special_tokens=True) == text


def test_what_was_said_is_told_apart(folders: Folders) -> None:
    samples, rate = soundfile.read(FOLDER / "interviews" / "support_call.flac", dtype="float32")
    samples = soxr.resample(samples.mean(axis=1), rate, RATE_HZ)
    halves = [samples[: 4 * RATE_HZ], samples[4 * RATE_HZ : 8 * RATE_HZ]]
    processor = AutoProcessor.from_pretrained(folders("wav2vec2_ctc"))
    first, second = (
        processor.decode(given.argmax(dim=-1)) for given in logits(folders("wav2vec2_ctc"), "wav2vec2_ctc", halves)
    )
    assert first != second
    assert min(len(first), len(second)) >= 20
    one, other = (given.softmax(dim=-1) for given in logits(folders("hubert_emotion"), "hubert_emotion", halves))
    assert (one - other).abs().max() > 0.05


def test_the_demo_set_has_a_folder_for_each_job(demo_set: tuple[Path, str]) -> None:
    root, said = demo_set
    assert WARNING in said
    assert {folder.name for folder in root.iterdir()} == set(DEMO_SET)
    assert all(str(folder) in said for folder in root.iterdir())


def test_nothing_is_said_but_what_was_written(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """No progress bars, no warning of the AST's mel filters; afterwards transformers may show its bars again."""
    shown = logging.is_progress_bar_enabled()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        build("ast_sounds", tmp_path)
    assert capfd.readouterr() == ("", "")
    assert logging.is_progress_bar_enabled() == shown


def test_wrong_use_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    for words in ([], ["--help"], ["folder", "moods"]):
        assert main(words) == 2
        assert "usage" in capsys.readouterr().err
