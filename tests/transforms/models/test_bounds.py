"""Settings that cannot be are told before anything is made of them: they would hang, fail or fill the memory."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from schemas.shown import shown
from transforms.models.bounds import LONGEST_BYTES, least_numbers, read_settings
from transforms.models.checkpoint import ModelError
from transforms.models.jobs import describe, open_door

CTC, EMOTION, SOUNDS, CLAP, VOICE, WHISPER, PARAKEET, TDT, GRANITE, BERT, SEW = (
    ("transcripts", "wav2vec2_ctc"),
    ("emotions", "hubert_emotion"),
    ("sounds", "ast_sounds"),
    ("embeddings", "clap"),
    ("speakers", "wavlm_xvector"),
    ("transcripts", "whisper"),
    *(
        ("transcripts", kind)
        for kind in ("parakeet_ctc", "parakeet_tdt", "granite_ctc", "wav2vec2_bert_ctc", "sew_ctc")
    ),
)
CONFIG, INPUT = "config.json", "preprocessor_config.json"

ODD: list[tuple[tuple[str, str], str, str, Any, str]] = [
    *(
        (CTC, CONFIG, "num_hidden_layers", value, "num_hidden_layers")
        for value in (10**6, 0, -1, "12", 2.0, None, True)
    ),
    *((CTC, CONFIG, "num_hidden_layers", value, "num_hidden_layers") for value in ([2], {}, 10**4000, float("nan"))),
    (CTC, CONFIG, "num_hidden_layers", 500, "are they cut short"),
    (CTC, CONFIG, "vocab_size", 10**12, "vocab_size"),
    (CTC, CONFIG, "vocab_size", 4_000_000, "are they cut short"),
    (CTC, CONFIG, "hidden_size", 10**9, "hidden_size"),
    (CTC, CONFIG, "hidden_size", [48], "hidden_size"),
    (CTC, CONFIG, "intermediate_size", -3, "intermediate_size"),
    (CTC, CONFIG, "num_attention_heads", 7, "num_attention_heads (7) do not divide"),
    (CTC, CONFIG, "num_attention_heads", 0, "num_attention_heads"),
    (CTC, CONFIG, "conv_dim", 512, "conv_dim"),
    (CTC, CONFIG, "conv_dim", [], "conv_dim"),
    (CTC, CONFIG, "conv_dim", [8, 8], "several lengths"),
    (CTC, CONFIG, "conv_dim", [8, None, 8, 8, 8, 8, 8], "conv_dim"),
    (CTC, CONFIG, "conv_stride", [0] * 7, "conv_stride"),
    (CTC, CONFIG, "conv_kernel", [10**9] * 7, "conv_kernel"),
    (CTC, CONFIG, "num_conv_pos_embeddings", 10**9, "num_conv_pos_embeddings"),
    (CTC, CONFIG, "num_labels", 10**9, "num_labels"),
    (CTC, CONFIG, "architectures", "Wav2Vec2ForCTC", "architectures"),
    (CTC, CONFIG, "architectures", [["Wav2Vec2ForCTC"]], "architectures"),
    (CTC, CONFIG, "architectures", [None], "architectures"),
    (CTC, CONFIG, "architectures", None, "model of no stated class"),
    (CTC, CONFIG, "model_type", ["wav2vec2"], "model_type"),
    (CTC, CONFIG, "model_type", 7, "model_type"),
    (CTC, CONFIG, "attn_implementation", "org/code-of-mine", "attn_implementation"),
    (CTC, CONFIG, "transformers_weights", "../other.safetensors", "transformers_weights"),
    (CTC, CONFIG, "quantization_config", {"quant_method": "gptq"}, "quantization_config"),
    (CTC, CONFIG, "nested", {"hidden_size": "x"}, "nested.hidden_size"),
    (CTC, CONFIG, "far", 10**4000, "far"),
    *(
        (CTC, INPUT, "sampling_rate", value, "sampling_rate")
        for value in (0, -1, 1e9, 10**9, "16000", None, [16_000], 16e3)
    ),
    (CTC, INPUT, "feature_size", 0, "feature_size"),
    (CTC, INPUT, "feature_extractor_type", "ClapFeatureExtractor", "is a ClapFeatureExtractor"),
    (CTC, INPUT, "feature_extractor_type", ["x"], "feature_extractor_type"),
    (EMOTION, CONFIG, "id2label", ["a", "b"], "id2label"),
    (EMOTION, CONFIG, "id2label", {"0": "a", "2": "b"}, "id2label"),
    (EMOTION, CONFIG, "id2label", {"0": "a", "1": None}, "class 1 has no name"),
    (EMOTION, CONFIG, "id2label", {"0": "a", "1": ["b"]}, "class 1 has no name"),
    (EMOTION, CONFIG, "id2label", {"0": "a", "1": " "}, "class 1 has no name"),
    (EMOTION, CONFIG, "id2label", {"zero": "a"}, "id2label"),
    (EMOTION, CONFIG, "problem_type", 7, "problem_type"),
    (EMOTION, CONFIG, "problem_type", "regression", "regression"),
    (EMOTION, CONFIG, "classifier_proj_size", 10**9, "classifier_proj_size"),
    (SOUNDS, CONFIG, "patch_size", 0, "patch_size"),
    (SOUNDS, CONFIG, "time_stride", 0, "time_stride"),
    (SOUNDS, CONFIG, "num_mel_bins", 10**9, "num_mel_bins"),
    (SOUNDS, INPUT, "num_mel_bins", "64", "num_mel_bins"),
    (SOUNDS, INPUT, "max_length", 10**12, "max_length"),
    (SOUNDS, INPUT, "std", 0, "std"),
    (CLAP, CONFIG, "text_config", [], "config.json"),
    (CLAP, CONFIG, "text_config", {"hidden_size": None}, "text_config.hidden_size"),
    (CLAP, CONFIG, "text_config", {"vocab_size": 10**12}, "text_config.vocab_size"),
    (CLAP, CONFIG, "audio_config", {"depths": [2, "2"]}, "audio_config.depths"),
    (CLAP, CONFIG, "audio_config", {"window_size": 0}, "audio_config.window_size"),
    (CLAP, CONFIG, "audio_config", {"spec_size": -1}, "audio_config.spec_size"),
    (CLAP, CONFIG, "projection_dim", 10**10, "projection_dim"),
    (CLAP, CONFIG, "projection_dim", "64", "projection_dim"),
    (CLAP, INPUT, "hop_length", 0, "hop_length"),
    (CLAP, INPUT, "fft_window_size", 10**10, "fft_window_size"),
    (CLAP, INPUT, "max_length_s", float("inf"), "max_length_s"),
    (CLAP, INPUT, "frequency_max", "14000", "frequency_max"),
    (VOICE, CONFIG, "tdnn_kernel", [1, 1], "several lengths"),
    (VOICE, CONFIG, "tdnn_dilation", [0, 1, 2, 1, 1], "tdnn_dilation"),
    (VOICE, CONFIG, "xvector_output_dim", -512, "xvector_output_dim"),
    (VOICE, CONFIG, "xvector_output_dim", None, "xvector_output_dim"),
    (VOICE, CONFIG, "num_buckets", 10**12, "num_buckets"),
    (WHISPER, CONFIG, "decoder_layers", 10**7, "decoder_layers"),
    (WHISPER, CONFIG, "encoder_layers", 500, "are they cut short"),
    (WHISPER, CONFIG, "max_target_positions", 10**12, "max_target_positions"),
    (WHISPER, CONFIG, "d_model", 17, "do not divide"),
    (WHISPER, INPUT, "chunk_length", -30, "chunk_length"),
    (WHISPER, INPUT, "n_fft", 0, "n_fft"),
    *(
        (PARAKEET, CONFIG, "encoder_config", {name: value}, f"encoder_config.{name}")
        for name, value in (
            ("subsampling_factor", 0),
            ("subsampling_conv_stride", 10**6),
            ("subsampling_conv_channels", 10**9),
            ("conv_kernel_size", -9),
            ("num_hidden_layers", 10**6),
            ("num_key_value_heads", 0),
            ("head_dim", "64"),
        )
    ),
    (PARAKEET, "processor_config.json", "feature_extractor", {"preemphasis": "0.97"}, "feature_extractor.preemphasis"),
    (PARAKEET, "processor_config.json", "feature_extractor", {"win_length": 0}, "feature_extractor.win_length"),
    (TDT, CONFIG, "durations", [0, -1], "durations"),
    (TDT, CONFIG, "durations", 4, "durations"),
    (TDT, CONFIG, "decoder_hidden_size", 10**9, "decoder_hidden_size"),
    (TDT, CONFIG, "num_decoder_layers", 10**6, "num_decoder_layers"),
    (TDT, CONFIG, "max_symbols_per_step", 0, "max_symbols_per_step"),
    (GRANITE, CONFIG, "encoder_config", {"context_size": 10**9}, "encoder_config.context_size"),
    (GRANITE, CONFIG, "encoder_config", {"context_size": 64, "max_position_embeddings": 32}, "more than max_position"),
    (GRANITE, CONFIG, "encoder_config", {"subsample_layers": [0, "1"]}, "encoder_config.subsample_layers"),
    (GRANITE, INPUT, "delta_win_length", 0, "delta_win_length"),
    (GRANITE, INPUT, "logmel_floor_db", "8", "logmel_floor_db"),
    (BERT, CONFIG, "feature_projection_input_dim", 10**9, "feature_projection_input_dim"),
    (BERT, CONFIG, "conv_depthwise_kernel_size", 0, "conv_depthwise_kernel_size"),
    (BERT, CONFIG, "left_max_position_embeddings", 10**12, "left_max_position_embeddings"),
    (BERT, INPUT, "stride", 0, "stride"),
    (SEW, CONFIG, "squeeze_factor", 0, "squeeze_factor"),
    (WHISPER, "generation_config.json", "num_beams", 10**9, "generation_config.json: num_beams"),
]


@pytest.fixture
def changed(checkpoint: Callable[[str], Path], tmp_path: Path) -> Callable[..., Path]:
    """A checkpoint with one setting changed."""

    def change(kind: str, file: str, name: str, value: Any) -> Path:
        folder = tmp_path / kind
        shutil.copytree(checkpoint(kind), folder)
        said = json.loads((folder / file).read_text())
        (folder / file).write_text(json.dumps({**said, name: value}))
        return folder

    return change


@pytest.mark.parametrize(("which", "file", "name", "value", "told"), ODD, ids=lambda value: shown(value, 20))
def test_a_setting_that_cannot_be_is_told(
    changed: Callable[..., Path], which: tuple[str, str], file: str, name: str, value: Any, told: str
) -> None:
    job, kind = which
    folder = changed(kind, file, name, value)
    with pytest.raises(ModelError) as caught:
        describe(job, str(folder))
    message = str(caught.value)
    assert message.startswith(f"{job}: {folder}: ")
    assert told in message
    assert "\n" not in message
    assert len(message) < len(str(folder)) + 400


def test_labels_that_are_left_out_are_the_classes_own(changed: Callable[..., Path]) -> None:
    folder = changed("hubert_emotion", CONFIG, "id2label", None)
    assert describe("emotions", str(folder)).labels == ("LABEL_0", "LABEL_1")


def test_a_model_that_its_weights_are_too_small_for_is_not_made(changed: Callable[..., Path]) -> None:
    """Where the layers alone do not show it."""
    folder = changed("hubert_emotion", CONFIG, "classifier_proj_size", 100_000)
    describe("emotions", str(folder))
    with pytest.raises(ModelError, match=r"the model of its config\.json has [\d,]+ numbers, but its weights have"):
        open_door("emotions", str(folder))


def test_every_kind_of_checkpoint_keeps_to_the_bounds(checkpoint: Callable[[str], Path]) -> None:
    from demo.untrained.checkpoints import KINDS

    for kind in KINDS:
        folder = checkpoint(kind)
        settings = read_settings(folder / CONFIG)
        assert 0 < least_numbers(settings) < (folder / "model.safetensors").stat().st_size / 4, kind
        assert [read_settings(folder / name) for name in (INPUT, "processor_config.json") if (folder / name).exists()]


PUBLISHED = {
    "facebook/wav2vec2-base-960h": (768, 3072, 12, 32, 94_396_320),
    "facebook/wav2vec2-xls-r-2b": (1920, 7680, 48, 32, 2_162_000_000),
    "xlm": (768, 3072, 12, 250_002, 277_000_000),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_what_is_published_is_larger_than_the_least(name: str) -> None:
    width, inner, layers, vocabulary, numbers = PUBLISHED[name]
    settings = {
        "hidden_size": width,
        "intermediate_size": inner,
        "num_hidden_layers": layers,
        "vocab_size": vocabulary,
    }
    assert numbers / 4 < least_numbers(settings) < numbers


def test_null_is_what_published_configs_of_conformers_have(tmp_path: Path) -> None:
    path = tmp_path / CONFIG
    path.write_text(
        json.dumps({"encoder_config": {"num_key_value_heads": None, "head_dim": None}, "preemphasis": None})
    )
    assert read_settings(path)["encoder_config"]["head_dim"] is None


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is no JSON"),
        (b"{", "is no JSON"),
        (b"\xff\xfe{\0}\0", "is no JSON"),
        (b"null", "holds no names"),
        (b"[]", "holds no names"),
        (b'"text"', "holds no names"),
        (b'{"a": 1' + b"0" * 6000 + b"}", "is no JSON"),
        (b"[" * 100_000, "is no JSON"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "nested too deeply"),
    ],
)
def test_a_file_that_is_no_settings(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / CONFIG
    path.write_bytes(content)
    with pytest.raises(ValueError, match=told) as caught:
        read_settings(path)
    assert str(caught.value).startswith("config.json")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_a_file_beyond_all_measure_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / CONFIG
    with path.open("wb") as file:
        file.truncate(LONGEST_BYTES + 1)
    with pytest.raises(ValueError, match="more than 64 MB"):
        read_settings(path)
