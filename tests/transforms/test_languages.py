"""One code for a language, whatever writes it: held against the codes and names that recognisers have."""

from __future__ import annotations

import re

import pytest
from transformers.models.whisper.tokenization_whisper import LANGUAGES, TO_LANGUAGE_CODE

from schemas.errors import UsageError
from transforms.languages import code_of, name_of, read_language


@pytest.mark.parametrize(
    ("written", "code"),
    [
        *[("en", "en"), ("EN", "en"), (" en ", "en"), ("en-US", "en"), ("pt_BR", "pt"), ("zh-Hant-TW", "zh")],
        *[("eng", "en"), ("ger", "de"), ("deu", "de"), ("cmn", "zh"), ("swh", "sw"), ("arb", "ar"), ("khk", "mn")],
        *[("English", "en"), ("GERMAN", "de"), ("norwegian", "no"), ("Bengali", "bn"), ("cantonese", "yue")],
        *[("Deutsch", "de"), ("français", "fr"), ("Francais", "fr"), ("中文", "zh"), ("Русский", "ru")],
        *[("iw", "he"), ("jw", "jv"), ("tl", "fil"), ("nob", "no"), ("nb", "no"), ("nno", "nn"), ("zlm", "ms")],
        *[("haw", "haw"), ("quc", "quc"), ("xog", "xog")],
    ],
)
def test_a_language_has_one_code(written: str, code: str) -> None:
    assert code_of(written) == read_language(written, "--language") == code
    assert code_of(code) == code


@pytest.mark.parametrize(
    "written", ["", "-", "xx", "qqq", "und", "mul", "zxx", "unknown", "n/a", "none", "english2", "en us"]
)
def test_what_is_no_language_has_no_code(written: str) -> None:
    assert code_of(written) is None


def test_whispers_codes_and_names_are_known_and_stay_apart() -> None:
    codes = {code: code_of(code) for code in LANGUAGES}
    assert {code: ours for code, ours in codes.items() if code != ours} == {"tl": "fil", "jw": "jv"}
    assert len(set(codes.values())) == len(LANGUAGES)
    assert {name: code_of(name) for name in TO_LANGUAGE_CODE} == {n: codes[c] for n, c in TO_LANGUAGE_CODE.items()}


@pytest.mark.parametrize(
    ("written", "near"),
    [
        *[("engish", "did you mean en (English)?"), ("klingonish", "did you mean tlh (Klingon)?")],
        *[
            ("jp", "did you mean ja (Japanese)?"),
            ("gr", "did you mean el (Greek)?"),
            ("cz", "did you mean cs (Czech)?"),
        ],
        ("qqqq", "give a code such as en, de or zh, or the name in English"),
    ],
)
def test_what_is_none_is_refused_in_a_line_that_names_the_nearest(written: str, near: str) -> None:
    with pytest.raises(UsageError, match=f"^--language {written!r}: no known language: {re.escape(near)}$"):
        read_language(written, "--language")


def test_a_code_has_a_name() -> None:
    assert [name_of(code) for code in ("de", "fil", "haw")] == ["German", "Filipino", "Hawaiian"]
    assert name_of("xog") == "Soga"
    assert name_of("cak") == "cak"  # CLDR names it nowhere
