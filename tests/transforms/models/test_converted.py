"""A checkpoint in CTranslate2's form: made once, kept or not, and what cannot be made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from transforms.cache import FOLDER
from transforms.models.checkpoint import ModelError
from transforms.models.engines import CTRANSLATE2, Engine
from transforms.models.jobs import open_door


def test_a_checkpoint_is_converted_once(
    checkpoint: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path))
    folder = str(checkpoint("whisper"))
    first = open_door("transcripts", folder, language="en", engine=Engine(CTRANSLATE2))
    (kept,) = filter(Path.is_dir, (tmp_path / "ctranslate2").iterdir())
    made = (kept / "model.bin").stat().st_mtime_ns
    monkeypatch.setattr("transforms.models.converted._convert", lambda *_: pytest.fail("converted again"))
    again = open_door("transcripts", folder, language="en", engine=Engine(CTRANSLATE2))
    assert (kept / "model.bin").stat().st_mtime_ns == made
    assert again.model_id == first.model_id
    assert first.model_id.endswith("/fp32-ctranslate2")


def test_without_a_cache_it_is_converted_for_now(
    checkpoint: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, speech: list[np.ndarray]
) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "now").mkdir()
    monkeypatch.setenv(FOLDER, str(tmp_path / "file" / "cache"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "now"))
    door = open_door("transcripts", str(checkpoint("whisper")), language="en", engine=Engine(CTRANSLATE2))
    assert door([speech[0]])[0].text
    assert len(list((tmp_path / "now").iterdir())) == 1
    del door
    assert not list((tmp_path / "now").iterdir())


def test_what_it_cannot_convert_is_told(checkpoint: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    import ctranslate2.converters

    def stumble(*_: object, **__: object) -> None:
        raise KeyError("layer")

    monkeypatch.setenv(FOLDER, str(checkpoint("whisper").parent / "other-cache"))
    monkeypatch.setattr(ctranslate2.converters.TransformersConverter, "convert", stumble)
    with pytest.raises(ModelError, match="CTranslate2 cannot convert it: KeyError: 'layer'; take --engine torch"):
        open_door("transcripts", str(checkpoint("whisper")), language="en", engine=Engine(CTRANSLATE2))
