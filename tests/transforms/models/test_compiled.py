"""OpenVINO in torch's place: its name in the rows, its surprises, what it keeps to itself, and when it is taken."""

from __future__ import annotations

import logging
import subprocess
import sys

import numpy as np
import pytest
import torch

import transforms.models.engines as engines
import transforms.models.passes as passes
from transforms.models.engines import OPENVINO, TORCH, Engine, best_engine, engine_refusal
from transforms.models.jobs import open_door
from transforms.models.kinds import KINDS
from transforms.models.precision import best_precision

ON_OPENVINO = Engine(OPENVINO)
WAVEFORMS = {"wav2vec2_ctc_layer": "transcripts", "hubert_emotion": "emotions", "wavlm_xvector": "speakers"}


def noise(*lengths):
    rng = np.random.default_rng(0)
    return [rng.normal(0, 0.1, n).astype(np.float32) for n in lengths]


def test_the_model_column_names_the_engine(checkpoint):
    folder = str(checkpoint("hubert_emotion"))
    plain = open_door("emotions", folder).model_id
    assert plain.endswith("/fp32")
    for precision in ("fp32", "bf16"):
        door = open_door("emotions", folder, precision=precision, engine=ON_OPENVINO)
        assert door.model_id == plain.replace("/fp32", f"/{precision}-openvino")


@pytest.mark.parametrize(
    ("job", "kind"), [("emotions", "hubert_emotion"), ("dimensions", "wav2vec2_dimensions"), ("sounds", "ast_sounds")]
)
def test_opening_says_nothing(job, kind, checkpoint):
    """What transformers says goes to its own handler, past pytest's: one beside it hears the same."""
    said = []
    beside = logging.Handler(logging.WARNING)
    beside.emit = said.append
    folder = str(checkpoint(kind))
    logging.getLogger("transformers").addHandler(beside)
    try:
        open_door(job, folder, engine=ON_OPENVINO)
    finally:
        logging.getLogger("transformers").removeHandler(beside)
    assert not [record.getMessage() for record in said]


def test_whisper_stays_in_torch(checkpoint):
    assert open_door("transcripts", str(checkpoint("whisper")), engine=ON_OPENVINO).model_id.endswith("/fp32")


@pytest.mark.parametrize("kind", ["hubert_emotion", "wav2vec2_emotion"])
def test_a_first_clip_of_one_frame_spoils_no_other(kind, checkpoint):
    """OpenVINO 2026.4 with its joined attention gives wrong rows from then on."""
    plain, door = (open_door("emotions", str(checkpoint(kind)), engine=e) for e in (Engine(), ON_OPENVINO))
    for clip in noise(400, 16_000, 401, 24_000, 720):
        np.testing.assert_allclose(door([clip])[0].probabilities, plain([clip])[0].probabilities, atol=1e-4)


@pytest.mark.parametrize("kind", WAVEFORMS)
def test_lengths_in_one_call_are_told_apart(kind, checkpoint):
    """Without run_each, which would sort them."""
    plain, door = (open_door(WAVEFORMS[kind], str(checkpoint(kind)), engine=e) for e in (Engine(), ON_OPENVINO))
    clips = noise(9_000, 16_000, 5_200, 16_000, 15_999)
    for got, clip in zip(door(clips), clips, strict=True):
        (alone,) = plain([clip])
        if kind == "wav2vec2_ctc_layer":
            assert got.text == alone.text
            assert got.confidence == pytest.approx(alone.confidence, abs=1e-4)
        else:
            np.testing.assert_allclose(
                getattr(got, "probabilities", got), getattr(alone, "probabilities", alone), atol=1e-4
            )


def test_weights_are_not_kept_in_torch_as_well(checkpoint):
    emotions = open_door("emotions", str(checkpoint("hubert_emotion")), engine=ON_OPENVINO)
    assert {p.device.type for p in emotions._loaded.model.parameters()} == {"meta"}
    clap = open_door("embeddings", str(checkpoint("clap")), engine=ON_OPENVINO)._loaded.model
    assert {p.device.type for p in clap.audio_model.parameters()} == {"meta"}
    assert {p.device.type for p in clap.text_model.parameters()} == {"cpu"}


@pytest.mark.parametrize("before", ["", "import openvino; "])
def test_nothing_is_reported_to_its_makers(checkpoint, tmp_path, before):
    """By itself OpenVINO reports imports and conversions, and keeps an identifier in the home folder."""
    code = f"""
import sys
sys.path.insert(0, {str(tmp_path)!r})
{before}
from transforms.openvino import load_openvino
load_openvino()
import socket
def none(*args): raise AssertionError("a connection was tried")
socket.socket.connect = socket.getaddrinfo = none
import openvino_telemetry_spy
from transforms.models.jobs import open_door
from transforms.models.engines import Engine
open_door("emotions", {str(checkpoint("hubert_emotion"))!r}, engine=Engine("openvino"))
assert not openvino_telemetry_spy.sent(), openvino_telemetry_spy.sent()
"""
    (tmp_path / "openvino_telemetry_spy.py").write_text(
        "import sys\n"
        "_module = sys.modules.get('openvino_telemetry')\n"
        "_sent = []\n"
        "if _module:\n"
        "    _module.Telemetry.send_event = lambda *a, **k: _sent.append(a)\n"
        "def sent(): return _sent\n"
    )
    environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(p for p in sys.path if p)}
    if before:
        environment["CI"] = "1"  # so that the import that is not ours sends nothing either
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert before or not (tmp_path / "intel").exists()


def test_an_unknown_engine_is_wrong_use(checkpoint):
    with pytest.raises(ValueError, match="one of torch, openvino"):
        open_door("emotions", str(checkpoint("hubert_emotion")), engine=Engine("onnx"))


def test_openvino_that_is_not_installed(checkpoint, monkeypatch):
    monkeypatch.setattr(engines, "find_spec", lambda name: None)
    assert best_engine("cpu", "ctc") == TORCH
    with pytest.raises(ValueError, match=r"not installed: pip install openvino"):
        open_door("emotions", str(checkpoint("hubert_emotion")), engine=ON_OPENVINO)


def test_openvino_is_for_cpus(monkeypatch):
    monkeypatch.setattr(engines, "find_spec", lambda name: name)
    assert engine_refusal("cpu", OPENVINO) is None
    assert "not on cuda" in engine_refusal("cuda", OPENVINO)
    assert {kind: best_engine("cpu", kind) for kind in KINDS.values()} == {
        "ctc": OPENVINO,
        "transducer": OPENVINO,
        "classifier": OPENVINO,
        "regressor": OPENVINO,
        "embedder": OPENVINO,
        "xvector": OPENVINO,
        "whisper": "ctranslate2",
    }
    assert {best_engine("cuda", kind) for kind in KINDS.values()} == {TORCH}


@pytest.mark.parametrize(
    ("has", "in_torch", "in_openvino"),
    [
        ({}, "fp32", "fp32"),
        ({"avx2": True, "avx512_f": True}, "fp32", "fp32"),
        ({"avx512_bf16": True}, "fp32", "bf16"),
        ({"avx512_bf16": True, "amx_bf16": True}, "bf16", "bf16"),
    ],
)
def test_precision_goes_by_what_the_cpu_has(has, in_torch, in_openvino, monkeypatch):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: has)
    for kind in ("classifier", "embedder", "xvector", "ctc"):
        assert best_precision("cpu", kind) == best_precision("cpu", kind, TORCH) == in_torch
        assert best_precision("cpu", kind, OPENVINO) == in_openvino
    for kind in ("transducer", "whisper", "regressor"):  # not measured
        assert best_precision("cpu", kind) == best_precision("cpu", kind, OPENVINO) == "fp32"


def test_models_share_one_openvino(monkeypatch):
    """So that its threads do not come and go with them."""
    passes.core()
    monkeypatch.setattr("transforms.openvino.load_openvino", lambda: pytest.fail("another was made"))
    assert passes.core() is passes.core()
