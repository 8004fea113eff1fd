"""Which recordings words name: each kind of name by itself, and what is tried first."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipelines.corpus.asked import open_corpus
from pipelines.corpus.chosen import Names, chosen
from schemas.config import ConfigError
from tests.pipelines.tables import CALL, STREET, example, recording, write_corpus

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


def test_a_path_wins_over_a_name(tmp_path: Path) -> None:
    assert Names([(A, "/x/b.wav"), (B, "/b.wav/c.wav")]).named("b.wav") == [A]


def test_words_are_taken_in_their_order_and_once(tmp_path: Path) -> None:
    rows = example()
    rows["files"] = [
        {"uri": uri, "bytes": 1, "recording_id": key, "status": "complete", "run_id": "r"}
        for uri, key in (("/calls/call.wav", CALL), ("/calls/copy.wav", CALL), ("/broken.wav", None))
    ]
    rows["recordings"][1]["speech_share"] = 0.9
    rows["recordings"].append(recording(C, "/c.wav", None))
    write_corpus(tmp_path, rows)
    with open_corpus(tmp_path) as corpus:
        assert chosen(corpus, ["copy.wav"]) == [CALL]
        assert chosen(corpus, ["/c.wav", "call", CALL, "c"]) == [C, CALL]
        assert chosen(corpus, ["top:1"]) == [STREET]
        assert set(chosen(corpus, ["top:9"])) == {CALL, STREET, C}
        with pytest.raises(ConfigError, match=r"^--recordings cal.wav: no recording .*: did you mean 'call.wav'\?$"):
            chosen(corpus, ["call", "cal.wav"], "--recordings")
        with pytest.raises(ConfigError, match=r"^broken.wav: no recording of that id or file name"):
            chosen(corpus, ["broken.wav"])
