"""A name goes where it stands by itself, and nowhere else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelines.store.scrub import GONE, scrub_log, scrubbed

NAME = "/archive/a.wav"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (f'{{"recordings": ["{NAME}"]}}', f'{{"recordings": ["{GONE}"]}}'),
        (f"{NAME} went wrong", f"{GONE} went wrong"),
        (f"{NAME}: no such file", f"{GONE}: no such file"),
        (f"cannot open {NAME}.", f"cannot open {GONE}."),
        (f"({NAME}, {NAME})", f"({GONE}, {GONE})"),
        (f"{NAME}.bak stays", f"{NAME}.bak stays"),
        (f"{NAME}e stays", f"{NAME}e stays"),
        (f"{NAME}-2.wav stays", f"{NAME}-2.wav stays"),
        (f"/other{NAME} stays", f"/other{NAME} stays"),
        (f"{NAME}/inside stays", f"{NAME}/inside stays"),
    ],
)
def test_where_it_stands_by_itself(text: str, clean: str) -> None:
    assert scrubbed(text, {NAME}) == clean


def test_names_that_json_writes_otherwise_and_names_within_names() -> None:
    name, longer = '/archive/Björn "x"\\n.wav', "/archive/Björn"
    for text in (json.dumps([name]), json.dumps([name], ensure_ascii=False)):
        assert json.loads(scrubbed(text, {name, longer})) == [GONE]


def test_the_log(tmp_path: Path) -> None:
    scrub_log(tmp_path, {NAME})  # there is none
    mine = tmp_path / "mine.txt"
    mine.write_text(NAME)
    (tmp_path / "runs.jsonl").symlink_to(mine)
    scrub_log(tmp_path, {NAME})
    assert mine.read_text() == NAME
    (tmp_path / "runs.jsonl").unlink()
    (tmp_path / "runs.jsonl").write_text(f'{{"message": "{NAME}"}}\n')
    scrub_log(tmp_path, {NAME})
    assert (tmp_path / "runs.jsonl").read_text() == f'{{"message": "{GONE}"}}\n'
