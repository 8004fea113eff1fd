"""Which recordings a word names: each kind of name by itself, and what is tried first."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipelines.store.names import Names

A, B, C = "a" * 32, "b" * 32, "c" * 32
HELD = [(A, "/x/calls/1.wav"), (B, "/x/street/1.wav"), (C, "/x/street/[2].wav"), (A, "/x/copies/one.flac")]


@pytest.mark.parametrize(
    ("word", "ids"),
    [
        (A, [A]),
        ("/x/calls/1.wav", [A]),
        ("/x/copies/one.flac", [A]),
        ("1.wav", [A, B]),
        ("one", [A]),
        ("[2]", [C]),
        ("street/1.wav", [B]),
        ("/x/street", [B, C]),
        ("/x/street/", [B, C]),
        ("[2].wav", [C]),
        ("/x/*/1.wav", [A, B]),
        ("street/*.wav", [B, C]),
        ("*.flac", [A]),
        ("*", [A, B, C]),
        ("2.wav", []),
        ("reet/1.wav", []),
        ("/y", []),
        ("", []),
    ],
)
def test_every_kind_of_name(word: str, ids: list[str]) -> None:
    assert Names(HELD).named(word) == ids


def test_a_path_from_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = Names([(A, os.path.abspath("calls/1.wav")), (B, "/elsewhere/calls/1.wav")])
    assert names.named("calls/1.wav") == [A]
    assert names.named("calls") == [A]
    assert names.named("./calls/*.wav") == [A]


def test_a_path_wins_over_a_name() -> None:
    assert Names([(A, "/x/b.wav"), (B, "/b.wav/c.wav")]).named("b.wav") == [A]
