"""The hash of a file's bytes, and whether it still holds them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.transforms.beside.test_state import CHANGES, copy_over, touch
from transforms.beside.content import BLOCK_BYTES, content_hash, holds, read_content


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.binary(max_size=200))
def test_the_id_is_the_hash_of_the_bytes(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    assert content_hash(str(path)) == hashlib.sha256(content).hexdigest()[:32]


@pytest.mark.parametrize("size", [BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 2 * BLOCK_BYTES])
def test_the_id_of_more_than_a_block(tmp_path: Path, size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    (tmp_path / "x").write_bytes(content[:size])
    assert content_hash(str(tmp_path / "x")) == hashlib.sha256(content[:size]).hexdigest()[:32]


@pytest.mark.parametrize("change", [*CHANGES, touch, copy_over])
def test_it_holds_the_same_if_it_was_only_touched(tmp_path: Path, change: Callable[[Path], None]) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"x" * 5000)
    key, _ = read_content(str(path))
    change(path)
    assert holds(str(path), key) == (change not in CHANGES)


def test_what_is_gone_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"x")
    key, _ = read_content(str(tmp_path / "x"))
    (tmp_path / "x").unlink()
    assert not holds(str(tmp_path / "x"), key)
