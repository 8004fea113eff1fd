"""Whisper by CTranslate2 against Whisper by torch, on made-up weights and on real ones."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import pytest

from schemas.transcript import Transcript
from transforms.cache import FOLDER
from transforms.models.batching import run_each
from transforms.models.checkpoint import ModelError
from transforms.models.ctranslated import said_and_heard
from transforms.models.engines import CTRANSLATE2, Engine, best_engine
from transforms.models.jobs import open_door
from transforms.models.precision import cpu_has_bf16

HERE = Path(__file__).resolve().parents[3]
SHARED = next((p for p in (HERE / "shared", HERE.parent / "shared") if p.is_dir()), HERE / "shared")
REAL = SHARED / "models" / "whisper_tiny_en.py"
TALKERS = SHARED / "audio" / "speech" / "ljspeech32" / "wavs"
BEGIN = 100


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FOLDER, str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real whisper-tiny.en."""
    if not REAL.is_file() or not TALKERS.is_dir():
        pytest.skip("needs ../shared")
    folder = tmp_path_factory.mktemp("tiny")
    made = subprocess.run([sys.executable, str(REAL), str(folder)], capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"no whisper-tiny.en: {made.stderr[-200:]}")
    return folder / "hf"


def by_both(folder: Path, clips: list[np.ndarray]) -> tuple[list[Transcript], list[Transcript]]:
    """The transcripts by torch, each clip alone, and by CTranslate2 in batches."""
    torch_door = open_door("transcripts", str(folder), language="en")
    other = open_door("transcripts", str(folder), language="en", engine=Engine(CTRANSLATE2))
    return [torch_door([clip])[0] for clip in clips], run_each(other, clips, budget_seconds=240.0)


def times(transcripts: list[Transcript]) -> np.ndarray:
    """Starts and ends of all words, [n_words, 2]."""
    return np.array([(word.start_ms, word.end_ms) for one in transcripts for word in one.words])


def test_texts_and_times_are_those_of_torch(
    checkpoint: Callable[[str], Path], mixed_clips: Callable[..., list[np.ndarray]], speech: list[np.ndarray]
) -> None:
    """Clips of every length, and one of three passes."""
    clips = [*mixed_clips(16_000, 400), np.concatenate(speech)[: 16_000 * 65]]
    by_torch, by_ctranslate2 = by_both(checkpoint("whisper"), clips)
    assert [one.text for one in by_ctranslate2] == [one.text for one in by_torch]
    assert [[w.word for w in one.words] for one in by_ctranslate2] == [[w.word for w in one.words] for one in by_torch]
    for one, clip in zip(by_ctranslate2, clips, strict=True):
        flat = times([one]).ravel()
        assert (np.diff(flat) >= 0).all()
        assert not len(flat) or 0 <= flat[0] <= flat[-1] <= len(clip) / 16
        assert 0 < one.confidence <= 1


def test_a_real_one_says_the_same(real: Path) -> None:
    import soundfile
    import soxr

    talks = []
    for path in sorted(TALKERS.glob("*.wav"))[:12]:
        samples, rate = soundfile.read(path, dtype="float32")
        talks.append(soxr.resample(samples, rate, 16_000))
    hiss = np.random.default_rng(0).normal(0, 1e-3, 5 * 16_000).astype(np.float32)
    clips = [*talks, hiss, np.concatenate(talks[:4])[: 16_000 * 30], np.concatenate(talks)[: 16_000 * 45]]
    by_torch, by_ctranslate2 = by_both(real, clips)
    assert [one.text for one in by_ctranslate2] == [one.text for one in by_torch]
    away = np.abs(times(by_torch) - times(by_ctranslate2))
    assert len(away) > 100
    assert (away <= 60).mean() >= 0.9
    silent = len(talks)
    for i, (one, other) in enumerate(zip(by_torch, by_ctranslate2, strict=True)):
        assert other.no_speech_probability == pytest.approx(one.no_speech_probability, abs=0.01)
        assert i == silent or other.mean_log_probability == pytest.approx(one.mean_log_probability, abs=0.1)
        assert one.temperature == other.temperature == 0
    assert max(range(len(clips)), key=lambda i: by_torch[i].no_speech_probability) == silent
    int8 = open_door("transcripts", str(real), language="en", precision="int8", engine=Engine(CTRANSLATE2))
    assert int8.model_id.endswith("/int8+bf16-ctranslate2" if cpu_has_bf16() else "/int8-ctranslate2")
    same, n = 0, 0
    for one, other in zip(by_torch[:silent], int8(clips)[:silent], strict=True):
        matched = SequenceMatcher(None, one.text.split(), other.text.split(), autojunk=False)
        same, n = same + sum(block.size for block in matched.get_matching_blocks()), n + len(one.text.split())
    assert same >= 0.97 * n


def test_a_batch_changes_nothing(checkpoint: Callable[[str], Path], mixed_clips: Callable[..., list]) -> None:
    door = open_door(
        "transcripts", str(checkpoint("whisper")), language="de", precision="int8", engine=Engine(CTRANSLATE2)
    )
    clips = mixed_clips(door.rate, door.min_samples)
    together = run_each(door, clips, budget_seconds=240.0)
    alone = [door([clip])[0] for clip in clips]
    assert [(one.text, one.language) for one in together] == [(one.text, "de") for one in alone]
    np.testing.assert_allclose(times(together), times(alone), atol=20)


def test_it_is_taken_for_whisper_alone() -> None:
    assert best_engine("cpu", "whisper") == CTRANSLATE2
    assert best_engine("cpu", "ctc") != CTRANSLATE2
    assert best_engine("cuda", "whisper") == "torch"


@pytest.mark.parametrize(
    ("tokens", "kept", "frames"),
    [
        pytest.param([BEGIN, 1, 2, BEGIN + 50], 4, 3000, id="a single time at the end: nothing more is said"),
        pytest.param([BEGIN, 1, 2], 3, 3000, id="without a second time all is one text"),
        pytest.param([BEGIN, 1, BEGIN + 50, BEGIN + 60, 2], 4, 100, id="what is unfinished is left to the next pass"),
        pytest.param([BEGIN, 1, BEGIN + 9, BEGIN + 9, 2, BEGIN + 80], 6, 3000, id="several texts"),
        pytest.param([BEGIN, BEGIN], 2, 3000, id="a pass always gets on"),
        pytest.param([], 0, 3000, id="nothing was said"),
    ],
)
def test_where_the_next_pass_begins(tokens: list[int], kept: int, frames: int) -> None:
    assert said_and_heard(tokens, BEGIN, 3000) == (tokens[:kept], frames)


def test_a_vocabulary_of_its_own_needs_a_named_language(checkpoint: Callable[[str], Path]) -> None:
    with pytest.raises(ModelError, match="or take --engine torch"):
        open_door("transcripts", str(checkpoint("whisper")), engine=Engine(CTRANSLATE2))


def test_without_alignment_heads_those_of_the_upper_layers_give_the_times(
    checkpoint: Callable[[str], Path], speech: list[np.ndarray], tmp_path: Path
) -> None:
    folder = shutil.copytree(checkpoint("whisper"), tmp_path / "headless")
    settings = json.loads((folder / "generation_config.json").read_text())
    del settings["alignment_heads"]
    (folder / "generation_config.json").write_text(json.dumps(settings))
    door = open_door("transcripts", str(folder), language="en", engine=Engine(CTRANSLATE2))
    of = json.loads((folder / "config.json").read_text())
    layers, n = of["decoder_layers"], of["decoder_attention_heads"]
    config = json.loads((door._conversion.folder / "config.json").read_text())  # type: ignore[attr-defined]
    assert config["alignment_heads"] == [[layer, i] for layer in range(layers // 2, layers) for i in range(n)]
    (one,) = door([speech[0]])
    (other,) = open_door("transcripts", str(checkpoint("whisper")), language="en", engine=Engine(CTRANSLATE2))(
        [speech[0]]
    )
    assert one.text == other.text
    flat = times([one]).ravel()
    assert len(flat)
    assert (np.diff(flat) >= 0).all()
