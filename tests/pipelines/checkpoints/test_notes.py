"""What a run says of the checkpoints before it uses them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.checkpoints.notes import notes_on_checkpoints, set_unnamed, sets_in_a_line
from schemas.config import Config


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The Hub's cache, empty."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    return tmp_path


def hold(cache: Path, name: str) -> None:
    snapshot = cache / f"models--{name.replace('/', '--')}" / "snapshots" / "0123"
    snapshot.mkdir(parents=True)
    for file in ("config.json", "model.safetensors"):
        (snapshot / file).touch()


def test_the_default_names_what_is_better() -> None:
    said = sets_in_a_line()
    assert "\n" not in said
    assert "base, the default, gets 29 of 100 English words wrong, fast 10 (English), accurate 6" in said
    assert "verbatim 7 (English, German, not for commercial use)" in said


def test_it_is_said_where_the_recogniser_of_the_default_writes_words() -> None:
    assert set_unnamed(Config()) == f"no --models chosen: {sets_in_a_line()}"
    assert set_unnamed(Config(tables=("transcripts",)))
    assert not set_unnamed(Config(tables=("sounds",)))
    assert not set_unnamed(Config(model={"transcripts": "openai/whisper-base.en"}))
    assert not set_unnamed(Config(model={"transcripts": "none"}))


def test_licences_that_exclude_commerce_are_told_as_far_as_they_are_known(cache: Path) -> None:
    hold(cache, "nyrahealth/CrisperWhisper")
    own = str(cache)  # a folder is fetched from nowhere
    checkpoints = {"transcripts": "nyrahealth/CrisperWhisper@main", "sounds": own, "emotions": own}
    assert list(notes_on_checkpoints(checkpoints, {"sounds": "cc-by-nc-sa-4.0", "emotions": "mit"})) == [
        "transcripts: nyrahealth/CrisperWhisper is under cc-by-nc-4.0: not for commercial use",
        f"sounds: {own} is under cc-by-nc-sa-4.0: not for commercial use",
    ]


def test_a_card_that_was_read_counts_more_than_what_is_known_here(cache: Path) -> None:
    hold(cache, "nyrahealth/CrisperWhisper")
    assert not list(notes_on_checkpoints({"transcripts": "nyrahealth/CrisperWhisper"}, {"transcripts": "apache-2.0"}))


def test_what_is_fetched_is_told_with_its_size(cache: Path) -> None:
    checkpoints = {"transcripts": "openai/whisper-large-v3-turbo"}
    told = ["transcripts: openai/whisper-large-v3-turbo (1,620 MB) is fetched from the Hugging Face Hub"]
    assert list(notes_on_checkpoints(checkpoints, {})) == told
    hold(cache, "openai/whisper-large-v3-turbo")
    assert list(notes_on_checkpoints(checkpoints, {})) == []
    told = ["sounds: org/ours is fetched from the Hugging Face Hub"]  # nobody here knows how large it is
    assert list(notes_on_checkpoints({"sounds": "org/ours@v1"}, {})) == told
    (terms,) = (one for one in notes_on_checkpoints({"transcripts": "nyrahealth/CrisperWhisper"}, {}) if "Hub" in one)
    assert terms.endswith("; it is given out to those who accept its terms there")
