"""The benchmark of the report, small."""

from __future__ import annotations

import pytest

from benchmarks.reporting import main

pytestmark = pytest.mark.slow  # each measures


def test_it_says_what_a_report_took(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--recordings", "3"]) == 0
    told = capsys.readouterr().out
    assert "4,500" in told  # 3 recordings of 60 segments of 25 words
    assert "s, page of the corpus" in told
