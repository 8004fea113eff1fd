"""Runs that are timed, and what they say of the numbers that their models were computed in."""

from __future__ import annotations

from pathlib import Path

from benchmarks.material import DEMO
from benchmarks.runs import Ran, in_words, nothings, prepared, timed_run


def test_a_run_says_what_computed(demo_models: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    models = {"emotions": demo_models["emotions"]}
    heard = DEMO / "digits" / "code_007.wav"
    ran = timed_run(prepared([heard], out, models, tables=["emotions"], precision="fp32-openvino"))
    assert ran.numbers == {"emotions": "fp32-openvino"}
    assert in_words("fp32", ran) == "fp32: emotions fp32-openvino."
    assert ran.audio_seconds > 1
    assert not out.exists()
    silent = nothings(tmp_path / "nothing", 2)
    assert silent[0].read_bytes() != silent[1].read_bytes()  # copies would be one recording, and one worker's
    assert timed_run(prepared(silent, out, models, tables=["emotions"])).audio_seconds == 0


def test_int8_that_nothing_took_is_no_int8() -> None:
    assert Ran(1.0, 1.0, 1.0, {"sounds": "int8-openvino", "embeddings": "bf16-openvino"}).is_in("int8")
    assert not Ran(1.0, 1.0, 1.0, {"sounds": "bf16-openvino"}).is_in("int8")
    assert Ran(1.0, 1.0, 1.0, {"sounds": "bf16-openvino"}).is_in("auto")
