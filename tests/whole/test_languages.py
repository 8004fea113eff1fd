"""The language of each segment: a run by either kind of model, what stands in the table, and what is asked of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.untrained.checkpoints import build
from earwitness import open_corpus
from pipelines.cli import PUBLISHED, main
from tests.docs.markdown import ROOT, blocks
from tests.pipelines.corpora import DEMO, publish, rows
from transforms.languages import code_of

NONE = {job: Path("none") for job in ("emotions", "sounds", "embeddings")}


@pytest.mark.parametrize("kind", ["whisper", "wav2vec2_languages"])
def test_a_run_says_the_language_of_each_segment(kind: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    models = {"languages": build(kind, tmp_path / kind), "transcripts": build("wav2vec2_ctc", tmp_path / "ctc")}
    out = tmp_path / "out"
    publish(out, {**NONE, **models}, [DEMO / "interviews" / "street.mp4"], tables=["languages", "transcripts"])
    found = rows(out, "languages")
    assert [row["segment_id"] for row in found] == [row["segment_id"] for row in rows(out, "segments")]
    for row in found:
        probabilities = [one["probability"] for one in row["probabilities"]]
        assert len(probabilities) == 10
        assert probabilities == sorted(probabilities, reverse=True)
        assert all(code_of(one["language"]) == one["language"] for one in row["probabilities"])
        assert row["probabilities"][0] == {"language": row["language"], "probability": row["confidence"]}
        assert row["model"].startswith(f"{kind}@")
    assert not rows(out, "errors")

    with open_corpus(out) as corpus:
        places = "SELECT count(*), max(place) FROM language_probabilities"
        assert corpus.sql(places).fetchall() == [(10 * len(found), 10)]
        asked = [block.text for block in blocks(ROOT / "docs" / "languages.md") if block.text.startswith("SELECT")]
        assert len(asked) == 2
        for question in asked:
            assert corpus.sql(
                question.replace("confidence > 0.8", "confidence > 0").replace("<> t.language", "<> ''")
            ).fetchall()
    assert main(["methods", str(out)]) == PUBLISHED
    told = capfd.readouterr().out
    assert "The language of each segment was identified by" in told
    assert "Speech by the likeliest language of each segment: " in told
    assert (
        main(["export", str(out), "--format", "csv", "--flat", "--tables", "languages", "--to", str(tmp_path / "csv")])
        == PUBLISHED
    )
    assert {path.name for path in (tmp_path / "csv").glob("*.csv")} >= {"languages.csv", "language_probabilities.csv"}
