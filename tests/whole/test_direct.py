"""The rows of a run equal the direct computation: the reference libraries, called by hand on whole files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import librosa
import numpy as np
import pyloudnorm
import pytest
import soundfile
import soxr
import torch
from safetensors.torch import load_file
from transformers import (
    AutoFeatureExtractor,
    AutoModel,
    AutoModelForAudioClassification,
    AutoModelForAudioXVector,
    AutoModelForCTC,
    AutoProcessor,
    ClapModel,
)

from pipelines.run.run import Published
from pipelines.store.next_snapshot import assemble
from schemas.records import Pitch
from tests.pipelines.corpora import DEMO, publish, rows
from transforms.audio.level import without_offset
from transforms.beside.content import content_hash
from transforms.features.framing import with_context
from transforms.features.pitch import pitch
from transforms.features.prosody import prosody
from transforms.features.spectrograms import to_db

FILES = [
    DEMO / "interviews" / "support_call.flac",
    DEMO / "digits" / "code_007.wav",
    DEMO / "digits" / "code_012.wav",
    DEMO / "signals" / "tones.wav",
]


@dataclass(frozen=True)
class Corpus:
    out: Path
    published: Published
    models: dict[str, Path]
    audio: dict[str, dict[int, np.ndarray]]
    """recording_id to the mix of the whole file at 16 and 48 kHz."""
    shards: int
    """Files of ``files`` that the workers wrote, before publishing merged them."""

    def cut(self, row: dict[str, Any], rate: int = 16_000) -> np.ndarray:
        whole = self.audio[row["recording_id"]][rate]
        return whole[row["start_ms"] * rate // 1000 : row["end_ms"] * rate // 1000]


@pytest.fixture(scope="module")
def corpus(demo_models: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    out = tmp_path_factory.mktemp("direct")
    # Small shards and two workers: nothing below may depend on who did what.
    written: list[Path] = []

    def watched(tables: Path, *others: Any) -> None:
        written.extend((tables.parent / "passes").glob("*/files/*.parquet"))
        assemble(tables, *others)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipelines.store.publish.assemble", watched)
        published = publish(out, demo_models, FILES, shard_seconds=10.0, beam=["--direct_num_workers=2"])
    audio = {}
    for path in FILES:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
        mixed = samples.mean(axis=1)
        audio[content_hash(str(path))] = {to: soxr.resample(mixed, rate, to, quality="HQ") for to in (16_000, 48_000)}
    return Corpus(out, published, demo_models, audio, len(written))


def test_more_than_one_shard_and_worker(corpus: Corpus) -> None:
    assert corpus.shards > 2
    assert corpus.published.measured.rows["segments"] > 5


def test_inputs_are_rows_of_files(corpus: Corpus) -> None:
    assert [row["uri"] for row in rows(corpus.out, "files")] == sorted(str(path) for path in FILES)
    assert {row["status"] for row in rows(corpus.out, "files")} == {"complete"}
    assert rows(corpus.out, "errors") == []


def test_recordings(corpus: Corpus) -> None:
    found = {row["uri"]: row for row in rows(corpus.out, "recordings")}
    for path in FILES:
        samples, rate = soundfile.read(path, dtype="float64", always_2d=True)
        row = found[str(path)]
        assert row["recording_id"] == content_hash(str(path))
        assert (row["sample_rate_hz"], row["channels"]) == (rate, samples.shape[1])
        assert row["duration_ms"] == -(-len(samples) * 1000 // rate)
        assert row["loudness_lufs"] == pytest.approx(pyloudnorm.Meter(rate).integrated_loudness(samples), abs=0.02)
        assert row["peak_dbfs"] == pytest.approx(20 * np.log10(np.abs(samples).max()), abs=0.01)
        spoken = [r for r in rows(corpus.out, "segments") if r["recording_id"] == row["recording_id"]]
        share = sum(r["end_ms"] - r["start_ms"] for r in spoken) / row["duration_ms"]
        assert row["speech_share"] == pytest.approx(share, abs=1e-6)


def test_windows_cover_each_recording(corpus: Corpus) -> None:
    for recording in rows(corpus.out, "recordings"):
        windows = [r for r in rows(corpus.out, "windows") if r["recording_id"] == recording["recording_id"]]
        assert [w["start_ms"] for w in windows] == list(range(0, recording["duration_ms"], 10_000))
        assert windows[-1]["end_ms"] == recording["duration_ms"]
        for window in windows:
            power = np.mean(np.square(corpus.cut(window), dtype=np.float64))
            level = 10 * np.log10(power) if power else None
            assert window["rms_dbfs"] == (level if level is None else pytest.approx(level, abs=0.01))
            assert window["silence"] == (level is None or level < -60)


def test_frames_are_those_of_librosa_on_the_whole_recording(corpus: Corpus) -> None:
    for recording_id, audio in corpus.audio.items():
        windows = [r for r in rows(corpus.out, "frames") if r["recording_id"] == recording_id]
        joined = {name: np.concatenate([w[name] for w in windows]) for name in ("rms", "spectral_centroid_hz")}
        y = audio[16_000]
        n = len(joined["rms"])
        assert n == -(-len(y) // 160)
        rms = librosa.feature.rms(y=y, frame_length=1024, hop_length=160, center=True, pad_mode="constant")[0, :n]
        np.testing.assert_allclose(joined["rms"], rms, atol=1e-5)
        centroid = librosa.feature.spectral_centroid(
            y=y, sr=16_000, n_fft=1024, win_length=400, hop_length=160, center=True, pad_mode="constant"
        )[0, :n]
        loud = rms > 1e-4
        np.testing.assert_allclose(joined["spectral_centroid_hz"][loud], centroid[loud], rtol=1e-3, atol=0.5)
        f0 = [value for w in windows for value in w["f0_hz"]]
        yin = librosa.yin(
            y, fmin=65, fmax=500, sr=16_000, frame_length=1024, hop_length=160, center=True, pad_mode="constant"
        )[:n]
        voiced = [i for i, value in enumerate(f0) if value is not None]
        assert voiced
        off = [i for i in voiced if abs(f0[i] - yin[i]) > 1e-3 * yin[i]]
        assert len(off) <= max(1, len(voiced) // 1000)  # ties of YIN's threshold


def test_spectrograms_are_those_of_librosa_on_the_whole_recording(corpus: Corpus) -> None:
    for recording_id, audio in corpus.audio.items():
        windows = [r for r in rows(corpus.out, "spectrograms") if r["recording_id"] == recording_id]
        stored = np.concatenate(
            [to_db(w["data"], w["n_frames"], w["n_mels"], w["db_min"], w["db_max"]) for w in windows]
        )
        power = librosa.feature.melspectrogram(
            y=audio[16_000], sr=16_000, n_fft=1024, win_length=400, hop_length=160, n_mels=128, pad_mode="constant"
        )
        direct = librosa.power_to_db(power, ref=1.0, amin=1e-10, top_db=None).T[: len(stored)]
        # Half a step of the byte and, far below the loudest band, float32 against float64.
        assert np.abs(stored - np.clip(direct, -100, 20)).max() < 0.24 + 0.2


def test_transcripts(corpus: Corpus) -> None:
    processor = AutoProcessor.from_pretrained(corpus.models["transcripts"])
    model = AutoModelForCTC.from_pretrained(corpus.models["transcripts"]).eval()
    found = rows(corpus.out, "transcripts")
    assert any(row["text"] for row in found)
    for row in found:
        inputs = processor(corpus.cut(row), sampling_rate=16_000, return_tensors="pt")
        with torch.inference_mode():
            ids = model(**inputs).logits.argmax(-1)[0]
        direct = processor.tokenizer.decode(ids, output_word_offsets=True)
        assert row["text"] == direct["text"]
        step = model.config.inputs_to_logits_ratio / 16
        for word, offset in zip(row["words"], direct["word_offsets"], strict=True):
            assert word["word"] == offset["word"]
            assert word["start_ms"] == pytest.approx(row["start_ms"] + offset["start_offset"] * step, abs=1)
            assert row["start_ms"] <= word["start_ms"] <= word["end_ms"] <= row["end_ms"]


@pytest.mark.parametrize(("table", "rate"), [("emotions", 16_000), ("sounds", 16_000)])
def test_classes(corpus: Corpus, table: str, rate: int) -> None:
    extractor = AutoFeatureExtractor.from_pretrained(corpus.models[table])
    model = AutoModelForAudioClassification.from_pretrained(corpus.models[table]).eval()
    found = rows(corpus.out, table)
    assert len(found) > 4
    for row in found:
        with torch.inference_mode():
            inputs = extractor(corpus.cut(row, rate), sampling_rate=rate, return_tensors="pt")
            direct = model(**inputs).logits.softmax(-1)[0].numpy()
        stored = {c["label"]: c["probability"] for c in row["probabilities" if table == "emotions" else "tags"]}
        assert stored
        for label, probability in stored.items():
            assert probability == pytest.approx(float(direct[model.config.label2id[label]]), abs=1e-4)
        assert row["label"] == model.config.id2label[int(direct.argmax())]
        assert row["confidence"] == pytest.approx(float(direct.max()), abs=1e-4)


def test_dimensions(corpus: Corpus) -> None:
    folder = corpus.models["dimensions"]
    extractor = AutoFeatureExtractor.from_pretrained(folder)
    base = AutoModel.from_pretrained(folder).eval()
    head = load_file(folder / "model.safetensors")
    found = rows(corpus.out, "dimensions")
    places = {(row["segment_id"], row["start_ms"], row["end_ms"]) for row in rows(corpus.out, "emotions")}
    assert {(row["segment_id"], row["start_ms"], row["end_ms"]) for row in found} == places
    for row in found:
        with torch.inference_mode():
            inputs = extractor(corpus.cut(row), sampling_rate=16_000, return_tensors="pt")
            pooled = base(inputs.input_values).last_hidden_state[0].mean(0)
            dense = torch.tanh(head["classifier.dense.weight"] @ pooled + head["classifier.dense.bias"])
            direct = head["classifier.out_proj.weight"] @ dense + head["classifier.out_proj.bias"]
        assert [row["arousal"], row["dominance"], row["valence"]] == pytest.approx(direct.tolist(), abs=1e-4)


def test_embeddings(corpus: Corpus) -> None:
    extractor = AutoFeatureExtractor.from_pretrained(corpus.models["embeddings"])
    model = ClapModel.from_pretrained(corpus.models["embeddings"]).eval()
    for row in rows(corpus.out, "embeddings"):
        inputs = extractor(corpus.cut(row, 48_000), sampling_rate=48_000, return_tensors="pt")
        with torch.inference_mode():
            direct = model.get_audio_features(**inputs).pooler_output[0].numpy()
        assert _cosine(direct, row["embedding"]) > 0.99999


def test_speakers(corpus: Corpus) -> None:
    extractor = AutoFeatureExtractor.from_pretrained(corpus.models["speakers"])
    model = AutoModelForAudioXVector.from_pretrained(corpus.models["speakers"]).eval()
    found = rows(corpus.out, "speakers")
    assert len(found) > 4
    for row in found:
        inputs = extractor(corpus.cut(row), sampling_rate=16_000, return_tensors="pt")
        with torch.inference_mode():
            direct = model(**inputs).embeddings[0].numpy()
        assert _cosine(direct, row["embedding"]) > 0.99999


def test_prosody(corpus: Corpus) -> None:
    for row in rows(corpus.out, "prosody"):
        samples = corpus.cut(row)
        level = 10 * np.log10(np.mean(np.square(without_offset(samples), dtype=np.float64)))
        assert row["intensity_dbfs"] == pytest.approx(level, abs=0.01)
        direct = prosody(
            samples, np.ones(-(-len(samples) // 512), np.float32), *_pitch_within(corpus, row, len(samples))
        )
        if direct.f0_median_hz is not None:
            assert row["f0_median_hz"] == pytest.approx(direct.f0_median_hz, rel=1e-4)
            assert row["f0_median_semitones"] == pytest.approx(12 * np.log2(direct.f0_median_hz / 100), abs=1e-3)


def _pitch_within(corpus: Corpus, row: dict[str, Any], n: int) -> tuple[Pitch, int]:
    """The pitch of the recording's frames that are centred inside a segment, and where the first of them is."""
    whole = corpus.cut({**row, "start_ms": 0})
    track, start = pitch(with_context(whole), len(whole)), row["start_ms"] * 16
    first, last = -(-start // 160), -(-(start + n) // 160)
    return Pitch(track.f0_hz[first:last], track.voicing[first:last]), first * 160 - start


def _cosine(one: Any, other: Any) -> float:
    a, b = np.asarray(one, np.float64), np.asarray(other, np.float64)
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
