"""Tags are cosines with the user's prompts, and stay true through runs that add, replace, remake and forget."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from pipelines.checkpoints.demo import DEMO_FOLDER
from pipelines.cli import FAILED, PUBLISHED, WRONG_USE, main
from tests.pipelines.corpora import DEMO, publish, rows
from tests.pipelines.store.test_forget import texts
from transforms.beside.content import content_hash
from transforms.models.jobs import open_door

Captured = pytest.CaptureFixture[str]
PROMPTS = """
templates: ["{}", "the sound of {}"]
prompts: {clock: a ticking clock, rain: heavy rain}
"""


def test_through_the_life_of_a_corpus(tmp_path: Path, capfd: Captured) -> None:
    archive, out, prompts = tmp_path / "archive", tmp_path / "out", tmp_path / "prompts.yaml"
    archive.mkdir()
    for name in ("signals/yes.wav", "signals/tones.wav", "digits/code_007.wav"):
        shutil.copy(DEMO / name, archive)
    ids = {path.name: content_hash(str(path)) for path in archive.iterdir()}

    def run(recordings: Path = archive, **config: list[str]) -> None:
        models = {"embeddings": DEMO_FOLDER / "embeddings"}
        publish(out, models, [recordings], tables=["embeddings"], engine="torch", **config)

    def tagged() -> set[str]:
        return {row["recording_id"] for row in rows(out, "tags")}

    def status() -> str:
        capfd.readouterr()
        assert main(["status", str(out)]) == PUBLISHED
        return next((line for line in capfd.readouterr().out.splitlines() if line.startswith("tags")), "")

    run()
    assert status() == ""
    prompts.write_text(PROMPTS)
    unfinished = out / "staging" / "20990101T000000Z-aaaa" / "passes" / "000"
    unfinished.mkdir(parents=True)
    (unfinished / "pass.json").write_text('{"recipes": {}, "identifies": true}')
    (unfinished / "files").mkdir()
    shutil.copy(next((out / "current" / "files").glob("*.parquet")), unfinished / "files" / "000000.parquet")
    before = {table: rows(out, table) for table in ("files", "recordings", "windows", "embeddings")}
    assert main(["tag", str(out), str(prompts)]) == PUBLISHED
    assert "3 windows scored with 2 prompts" in capfd.readouterr().out
    assert unfinished.is_dir()  # what a run that was cut off has made is for the next run
    assert {table: rows(out, table) for table in before} == before
    assert len(list((out / "snapshots").iterdir())) == 2
    assert status() == "tags          2 prompts, 3 of 3 windows"

    door = open_door("embeddings", str(DEMO_FOLDER / "embeddings"))
    embeddings = {row["window_id"]: row for row in rows(out, "embeddings")}
    found = rows(out, "tags")
    assert len(found) == 6
    for row in found:
        text = {"clock": "a ticking clock", "rain": "heavy rain"}[row["tag"]]
        assert row["prompt"] == f"{text} | the sound of {text}"
        both = np.float64(door.embed_text([text, f"the sound of {text}"]))  # type: ignore[attr-defined]
        query = both[0] + both[1]
        window = embeddings[row["window_id"]]
        vector = np.array(window["embedding"], np.float64)
        cosine = vector @ query / np.linalg.norm(vector) / np.linalg.norm(query)
        assert row["score"] == pytest.approx(cosine, abs=1e-6)
        for name in ("recording_id", "channel", "start_ms", "end_ms", "model"):
            assert row[name] == window[name]

    # A new file is not tagged yet; what is replaced goes.
    shutil.copy(DEMO / "signals" / "noise.wav", archive)
    shutil.copy(DEMO / "digits" / "code_031.flac", archive / "tones.wav")
    run()
    assert tagged() == {ids["yes.wav"], ids["code_007.wav"]}
    assert rows(out, "tags") == [row for row in found if row["recording_id"] != ids["tones.wav"]]
    assert status() == "tags          2 prompts, 2 of 4 windows; 2 windows without: repeat `earwitness tag`"

    # Vectors made anew have lost theirs, others not.
    run(archive / "yes.wav", force=["embeddings"])
    assert tagged() == {ids["code_007.wav"]}

    prompts.write_text("- rain\n")
    assert main(["tag", str(out), str(prompts)]) == PUBLISHED
    assert {row["tag"] for row in rows(out, "tags")} == {"rain"}
    assert len(tagged()) == 4
    assert main(["forget", str(out), str(archive / "code_007.wav"), "--yes"]) == PUBLISHED
    assert len(tagged()) == 3
    everything = texts(out)
    assert ids["code_007.wav"] not in everything
    assert "code_007.wav" not in everything

    (archive / "yes.wav").unlink()
    run(prune=True)  # type: ignore[arg-type]
    assert len(tagged()) == 2
    assert ids["yes.wav"] not in tagged()


def test_bad_words(tmp_path: Path, capfd: Captured) -> None:
    assert main(["tag", str(tmp_path), str(tmp_path / "p.yaml")]) == WRONG_USE
    assert capfd.readouterr().err == f"earwitness: {tmp_path / 'p.yaml'}: No such file or directory\n"
    (tmp_path / "p.yaml").write_text("- rain")
    assert main(["tag", str(tmp_path / "out"), str(tmp_path / "p.yaml")]) == FAILED
    assert capfd.readouterr().err == f"earwitness: {tmp_path / 'out'}: no such folder\n"
    assert not (tmp_path / "out").exists()
