"""int8 by OpenVINO: made once a machine, by what it is made of; what it changes; and when it cannot be made."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

import transforms.models.quantised as quantised
from schemas.jobs import JOBS
from tests.pipelines.corpora import DEMO
from tests.transforms.models.test_families import LETTERS, SUBWORDS, TRANSDUCERS
from transforms.cache import FOLDER
from transforms.models.checkpoint import ModelError, parse_checkpoint
from transforms.models.engines import OPENVINO, Engine
from transforms.models.jobs import describe, open_door
from transforms.models.locate import locate
from transforms.models.quantised import Check, check_of, compared

ON_OPENVINO = Engine(OPENVINO, 2, 2)
TRAINED = DEMO.parent / "models"
CHECKPOINTS = {
    "emotions": "hubert_emotion",
    "sounds": "ast_sounds",
    "embeddings": "clap",
    "speakers": "wavlm_xvector",
}


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty one."""
    monkeypatch.setenv(FOLDER, str(tmp_path / "cache"))
    return tmp_path / "cache" / quantised.ROOM


def opened(job: str, folder: Path | str, precision: str = "int8"):
    return open_door(job, str(folder), precision=precision, language="en", engine=ON_OPENVINO)


def made(room: Path) -> list[Path]:
    return sorted(path for path in room.iterdir() if path.is_dir())


def check(job: str, folder: Path) -> Check | None:
    return check_of(locate(job, parse_checkpoint(str(folder)), weights=True), describe(job, str(folder)).kind)


def numbers(result) -> np.ndarray:
    return np.asarray(getattr(result, "probabilities", None) if hasattr(result, "probabilities") else result)


def test_it_is_made_once_and_named_in_the_model_column(
    checkpoint: Callable[[str], Path], cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = checkpoint("hubert_emotion")
    assert check("emotions", folder) is None
    first = opened("emotions", folder)
    assert first.model_id == opened("emotions", folder, "fp32").model_id.replace("/fp32", "/int8")
    (kept,) = made(cache)
    assert check("emotions", folder) == Check(**json.loads((kept / "check.json").read_text()))
    monkeypatch.setattr(quantised, "_make", lambda *_: pytest.fail("made again"))
    again = opened("emotions", folder)
    clip = np.random.default_rng(0).normal(0, 0.1, 16_000).astype(np.float32)
    np.testing.assert_array_equal(again([clip])[0].probabilities, first([clip])[0].probabilities)


@pytest.mark.parametrize("changed", ["weights", "settings", "recipe"])
def test_what_it_is_made_of_is_in_its_name(
    changed: str, checkpoint: Callable[[str], Path], cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(checkpoint("wavlm_xvector"), folder)
    place = quantised._place(locate("speakers", parse_checkpoint(str(folder)), weights=True), "xvector")
    if changed == "weights":
        data = bytearray((folder / "model.safetensors").read_bytes())
        data[-3] ^= 1
        (folder / "model.safetensors").write_bytes(data)
    elif changed == "settings":
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps(config | {"layer_norm_eps": 1e-3}))
    else:
        monkeypatch.setattr(quantised, "RECIPE", "another")
    now = quantised._place(locate("speakers", parse_checkpoint(str(folder)), weights=True), "xvector")
    assert place is not None
    assert now is not None
    assert place != now


@pytest.mark.slow
@pytest.mark.parametrize("job", ["transcripts", *CHECKPOINTS])
def test_trained_models_stay_near_fp32(job: str, cache: Path) -> None:
    """Over clips that they were not calibrated with."""
    opened(job, TRAINED / job)
    found = check(job, TRAINED / job)
    assert found is not None
    assert found.value >= 0.99


def test_dimensions(cache: Path, checkpoint: Callable[[str], Path]) -> None:
    """Weights that nobody trained say nothing of how near they stay."""
    folder = checkpoint("wav2vec2_dimensions")
    assert opened("dimensions", folder).model_id.endswith("/int8-openvino")
    found = check("dimensions", folder)
    assert found is not None
    assert found.measure == "step"


@pytest.mark.parametrize("kind", ["wavlm_xvector", "hubert_emotion"])
def test_no_clip_is_changed_by_those_beside_it(kind: str, cache: Path, checkpoint: Callable[[str], Path]) -> None:
    """The ranges were set once, not for a batch; and no row of one is computed otherwise than another."""
    job = "speakers" if kind == "wavlm_xvector" else "emotions"
    door = opened(job, checkpoint(kind))
    rng = np.random.default_rng(0)
    clips = [rng.normal(0, 0.1, n).astype(np.float32) for n in (9_000, 16_000, 5_200, 16_000)]
    for got, clip in zip(door(clips), clips, strict=True):
        np.testing.assert_allclose(numbers(got), numbers(door([clip])[0]), atol=1e-3)


QUICK = ("granite_ctc", "parakeet_tdt")
FAMILIES = ("wav2vec2_ctc_layer", "hubert_ctc", "wavlm_ctc", *LETTERS, *SUBWORDS, *TRANSDUCERS)


@pytest.mark.parametrize(
    "kind", [kind if kind in QUICK else pytest.param(kind, marks=pytest.mark.slow) for kind in FAMILIES]
)
def test_each_family_of_recognisers(
    kind: str, cache: Path, checkpoint: Callable[[str], Path], speech: list[np.ndarray]
) -> None:
    """Weights that nobody trained have many near-ties; what is computed wrongly keeps next to nothing."""
    folder = checkpoint(kind)
    door = opened("transcripts", folder)
    found = check("transcripts", folder)
    assert found is not None
    assert found.value >= 0.9
    clips = [speech[0][:n] for n in (48_000, 16_000, 16_000)]
    together = [(said.text, said.words) for said in door(clips)]
    assert together == [(said.text, said.words) for clip in clips for said in door([clip])]


def test_two_processes_make_it_once(checkpoint: Callable[[str], Path], cache: Path) -> None:
    code = f"""
import transforms.models.quantised as quantised
from transforms.models.engines import Engine
from transforms.models.jobs import open_door
make = quantised._make
quantised._make = lambda *given: (print("made"), make(*given))
open_door("sounds", {str(checkpoint("ast_sounds"))!r}, precision="int8", engine=Engine("openvino"))
"""
    command = [sys.executable, "-c", code]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ) for _ in range(2)]
    said = [one.communicate()[0] for one in both]
    assert [one.returncode for one in both] == [0, 0]
    assert sorted(said) == ["", "made\n"]  # and nothing else: NNCF's own lines and bars stay out of it
    assert [path.name for path in made(cache)[0].iterdir()]
    assert len(made(cache)) == 1


def test_what_was_broken_off_is_not_found(
    checkpoint: Callable[[str], Path], cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: object) -> None:
        raise KeyError("layer")

    with monkeypatch.context() as broken:
        broken.setattr(quantised, "compared", stumble)
        with pytest.raises(ModelError, match="NNCF cannot make int8 of it: KeyError: 'layer'; take --precision bf16"):
            opened("sounds", checkpoint("ast_sounds"))
    assert made(cache) == []
    opened("sounds", checkpoint("ast_sounds"))
    assert len(made(cache)) == 1


def test_what_is_compared() -> None:
    one = torch.tensor([[[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]]])
    assert compared("ctc", [(one, one), (one, one.flip(-1))]) == Check("kept", 0.5)
    assert compared("regressor", [(one, one), (one, one + 0.25)]) == Check("step", 0.25)
    assert compared("embedder", [(one, 3 * one), (one, one.flip(-1))]) == Check("cosine", 0.0)
    assert Check("kept", 0.98).told() == (
        "held against fp32 over clips of its own, 98.0 % of what is likeliest stays; take --precision bf16 or fp32"
    )
    assert Check("cosine", 0.9991).told() == "held against fp32 over clips of its own, the lowest cosine is 0.9991"


def test_each_kind_that_openvino_computes_has_a_recipe() -> None:
    from transforms.models.engines import COMPUTED

    assert set(quantised.IN_INT8) == set(COMPUTED[OPENVINO])
    assert set(CHECKPOINTS) <= set(JOBS)
