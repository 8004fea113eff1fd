"""Lists of words as people save them, and what is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.run.vocabulary import MOST_BYTES, read_vocabulary
from schemas.errors import UsageError


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_one_word_a_line(tmp_path: Path, encoding: str, end: str) -> None:
    path = tmp_path / "names.txt"
    path.write_bytes(end.join(["# brands", "Acme  Cola", "", " L'Oréal ", "可口可乐"]).encode(encoding))
    assert read_vocabulary(str(path)) == {"file": "names.txt", "words": ["Acme Cola", "L'Oréal", "可口可乐"]}


def test_none_is_a_list_without_words() -> None:
    assert read_vocabulary("none") == {"file": None, "words": []}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "it holds no words"),
        (b"# nothing but this\n\n", "it holds no words"),
        ("Müller\nGärtner\n".encode("cp1252"), "it is not UTF-8 (Windows-1252, by its looks): save it as UTF-8"),
        (b"Acme\nNorth\0wind\n", "line 2: a zero byte"),
        (b"Acme\n" + b"x" * 101, "line 2: more than 100 characters: one word or name a line"),
        (b"a\n" * (MOST_BYTES // 2 + 1), "over 4 MB, which is no list of words"),
    ],
)
def test_what_is_no_list_is_refused_in_a_line(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "names.txt"
    path.write_bytes(content)
    with pytest.raises(UsageError) as refused:
        read_vocabulary(str(path))
    assert str(refused.value).startswith(f"--vocabulary {path}")
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="it is no file"):
        read_vocabulary(str(tmp_path))
    with pytest.raises(UsageError, match="no such file"):
        read_vocabulary(str(tmp_path / "gone.txt"))
