"""How settings are called, and written, for a person and for the next run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipelines.store.setting_words import absolute, display, word_of


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("tables", None, "all"),
        ("language", None, "auto"),
        ("max_hours", None, "not said"),
        ("tables", ["windows", "frames"], "windows,frames"),
        ("threshold", 0.5, "0.5"),
        ("emotion_seconds", 3.0, "3"),
        ("keep", 7, "7"),
    ],
)
def test_values_as_a_person_writes_them(name: str, value: Any, said: str) -> None:
    assert display(name, value) == said


def test_settings_of_speech_say_so() -> None:
    assert (word_of("threshold"), word_of("channels")) == ("speech.threshold", "channels")


def test_a_folder_is_found_from_anywhere_and_a_name_on_the_hub_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path)
    assert absolute("mine") == str(tmp_path / "mine")
    assert absolute("facebook/wav2vec2-base-960h") == "facebook/wav2vec2-base-960h"
