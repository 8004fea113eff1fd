"""Speaker labels through the life of a corpus: made, carried, dropped with their vectors, forgotten."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.checkpoints.demo import DEMO_FOLDER
from pipelines.cli import FAILED, PUBLISHED, WRONG_USE, main
from pipelines.speakers import check as speaker_check
from pipelines.speakers.label import BATCH_ROWS, recordings_of
from pipelines.speakers.threshold import threshold_of
from schemas.catalog import TABLES
from schemas.errors import UsageError
from tests.pipelines.corpora import DEMO, publish, rows
from tests.pipelines.store.test_forget import texts
from tests.pipelines.tables import example, write_corpus
from transforms.beside.content import content_hash

Captured = pytest.CaptureFixture[str]
CALL = DEMO / "interviews" / "support_call.flac"


def test_through_the_life_of_a_corpus(tmp_path: Path, capfd: Captured) -> None:
    archive, out = tmp_path / "archive", tmp_path / "out"
    archive.mkdir()
    for path in (CALL, DEMO / "survey" / "answer_007.opus", DEMO / "digits" / "code_007.wav"):
        shutil.copy(path, archive)
    ids = {path.name: content_hash(str(path)) for path in archive.iterdir()}

    def run(recordings: Path = archive, **config: list[str]) -> None:
        models = {"speakers": DEMO_FOLDER / "speakers"}
        publish(out, models, [recordings], channels="each", tables=["speakers"], **config)

    def labelled() -> set[str]:
        return {row["recording_id"] for row in rows(out, "speaker_labels")}

    def said(*words: str) -> str:
        capfd.readouterr()
        assert main([words[0], str(out), *words[1:]]) == PUBLISHED
        return capfd.readouterr().out

    run()
    assert "speaker_labels" not in said("status")
    before = {table: rows(out, table) for table in ("files", "recordings", "segments", "speakers")}
    told = said("speakers")
    assert "threshold: a mean cosine of 0.55, for the demo's checkpoint" in told
    assert "3 recordings with stretches of speech; speakers in each: 1 in the median, at most 2" in told
    assert "not who speaks" in told
    assert {table: rows(out, table) for table in before} == before

    found = rows(out, "speaker_labels")
    place = ("segment_id", "recording_id", "channel", "start_ms", "end_ms", "model")
    assert [[row[n] for n in place] for row in found] == [[row[n] for n in place] for row in before["speakers"]]
    call = [row for row in found if row["recording_id"] == ids["support_call.flac"]]
    assert {(row["channel"], row["recording_speaker"]) for row in call} == {(1, "S1"), (2, "S2")}
    assert {row["evidence"] for row in call} == {"voice and channel"}
    assert {row["threshold"] for row in found} == {np.float32(0.55)}
    (code,) = (row for row in found if row["recording_id"] == ids["code_007.wav"])  # 2 s
    assert (code["recording_speaker"], code["corpus_speaker"], code["assigned"]) == (None, None, "none")
    assert all((row["recording_speaker"] is None) == (row["corpus_speaker"] is None) for row in found)

    # The same again is the same; another threshold is another partition.
    said("speakers")
    assert rows(out, "speaker_labels") == found
    assert "a mean cosine of 1.00, as asked for" in said("speakers", "--threshold", "1")
    assert {row["assigned"] for row in rows(out, "speaker_labels")} == {"none"}
    said("speakers")
    assert "speaker_labels" in said("tables")
    methods = said("methods")
    assert "each channel by itself, by average-linkage" in methods.replace(
        "channel by itself by", "channel by itself, by"
    )
    assert "a mean cosine of 0.55" in methods

    # A new file has no label yet; vectors made anew have lost theirs, others not.
    shutil.copy(DEMO / "digits" / "code_012.wav", archive)
    run()
    assert rows(out, "speaker_labels") == found
    stretches = f"speaker_labels  {len(found)} of {len(found) + 1} stretches"
    assert f"{stretches}; 1 stretch without: repeat `earwitness speakers`" in said("status")
    run(archive / "answer_007.opus", force=["speakers"])
    assert labelled() == {ids["support_call.flac"], ids["code_007.wav"]}

    said("speakers")
    assert len(labelled()) == 4
    assert main(["forget", str(out), str(archive / "support_call.flac"), "--yes"]) == PUBLISHED
    assert len(labelled()) == 3
    everything = texts(out)
    assert ids["support_call.flac"] not in everything
    assert "S2" not in {row["recording_speaker"] for row in rows(out, "speaker_labels")}


def test_the_metadata_check_the_labels_but_do_not_make_them(
    tmp_path: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = sorted((DEMO / "survey").iterdir())
    csv = tmp_path / "m.csv"
    csv.write_text("file,who\n" + "".join(f"{path.name},{path.stem}\n" for path in answers))
    models = {"speakers": DEMO_FOLDER / "speakers"}
    publish(tmp_path / "out", models, answers, tables=["speakers"], metadata={"path": str(csv)})
    out = str(tmp_path / "out")
    assert main(["speakers", out]) == PUBLISHED
    assert "against" not in capfd.readouterr().out  # no column of that name
    assert main(["speakers", out, "--check", "wo"]) == WRONG_USE
    assert "--check wo: no metadata column: did you mean 'who'?" in capfd.readouterr().err
    assert main(["speakers", out, "--check", "who", "--threshold", "-1"]) == PUBLISHED
    told = capfd.readouterr().out
    assert "(4 recordings, 4 values; of each the voice heard longest, 1 voice)" in told
    assert "adjusted Rand index 0.00, purity 0.25" in told
    assert main(["methods", out]) == PUBLISHED
    assert "They were not checked against who spoke." in capfd.readouterr().out
    monkeypatch.setattr(speaker_check, "USUAL", "who")
    assert main(["methods", out]) == PUBLISHED
    told = capfd.readouterr().out
    assert (
        "Against the column who of the metadata (4 recordings, 4 values; of each the voice heard longest, 1 voice)"
        in told
    )
    before = rows(tmp_path / "out", "speaker_labels")
    assert main(["speakers", out, "--threshold", "-1"]) == PUBLISHED
    assert rows(tmp_path / "out", "speaker_labels") == before


def test_one_clear_line(tmp_path: Path, capfd: Captured) -> None:
    def told(*words: str, code: int) -> str:
        capfd.readouterr()
        assert main(["speakers", str(tmp_path / "out"), *words]) == code
        err = capfd.readouterr().err
        assert err.count("\n") == 1
        return err

    assert "no such folder" in told(code=FAILED)
    (tmp_path / "out").mkdir()
    assert "holds no corpus" in told(code=FAILED)
    write_corpus(tmp_path / "out", example())
    assert "the corpus holds no speakers: make them with `earwitness run ... --model speakers=CHECKPOINT" in told(
        code=FAILED
    )
    write_corpus(tmp_path / "out", {**example(), "speakers": []}, "silent")
    assert "the table speakers of the corpus has no rows: the run heard nothing" in told(code=FAILED)
    vectors = [
        {"segment_id": f"{'c' * 32}/0/0", "recording_id": key * 32, "channel": 0, "start_ms": at, "end_ms": at + 3000}
        | {"embedding": [0.6, 0.8] if key == "a" else [0.8, -0.6], "model": "mine@1/fp32"}
        for key in "ab"
        for at in (0, 3000)
    ]
    write_corpus(tmp_path / "out", {**example(), "speakers": vectors}, "2")
    assert "--threshold 2: expected a cosine, -1 to 1" in told("--threshold", "2", code=WRONG_USE)
    line = told(code=WRONG_USE)
    assert "no threshold is known for vectors of mine@1: name one with --threshold (here" in line
    assert "is 1.00 in the median, that of stretches of two recordings 0.00; 1.00 parts them best" in line
    write_corpus(tmp_path / "out", {**example(), "speakers": [*vectors, {**vectors[0], "model": "mine@2/fp32"}]}, "3")
    assert "several checkpoints made the speakers (mine@1, mine@2)" in told(code=FAILED)
    assert not (tmp_path / "out" / "staging").exists()


@pytest.mark.parametrize(
    ("made", "asked", "cosine"),
    [
        ("microsoft/wavlm-base-plus-sv@feb593a6c23c", None, 0.86),
        ("wavlm-base-plus-sv@0123456789ab", None, 0.86),
        ("microsoft/wavlm-base-plus-sv@feb593a6c23c", 0.9, 0.9),
        ("mine@0123456789ab", 0.3, 0.3),
        ("mine@0123456789ab", None, None),
    ],
)
def test_a_checkpoint_brings_its_threshold(made: str, asked: float | None, cosine: float | None) -> None:
    chosen = threshold_of(made, asked)
    assert (chosen and chosen.cosine) == cosine


def test_no_cosine() -> None:
    with pytest.raises(UsageError, match="expected a cosine"):
        threshold_of("mine@1", float("nan"))


def test_recordings_are_read_one_by_one_across_batches(tmp_path: Path) -> None:
    """The second of three lies over the end of a batch."""
    counts = {"a" * 32: BATCH_ROWS - 10, "b" * 32: 20, "c" * 32: 5}
    table = [
        {"segment_id": f"{key}/0/{at}", "recording_id": key, "channel": 0, "start_ms": at, "end_ms": at + 1}
        | {"embedding": [1.0], "model": "m@1/fp32"}
        for key, n in counts.items()
        for at in range(n)
    ]
    pq.write_table(pa.Table.from_pylist(table, schema=TABLES["speakers"].schema), tmp_path / "0.parquet")
    found = list(recordings_of(tmp_path / "0.parquet"))
    assert {key: part.num_rows for key, part in found} == counts
    assert [part["start_ms"].to_pylist() for _, part in found] == [list(range(n)) for n in counts.values()]
