"""The words of --device."""

from __future__ import annotations

import pytest

from schemas.devices import check_device, kind_of, numbers_of
from schemas.errors import UsageError


@pytest.mark.parametrize(
    ("word", "kept", "kind", "numbers"),
    [
        ("auto", "auto", "auto", None),
        (" CPU ", "cpu", "cpu", None),
        ("cuda", "cuda", "cuda", None),
        ("cuda:0", "cuda:0", "cuda", (0,)),
        ("cuda:2,0,2", "cuda:2,0,2", "cuda", (2, 0)),
    ],
)
def test_words_that_are_known(word: str, kept: str, kind: str, numbers: tuple[int, ...] | None) -> None:
    assert check_device(word) == kept
    assert (kind_of(kept), numbers_of(kept)) == (kind, numbers)


@pytest.mark.parametrize("word", ["gpu", "cuda:", "cuda:a", "cuda:0,", "cpu:0", "", "cuda:-1", "mps"])
def test_words_that_are_not(word: str) -> None:
    with pytest.raises(UsageError, match=r"is none of auto, cpu, cuda \(every GPU\) and cuda:0,2"):
        check_device(word)
