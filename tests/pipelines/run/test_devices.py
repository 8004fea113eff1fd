"""What a run computes with, where the user says it and where it is left to the machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

import transforms.models.engines as engines
import transforms.models.precision as numbers
from pipelines.run.devices import check_placement, placed, placement_notes
from pipelines.run.runner import choose_runner, sharing, threads_each
from schemas.config import Config
from schemas.errors import UsageError
from tests.pipelines.corpora import DEMO, publish, rows

HERE, ELSEWHERE = ["--direct_num_workers=2"], ["--runner=PortableRunner", "--job_endpoint=embed"]


@pytest.fixture(autouse=True)
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


def resolved(kind: str, beam: list[str] = HERE, **config: Any) -> str:
    found = placed(Config(**config), kind, choose_runner(beam, 10))
    return f"{found.device} {found.precision} {found.engine.name}"


@pytest.mark.parametrize(
    ("has", "installed", "kind", "expected"),
    [
        ({"avx512_bf16": True}, True, "classifier", "cpu bf16 openvino"),
        ({"avx512_bf16": True}, True, "ctc", "cpu bf16 openvino"),
        ({"amx_bf16": True}, True, "classifier", "cpu bf16 openvino"),
        ({"amx_bf16": True}, True, "ctc", "cpu bf16 openvino"),
        ({"avx512_bf16": True}, True, "transducer", "cpu fp32 openvino"),
        ({"amx_bf16": True}, True, "xvector", "cpu bf16 openvino"),
        ({"avx2": True}, True, "classifier", "cpu fp32 openvino"),
        ({"avx512_bf16": True}, False, "embedder", "cpu fp32 torch"),
        ({"avx512_bf16": True, "amx_bf16": True}, False, "embedder", "cpu bf16 torch"),
        ({}, False, "ctc", "cpu fp32 torch"),
        ({"avx512_bf16": True}, True, "whisper", "cpu int8 ctranslate2"),
        ({"avx512_bf16": True}, False, "whisper", "cpu fp32 torch"),
    ],
)
def test_auto(has: dict[str, bool], installed: bool, kind: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: has)
    monkeypatch.setattr(engines, "find_spec", lambda name: installed or None)
    assert resolved(kind) == expected
    assert resolved(kind, ELSEWHERE) == "cpu fp32 torch"
    named = {"precision": "fp32", "engine": "torch"}
    assert resolved(kind, **named) == resolved(kind, ELSEWHERE, **named) == "cpu fp32 torch"


def test_bf16_on_a_cpu_without_it_is_left_to_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict)
    monkeypatch.setattr(engines, "find_spec", lambda name: name)
    assert resolved("ctc", precision="bf16") == "cpu bf16 torch"
    assert resolved("ctc", precision="bf16", engine="openvino") == "cpu bf16 openvino"
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": True})
    assert resolved("ctc", precision="bf16") == "cpu bf16 openvino"


def test_a_gpu_is_for_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(numbers, "best_precision", lambda device, kind, engine: f"{device}'s")
    monkeypatch.setattr(engines, "find_spec", lambda name: name)
    assert resolved("ctc") == "cuda cuda's torch"
    assert resolved("ctc", engine="openvino", precision="fp32") == "cpu fp32 openvino"
    with pytest.raises(UsageError, match="--engine openvino: OpenVINO computes on CPUs here, not on cuda: take torch"):
        check_placement(Config(device="cuda", engine="openvino"))


def test_openvino_that_is_not_installed_is_wrong_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda name: None)
    check_placement(Config())
    with pytest.raises(UsageError, match=r"not installed: pip install openvino$"):
        check_placement(Config(engine="openvino"))


def test_int8(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_vnni": True})
    kinds = {"transcripts": "whisper", "sounds": "classifier"}
    assert resolved("whisper", precision="int8") == "cpu int8 ctranslate2"
    assert resolved("whisper", precision="bf16") == "cpu bf16 torch"
    assert resolved("whisper", engine="ctranslate2", precision="fp32") == "cpu fp32 ctranslate2"
    assert resolved("ctc", precision="int8") == "cpu int8 openvino"
    assert resolved("ctc", ELSEWHERE, precision="int8") == "cpu fp32 torch"
    assert resolved("ctc", engine="ctranslate2") == "cpu fp32 torch"
    assert placement_notes(Config(precision="int8"), kinds) == []
    with pytest.raises(UsageError, match="--precision bf16: CTranslate2 computes in int8 or fp32 here, not in bf16"):
        check_placement(Config(device="cpu", engine="ctranslate2", precision="bf16"))


def test_int8_by_an_engine_that_has_none_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_vnni": True})
    assert resolved("classifier", precision="int8", engine="torch") == "cpu fp32 torch"
    assert placement_notes(Config(precision="int8", engine="torch"), {"sounds": "classifier"}) == [
        "--precision int8: sounds as with auto: int8 is for Whisper by CTranslate2, and for other models by OpenVINO "
        "on a CPU"
    ]


def test_int8_without_nncf(monkeypatch: pytest.MonkeyPatch) -> None:
    lacks = "int8 by OpenVINO needs NNCF, which is not installed: pip install 'earwitness[int8]'"
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_vnni": True, "avx512_bf16": True})
    monkeypatch.setattr(numbers, "find_spec", lambda name: None)
    assert resolved("classifier", precision="int8") == "cpu bf16 openvino"
    assert resolved("whisper", precision="int8") == "cpu int8 ctranslate2"
    kinds = {"transcripts": "whisper", "emotions": "classifier", "sounds": "classifier"}
    assert placement_notes(Config(precision="int8"), kinds) == [
        f"--precision int8: emotions, sounds as with auto: {lacks}"
    ]
    with pytest.raises(UsageError, match="--precision int8: int8 by OpenVINO needs NNCF"):
        check_placement(Config(engine="openvino", precision="int8"))


def test_int8_without_vnni(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx2": True})
    assert resolved("classifier", precision="int8") == "cpu int8 openvino"
    assert resolved("classifier") == "cpu fp32 openvino"
    assert placement_notes(Config(precision="int8"), {"transcripts": "whisper", "sounds": "classifier"}) == [
        "--precision int8: sounds may be no faster for it, as this CPU has no VNNI"
    ]


def test_models_that_an_engine_lacks_are_told_of() -> None:
    kinds = {"transcripts": "whisper", "sounds": "classifier"}
    assert placement_notes(Config(), kinds) == []
    assert placement_notes(Config(engine="openvino"), kinds) == [
        "--engine openvino: transcripts by torch, as OpenVINO has no such models"
    ]
    assert placement_notes(Config(engine="openvino"), {"sounds": "classifier"}) == []


@pytest.mark.parametrize(
    ("beam", "workers"),
    [
        (["--direct_num_workers=3"], 3),
        (["--direct_num_workers=3", "--direct_running_mode=multi_processing"], 1),
        (["--direct_num_workers=1"], 1),
        (ELSEWHERE, 1),
    ],
)
def test_passes_of_a_model_at_once(beam: list[str], workers: int) -> None:
    engine = choose_runner(beam, 10)
    assert sharing(engine) == workers
    found = placed(Config(), "ctc", engine).engine
    assert found.streams == found.threads == workers * threads_each(engine)


def test_the_rows_say_what_ran(demo_models: dict[str, Path], tmp_path: Path) -> None:
    run = publish(tmp_path, demo_models, [DEMO / "digits" / "code_007.wav"], engine="openvino", beam=HERE)
    for job in demo_models:
        assert {row["model"].rpartition("/")[2] for row in rows(tmp_path, job)} == {"fp32-openvino"}, job
    assert {model.rpartition("/")[2] for model in run.measured.models.values()} == {"fp32-openvino"}
