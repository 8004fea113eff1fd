"""What a corpus shows of itself: right numbers, nobody's paths, nothing that a name could do to a page."""

from __future__ import annotations

import shutil
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from pipelines.corpus import open_corpus
from pipelines.corpus.representation import LONGEST_NAME, MOST_NAMES, Contents, as_html, as_text
from tests.pipelines.tables import example, write_corpus


@pytest.fixture
def out(tmp_path: Path) -> Path:
    write_corpus(tmp_path / "talks", example())
    return tmp_path / "talks"


class Page(HTMLParser):
    """The text of each cell, and the tags that are not closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.kinds: set[str] = set()
        self.rows: list[list[str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)
        self.kinds.add(tag)
        if tag == "tr":
            self.rows.append([])

    def handle_endtag(self, tag: str) -> None:
        assert self.tags.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] in ("td", "th"):
            self.rows[-1].append(data)


def test_text_has_tables_rows_and_hours(out: Path) -> None:
    with open_corpus(out) as corpus:
        lines = repr(corpus).splitlines()
    assert lines[0] == "Corpus talks: 2 recordings, 0.7 minutes of audio"
    assert [line.split()[:2] for line in lines[1:-2]] == [
        ["table", "rows"],
        ["recordings", "2"],
        ["transcripts", "3"],
        ["emotions", "4"],
        ["sounds", "3"],
        ["embeddings", "2"],
        ["errors", "1"],
    ]
    assert lines[-2].startswith("views: words, ")
    assert lines[-1] == "your columns in recordings: region"


def test_html_has_the_same(out: Path) -> None:
    with open_corpus(out) as corpus:
        html, text = corpus._repr_html_(), repr(corpus)
    page = Page(html)
    assert page.tags == []
    shown = [" ".join(row) for row in page.rows]
    assert shown == [" ".join(line.split()) for line in text.splitlines()[1:-2]]
    for line in (text.splitlines()[0].partition(": ")[2], *text.splitlines()[-2:]):
        assert line in html


def test_it_tells_of_no_machine(out: Path) -> None:
    with open_corpus(out) as corpus:
        shown = repr(corpus) + corpus._repr_html_()
    assert str(out.parent) not in shown
    assert "/" not in repr(corpus).partition("\n")[0]


def test_names_do_nothing_to_a_page_or_a_terminal() -> None:
    evil = "<script>alert(1)</script>&\x1b[31m\udcff"
    shown = Contents(evil, evil, [(evil, 1_234_567, evil)], [evil], [evil])
    page = Page(as_html(shown))
    assert page.kinds <= {"div", "b", "table", "thead", "tbody", "tr", "th", "td"}
    assert page.rows[1] == [evil, "1,234,567", evil]
    assert "<script" not in as_html(shown)


def test_a_name_that_is_long_or_no_text_is_shown_as_far_as_it_can_be(tmp_path: Path) -> None:
    out = tmp_path / ("a\x1b\u202e" + "long" * 20)
    write_corpus(out, example())
    with open_corpus(out) as corpus:
        for shown in (repr(corpus), corpus._repr_html_()):
            shown.encode("utf-8")
            assert "\x1b" not in shown
            assert "\u202e" not in shown
            assert "a\\x1b\\u202elong" in shown
        assert len(repr(corpus).partition(":")[0]) == len("Corpus ") + LONGEST_NAME


def test_of_many_columns_some_are_named() -> None:
    own = [f"column_{n}" for n in range(MOST_NAMES + 100)]
    line = as_text(Contents("a", "b", own=own)).splitlines()[-1]
    assert line.endswith(f"column_{MOST_NAMES - 1}, and 100 more")
    assert "more" not in as_text(Contents("a", "b", own=own[:MOST_NAMES]))


def test_a_corpus_of_no_recordings_has_no_length(tmp_path: Path) -> None:
    write_corpus(tmp_path / "talks", {**example(), "recordings": []})
    with open_corpus(tmp_path / "talks") as corpus:
        assert repr(corpus).startswith("Corpus talks: 0 recordings, 0.0 minutes of audio\n")


def test_a_corpus_that_is_closed_or_gone_can_be_looked_at(out: Path) -> None:
    corpus = open_corpus(out)
    corpus.close()
    assert "2 recordings" in repr(corpus)
    (corpus.snapshot / "recordings" / "0.parquet").write_bytes(b"PAR1 no more")
    for shown in (repr(corpus), corpus._repr_html_()):
        assert "0.parquet is damaged" in shown
        assert len(shown.splitlines()) == 1
    shutil.rmtree(corpus.snapshot)
    for shown in (repr(corpus), corpus._repr_html_()):
        assert "is gone, newer ones took its place: open the corpus again" in shown
        assert "<table" not in shown


def test_a_notebook_shows_it(out: Path) -> None:
    cell = nbformat.v4.new_code_cell(f"import earwitness\nearwitness.open_corpus({str(out)!r})")
    notebook = nbformat.v4.new_notebook(cells=[cell])
    NotebookClient(notebook, timeout=300).execute()
    (shown,) = cell.outputs
    assert shown.data["text/plain"].startswith("Corpus talks: 2 recordings")
    assert shown.data["text/html"].startswith("<div><div><b>Corpus talks</b>: 2 recordings")
