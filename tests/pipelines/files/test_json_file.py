"""JSON of a corpus is an object, or damaged in words that name the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.files.damage import DamagedError
from pipelines.files.json_file import read_json


def test_an_object_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"a": [1]}')
    assert read_json(tmp_path / "a.json") == {"a": [1]}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"{", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[1]", "its JSON is no object"),
        (b"null", "its JSON is no object"),
    ],
    ids=["cut", "bytes", "deep", "list", "null"],
)
def test_anything_else_is_damaged(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(DamagedError) as caught:
        read_json(tmp_path / "a.json")
    assert told in str(caught.value)
    assert str(tmp_path / "a.json") in str(caught.value)
    assert "\n" not in str(caught.value)
