"""The words of ``--tracks``."""

from __future__ import annotations

import pytest

from schemas.errors import UsageError
from schemas.tracks import check_tracks, number_of


def test_words_that_choose() -> None:
    assert [check_tracks(word) for word in (" Default", "ALL", "12", "eng", "pt-BR")] == [
        "default", "all", "12", "eng", "pt-br",
    ]  # fmt: skip
    assert (number_of("12"), number_of("eng")) == (12, None)
    for word in ("0", "-1", "english", "", "1.5"):
        with pytest.raises(UsageError, match=r"tracks: .* is none of default, first, all"):
            check_tracks(word)
