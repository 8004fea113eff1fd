"""Search gives the exact order of cosines, by the checkpoint of the rows, with or without its cache."""

from __future__ import annotations

import csv
import io
import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.checkpoints.demo import DEMO_FOLDER
from pipelines.cli import FAILED, PUBLISHED, WRONG_USE, main
from pipelines.corpus import open_corpus
from pipelines.embeddings import matrix as vectors_module
from pipelines.embeddings import search as search_module
from pipelines.embeddings.matrix import vectors_of
from pipelines.embeddings.search import Hit, _files, hits, search
from pipelines.errors import CommandError
from pipelines.store.folder import published
from pipelines.store.read import Snapshot
from schemas.errors import Error
from schemas.layout import SEARCH
from tests.pipelines.aired import SPOT, TALK, write_aired
from tests.pipelines.corpora import DEMO, publish, rows
from tests.pipelines.store.test_forget import texts
from transforms.models.jobs import open_door

Captured = pytest.CaptureFixture[str]
MODELS = {job: DEMO_FOLDER / job for job in ("transcripts", "embeddings")}
FILES = ("scenes/sounds.ogg", "digits/code_007.wav", "digits/code_031.flac", "signals/tones.wav")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Embeddings and transcripts of four files by the demo's checkpoints, which lie where the run says."""
    out = tmp_path_factory.mktemp("search") / "out"
    publish(out, MODELS, [DEMO / name for name in FILES], tables=["transcripts", "embeddings"])
    return out


@pytest.fixture
def corpus(made: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    shutil.copytree(made, tmp_path / "out", symlinks=True)
    return tmp_path / "out"


def test_the_order_is_that_of_the_cosines(made: Path) -> None:
    door = open_door("embeddings", str(DEMO_FOLDER / "embeddings"))
    query = np.float64(door.embed_text(["waves of the sea"])[0])  # type: ignore[attr-defined]
    uris = {row["recording_id"]: row["uri"] for row in rows(made, "recordings")}
    reference = []
    for row in rows(made, "embeddings"):
        vector = np.array(row["embedding"], np.float64)
        cosine = vector @ query / np.linalg.norm(vector)
        reference.append((-cosine, row["recording_id"], row["start_ms"], uris[row["recording_id"]]))
    found = hits(made, "waves of the sea", top=5)
    assert [(h.recording_id, h.start_ms, h.file) for h in found] == [known[1:] for known in sorted(reference)[:5]]
    assert [h.score for h in found] == pytest.approx([-known[0] for known in sorted(reference)[:5]], abs=1e-6)
    assert [h.rank for h in found] == [1, 2, 3, 4, 5]
    assert Path(found[0].file).name == "sounds.ogg"


def test_a_file_finds_itself_and_what_was_said(made: Path) -> None:
    found = hits(made, like=DEMO / "digits" / "code_007.wav", top=100)
    assert Path(found[0].file).name == "code_007.wav"
    assert found[0].score == pytest.approx(1, abs=1e-3)  # float16 in the table
    assert found[0].words.split()[:3] == ["ZERO", "ZERO", "SEVEN"]
    assert len(found) == len(rows(made, "embeddings"))
    tones = next(h for h in found if Path(h.file).name == "tones.wav")
    assert tones.words == ""


def test_a_notebook_has_the_same_as_a_table(made: Path) -> None:
    plain = hits(made, "waves of the sea", top=3)
    with open_corpus(made) as corpus:
        for table in (search(corpus, "waves of the sea", top=3), search(str(made), "waves of the sea", top=3)):
            assert [Hit(**row) for row in table.to_dict("records")] == plain
        itself = search(corpus, like=str(DEMO / "digits" / "code_007.wav"), top=1)
    assert Path(itself["file"].iloc[0]).name == "code_007.wav"


def test_an_open_corpus_is_searched_as_it_was_opened(corpus: Path) -> None:
    with open_corpus(corpus) as held:
        before = search(held, "a ticking clock")
        key = before["recording_id"].iloc[0]
        publish(corpus, MODELS, [DEMO / "signals/yes.wav"], tables=["transcripts", "embeddings"])
        pd.testing.assert_frame_equal(search(held, "a ticking clock"), before)
        assert len(search(corpus, "a ticking clock", top=100)) > len(search(held, "a ticking clock", top=100))
        assert main(["forget", str(corpus), key, "--yes"]) == PUBLISHED
        with pytest.raises(Error, match=r"ask again|open the corpus again"):
            search(held, "a ticking clock")


def test_on_a_terminal_and_for_programs(made: Path, capfd: Captured) -> None:
    words = ["search", str(made), "a ticking clock", "--top", "2"]
    assert main(words) == PUBLISHED
    lines = capfd.readouterr().out.splitlines()
    assert lines[0].split() == ["rank", "score", "time", "file", "words"]
    assert len(lines) == 3
    assert main([*words, "--format", "json"]) == PUBLISHED
    found = json.loads(capfd.readouterr().out)
    assert main([*words, "--format", "csv"]) == PUBLISHED
    table = list(csv.DictReader(io.StringIO(capfd.readouterr().out)))
    assert [{k: str(v) for k, v in row.items()} for row in found] == table
    assert list(found[0]) == "rank score file recording_id channel start_ms end_ms words".split()


def test_the_cache_changes_nothing_and_goes_with_what_it_is_of(
    corpus: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plain = hits(corpus, "a ticking clock")
    assert not (published(corpus) / SEARCH).exists()
    monkeypatch.setattr(vectors_module, "CACHED_ROWS", 1)
    assert hits(corpus, "a ticking clock") == plain
    first = published(corpus)
    assert sorted(path.name for path in (first / SEARCH).iterdir()) == ["places.npy", "vectors.npy"]
    stamp = (first / SEARCH / "vectors.npy").stat().st_mtime_ns
    assert hits(corpus, "a ticking clock") == plain
    assert (first / SEARCH / "vectors.npy").stat().st_mtime_ns == stamp

    # A new snapshot has its own, and only one is kept.
    more = [DEMO / name for name in (*FILES, "signals/yes.wav")]
    publish(corpus, MODELS, more, tables=["transcripts", "embeddings"])
    found = hits(corpus, like=DEMO / "signals" / "yes.wav", top=1)
    assert Path(found[0].file).name == "yes.wav"
    assert (published(corpus) / SEARCH).is_dir()
    assert not (first / SEARCH).exists()

    # Of what is forgotten nothing stays in it.
    key = found[0].recording_id
    assert key in texts(corpus)
    assert main(["forget", str(corpus), key, "--yes"]) == PUBLISHED
    assert key not in texts(corpus)
    assert not list(corpus.rglob("vectors.npy"))
    assert hits(corpus, "a ticking clock") == plain


@pytest.mark.parametrize("step", ["vectors_of", "nearest", "_files", "_words"])
@pytest.mark.parametrize("before", [True, False], ids=["before", "behind"])
def test_a_snapshot_that_goes_while_it_is_searched(
    corpus: Path, monkeypatch: pytest.MonkeyPatch, step: str, before: bool
) -> None:
    snapshot = published(corpus)
    do = getattr(search_module, step)

    def meanwhile(*given: object) -> object:
        if before:
            shutil.rmtree(snapshot)
        found = do(*given)
        shutil.rmtree(snapshot, ignore_errors=True)
        return found

    monkeypatch.setattr(search_module, step, meanwhile)
    with pytest.raises(CommandError, match="was published anew while it was read: ask again"):
        hits(corpus, "a ticking clock")


def test_a_reader_of_an_old_snapshot_leaves_the_caches_of_newer_ones(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors_module, "CACHED_ROWS", 1)
    second = published(corpus)
    for name in ("0", "3"):
        shutil.copytree(second, second.with_name(name))
    first, third = second.with_name("0"), second.with_name("3")
    cached = {folder: folder / SEARCH for folder in (first, second, third)}
    vectors_of(third)
    vectors_of(second)
    assert cached[third].is_dir()  # newer
    shutil.rmtree(cached[second])
    vectors_of(first)
    vectors_of(second)
    assert not cached[first].exists()  # older
    shutil.rmtree(cached[third])
    vectors_of(third)
    assert cached[second].is_dir()  # older, but what everybody sees


def test_several_make_the_cache_at_once(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors_module, "CACHED_ROWS", 1)
    snapshot = published(corpus)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: vectors_of(snapshot), range(8)))
    for one in found:
        np.testing.assert_array_equal(one.values, found[0].values)
        np.testing.assert_array_equal(one.places, found[0].places)
    assert [path.name for path in snapshot.iterdir() if SEARCH in path.name] == [SEARCH]


def test_where_nothing_can_be_written(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors_module, "CACHED_ROWS", 1)
    snapshot = published(corpus)
    (snapshot / SEARCH).write_text("in the way")
    assert len(vectors_of(snapshot).values) == len(rows(corpus, "embeddings"))


def change_models(corpus: Path, models: list[str]) -> None:
    """Say of the rows of the embeddings, in turn, that these models made them."""
    for path in (corpus / "current" / "embeddings").glob("*.parquet"):
        table = pq.read_table(path, partitioning=None)
        at = table.schema.get_field_index("model")
        column = pa.array([models[i % len(models)] for i in range(table.num_rows)])
        pq.write_table(table.set_column(at, table.schema.field(at), column), path)


def test_another_checkpoint_is_refused(corpus: Path, demo_models: dict[str, Path], capfd: Captured) -> None:
    other = demo_models["embeddings"]
    made_by = rows(corpus, "embeddings")[0]["model"].rpartition("/")[0]
    assert main(["search", str(corpus), "rain", "--model", str(other)]) == WRONG_USE
    assert f"the embeddings were made by {made_by}: name that checkpoint" in capfd.readouterr().err
    assert main(["search", str(corpus), "rain", "--models", "demo", "--top", "1"]) == PUBLISHED
    assert main(["search", str(corpus), "rain", "--model", f"{other}x"]) == FAILED
    assert "there is no folder" in capfd.readouterr().err


def test_rows_of_several_checkpoints_are_refused(corpus: Path, capfd: Captured) -> None:
    change_models(corpus, ["a@0123456789ab/fp32", "b@ba9876543210/fp32"])
    assert main(["search", str(corpus), "rain"]) == FAILED
    told = "several checkpoints made the embeddings (a@0123456789ab, b@ba9876543210)"
    assert told in capfd.readouterr().err


def test_one_checkpoint_in_several_precisions_is_one(corpus: Path) -> None:
    made_by = rows(corpus, "embeddings")[0]["model"].rpartition("/")[0]
    change_models(corpus, [f"{made_by}/fp32", f"{made_by}/bf16-openvino"])
    assert Snapshot(published(corpus)).checkpoint_of("embeddings") == made_by


def test_a_checkpoint_that_is_gone(corpus: Path, capfd: Captured) -> None:
    change_models(corpus, ["mine@0123456789ab/fp32"])
    assert main(["search", str(corpus), "rain"]) == FAILED
    told = capfd.readouterr().err
    assert "the embeddings were made by mine@0123456789ab, which is not to be found" in told
    assert "--model" in told


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ([], WRONG_USE, "either a text or a file with --like"),
        (["rain", "--like", "x.wav"], WRONG_USE, "either a text or a file with --like"),
        ([" "], WRONG_USE, "is empty"),
        (["rain", "--top", "0"], WRONG_USE, "--top 0: expected 1 or more"),
        (["rain", "--format", "xml"], WRONG_USE, "--format xml: choose from table, csv, json"),
        (["rain", "--models", "large"], WRONG_USE, "--models large: choose from base, fast"),
        (["--like", str(DEMO / "broken" / "garbage.wav")], FAILED, "garbage.wav: libsndfile"),
        (["--like", "nowhere.wav"], FAILED, "--like nowhere.wav: "),
    ],
)
def test_bad_words(made: Path, capfd: Captured, words: list[str], code: int, told: str) -> None:
    assert main(["search", str(made), *words]) == code
    said = capfd.readouterr().err
    assert told in said
    assert said.count("\n") == 1


def test_where_there_are_no_embeddings(tmp_path: Path, capfd: Captured) -> None:
    assert main(["search", str(tmp_path), "rain"]) == FAILED
    assert capfd.readouterr().err == f"earwitness: {tmp_path} holds no corpus\n"
    assert main(["run", str(DEMO / "signals" / "yes.wav"), "--out", str(tmp_path), "--tables", "windows"]) == PUBLISHED
    assert main(["search", str(tmp_path), "rain"]) == FAILED
    assert "the corpus holds no embeddings" in capfd.readouterr().err


def test_a_hit_in_one_of_several_files_names_one_that_is_there(tmp_path: Path) -> None:
    archive = write_aired(tmp_path)
    (archive / "backup/spot.wav").unlink()
    found = _files(published(tmp_path / "out"), [SPOT, TALK])
    assert found == {SPOT: str(archive / "kfm/0501.wav"), TALK: str(archive / "rradio/talk.wav")}
