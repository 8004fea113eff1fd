"""Which recordings a person's words name."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.corpus.asked import open_corpus
from pipelines.corpus.chosen import chosen
from schemas.errors import UsageError
from tests.pipelines.tables import CALL, STREET, example, recording, write_corpus

C = "c" * 32


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
        with pytest.raises(UsageError, match=r"^--recordings cal.wav: no recording .*: did you mean 'call.wav'\?$"):
            chosen(corpus, ["call", "cal.wav"], "--recordings")
        with pytest.raises(UsageError, match=r"^broken.wav: no recording of that id or file name"):
            chosen(corpus, ["broken.wav"])
