"""What a transcript says of itself."""

from __future__ import annotations

from schemas.transcript import Transcript


def test_a_text_that_repeats_itself_compresses_well() -> None:
    plain = Transcript("And so, my fellow Americans, ask not what your country can do for you.", (), 1.0, "en")
    looping = Transcript("thank you very much " * 20, (), 1.0, "en")
    assert plain.compression_ratio < 1.2
    assert looping.compression_ratio > 10
    assert Transcript("", (), 1.0, "en").compression_ratio == 0
