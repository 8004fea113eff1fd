"""YAML of people, and what is none."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipelines.files import plain_yaml as module
from pipelines.files.plain_yaml import plain_yaml


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b"", None),
        (b"- rain", ["rain"]),
        (b"\xef\xbb\xbf- rain", ["rain"]),
        (b"- rain\r\n- wind\r\n", ["rain", "wind"]),
        (b"- rain\r- wind\r", ["rain", "wind"]),
        (b"a: {b: [1, 2.5, true, null, 2024-03-05]}", {"a": {"b": [1, 2.5, True, None, date(2024, 3, 5)]}}),
        ("a: \u00fc".encode(), {"a": "\u00fc"}),
        (b"{a: {x: 1}, b: {x: 1}}", {"a": {"x": 1}, "b": {"x": 1}}),
    ],
)
def test_what_is_plain_is_read(tmp_path: Path, content: bytes, value: Any) -> None:
    (tmp_path / "a.yaml").write_bytes(content)
    assert plain_yaml(tmp_path / "a.yaml") == value


LAUGHS = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12))
MERGES = "a0: &a0 {x: 1}\n" + "".join(f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 9)}]}}\n" for i in range(1, 12))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"a: [", "line 1: "),
        (b"a:\n  - b\n c", "line 3: "),
        (b"a: 1\na: 2", "line 2: 'a' stands there twice"),
        (b"b:\n  a: 1\n  a: 2", "line 3: 'a' stands there twice"),
        (b"b: {1: x, 1: y}", "line 1: 1 stands there twice"),
        (b"{[a]: b}", "a key is no plain value"),
        (b"a: &x [1]\nb: *x", r"line 2: the alias \*x is not read"),
        (LAUGHS.encode(), "the alias"),
        (MERGES.encode(), "the alias"),
        (b"!!python/object/apply:os.system [ls]", "line 1: could not determine a constructor"),
        (b"a: 1" + b"0" * 6000, "a number or a date that is none"),
        (b"a: 2024-02-30", "a number or a date that is none"),
        (b"[" * 3000, "nested too deeply"),
        (b"[" * 3000 + b"]" * 3000, "nested too deeply"),
        (b"a: x\nb: \0", "line 2: the character 0x0 is no text"),
        (b"a: x\nb: \x1b[2J", "line 2: the character 0x1b is no text"),
        (b"a\nb: \xed\xa0\x80", "line 2 is not UTF-8 text: save it as UTF-8"),
        ("- rain".encode("utf-16"), "line 1 is not UTF-8 text: save it as UTF-8"),
        (b"a: *" + b"x" * 10_000, "the alias"),
        (b"a: @" + b"x" * 10_000, "line 1: "),
    ],
)
def test_what_is_not_is_told_in_a_line(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "a.yaml").write_bytes(content)
    with pytest.raises(ValueError, match=told) as caught:
        plain_yaml(tmp_path / "a.yaml")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_a_file_beyond_all_measure_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 1 << 20)
    (tmp_path / "a.yaml").write_bytes(b"#" * (1 << 20) + b"#")
    with pytest.raises(ValueError, match="it has more than 1 MB"):
        plain_yaml(tmp_path / "a.yaml")
