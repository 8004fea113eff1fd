"""What a checkpoint is, is remembered by its small files, and never what is wrong with it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from demo.untrained.checkpoints import build
from transforms.models import jobs
from transforms.models.checkpoint import ModelError
from transforms.models.described import described

KINDS = {
    "transcripts": ("wav2vec2_ctc", "whisper"),
    "emotions": ("hubert_emotion",),
    "embeddings": ("clap",),
    "speakers": ("wavlm_xvector",),
}


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EARWITNESS_CACHE", str(tmp_path / "cache"))


@pytest.mark.parametrize(("job", "kind"), [(job, kind) for job, kinds in KINDS.items() for kind in kinds])
def test_what_is_remembered_is_what_was_said(
    job: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = build(kind, tmp_path / "model")
    expected = jobs.describe(job, str(folder))
    assert described(job, str(folder)) == expected
    monkeypatch.setattr(jobs, "describe", lambda *_: pytest.fail("asked again"))
    assert described(job, str(folder)) == expected


def test_another_setting_is_looked_at_anew(tmp_path: Path) -> None:
    folder = build("hubert_emotion", tmp_path / "model")
    assert described("emotions", str(folder)).labels
    config = json.loads((folder / "config.json").read_text())
    config["id2label"] = {i: f"class {i}" for i in range(len(config["id2label"]))}
    config["label2id"] = {name: i for i, name in config["id2label"].items()}
    (folder / "config.json").write_text(json.dumps(config))
    assert described("emotions", str(folder)).labels[0] == "class 0"


def test_what_is_wrong_is_said_each_time(tmp_path: Path) -> None:
    folder = build("hubert_emotion", tmp_path / "model")
    (folder / "preprocessor_config.json").unlink()
    for _ in range(2):
        with pytest.raises(ModelError, match=r"preprocessor_config\.json"):
            described("emotions", str(folder))


def test_what_is_damaged_is_made_anew(tmp_path: Path) -> None:
    folder = build("clap", tmp_path / "model")
    expected = described("embeddings", str(folder))
    for content in ("{", "[]", '{"kind": "embedder"}', '{"other": 1}'):
        (kept,) = (tmp_path / "cache" / "descriptions").iterdir()
        kept.write_text(content)
        assert described("embeddings", str(folder)) == expected


def test_whoever_asks_again_loads_no_torch(tmp_path: Path) -> None:
    folder = build("hubert_emotion", tmp_path / "model")
    code = (
        "import sys\n"
        "from transforms.models.described import described\n"
        f"described('emotions', {str(folder)!r})\n"
        "print([name for name in ('torch', 'transformers') if name in sys.modules])\n"
    )
    asked = [sys.executable, "-c", code]
    first, again = (subprocess.run(asked, capture_output=True, text=True, check=True).stdout for _ in range(2))
    assert "torch" in first
    assert again == "[]\n"
