"""Which licence a model has, is handed on from one snapshot to the next."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelines.files.damage import DamagedError
from pipelines.store.licences import NOT_READ, Model, checkpoint_of, licences_in, models_in
from pipelines.store.read import Snapshot
from schemas.layout import DESCRIPTOR
from tests.pipelines.report.test_methods import run_of, write


def test_of_each_table_what_made_most_rows_comes_first(tmp_path: Path) -> None:
    made = ["org/er@01/bf16-openvino", "mine@02/fp32", "mine@02/fp32"]
    write(tmp_path, "emotions", [{"model": model} for model in made])
    write(tmp_path, "sounds", [{"model": "org/er@01/fp32"}])
    assert models_in(Snapshot(tmp_path / "snapshots" / "one"), {"org/er@01": "mit"}) == [
        Model("emotions", "mine@02/fp32", 2, "unknown: see the model card of mine"),
        Model("emotions", "org/er@01/bf16-openvino", 1, "mit"),
        Model("sounds", "org/er@01/fp32", 1, "mit"),
    ]


def test_of_a_published_checkpoint_without_its_card_the_licence_is_told_as_it_is_known(tmp_path: Path) -> None:
    made = "nyrahealth/CrisperWhisper@01/fp32"
    write(tmp_path, "transcripts", [{"model": made}])
    snapshot = Snapshot(tmp_path / "snapshots" / "one")
    known = f"cc-by-nc-4.0, {NOT_READ}"
    for stated in ({}, {"nyrahealth/CrisperWhisper@01": "unknown: see the model card of nyrahealth/CrisperWhisper"}):
        (model,) = models_in(snapshot, stated)
        assert model == Model("transcripts", made, 1, known)
        assert model.terms == f"{known}; not for commercial use"
    assert models_in(snapshot, {"nyrahealth/CrisperWhisper@01": "mit"})[0].licence == "mit"  # its own card counts


def test_rows_of_the_demo_are_known_as_such(tmp_path: Path) -> None:
    for table in ("transcripts", "emotions"):
        write(tmp_path, table, [{"model": "transcripts@01/fp32"}, {"model": "org/asr@02/fp32"}])
    write(tmp_path, "runs", [run_of(1, {}, models="demo")])
    found = models_in(Snapshot(tmp_path / "snapshots" / "one"), {})
    assert [(one.table, one.model) for one in found if one.of_demo] == [("transcripts", "transcripts@01/fp32")]


@pytest.mark.parametrize(
    ("model", "checkpoint"),
    [("org/name@01/fp32", "org/name@01"), ("mine@01/bf16-openvino", "mine@01"), ("nothing", "nothing")],
)
def test_precision_and_engine_change_no_licence(model: str, checkpoint: str) -> None:
    assert checkpoint_of(model) == checkpoint


@pytest.mark.parametrize(
    ("licence", "terms"), [("mit", "mit"), ("cc-by-nc-4.0", "cc-by-nc-4.0; not for commercial use")]
)
def test_what_a_licence_forbids_is_told(licence: str, terms: str) -> None:
    assert Model("emotions", "mine@01/fp32", 1, licence).terms == terms


def test_an_earlier_version_said_nothing(tmp_path: Path) -> None:
    assert licences_in(tmp_path) == {}


@pytest.mark.parametrize(
    "said", [{}, {"earwitness": []}, {"earwitness": {"models": [1]}}, {"earwitness": {"models": 1}}]
)
def test_what_is_no_descriptor_is_named(tmp_path: Path, said: object) -> None:
    (tmp_path / DESCRIPTOR).write_text(json.dumps(said))
    with pytest.raises(DamagedError, match="remove it: the next run writes it anew"):
        licences_in(tmp_path)
