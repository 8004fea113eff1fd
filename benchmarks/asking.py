"""How long questions to a large corpus take, on made-up tables: ``python -m benchmarks.asking``.

Wall time is what a person waits for; CPU time, of all threads, is what remains of it on a busy machine.  The first call
of each is left out: it finds the files outside the page cache and the libraries not yet imported.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.machine import describe
from benchmarks.made_corpus import write_corpus
from benchmarks.report import Table, show, wide_console
from pipelines.corpus.asked import open_corpus
from pipelines.mentions import find_mentions, mention_rates

PHRASE = "acme cola"


def main(words: Sequence[str] | None = None) -> int:
    """Publish a corpus of made-up rows, ask it, and print what that took."""
    parser = argparse.ArgumentParser("python -m benchmarks.asking", description=__doc__)
    parser.add_argument("--words", type=int, default=20_000_000, metavar="N", help="default: 20,000,000")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="of each question (default: 5)")
    parser.add_argument("--folder", type=Path, metavar="FOLDER", help="where the corpus is made (400 MB, 6 GB free)")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="make it there and keep it; take it if it is there")
    arguments = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="earwitness-bench-", dir=arguments.folder) as folder:
        out = arguments.keep or Path(folder)
        if not (out / "current").is_dir():
            write_corpus(out, arguments.words)
        rows = ask(out, arguments.rounds)
        with open_corpus(out) as corpus:
            said, clips = corpus.sql(
                "SELECT (SELECT sum(len(words)) FROM transcripts), (SELECT count(*) FROM emotions)"
            ).fetchall()[0]
    console = wide_console()
    console.print(describe())
    columns = ("question", "rows", "s, median", "s, least", "CPU s, median")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    notes = (f"Peak of memory: {peak:,.0f} MB, with the making of the tables where they were made.",)
    show(console, Table(f"{said:,} words, {clips:,} emotion clips", columns, rows, notes))
    return 0


def ask(out: Path, rounds: int) -> tuple[tuple[str, ...], ...]:
    """A row for each question: what, rows of the answer, and times."""

    def opened() -> int:
        with open_corpus(out) as corpus:
            return len(corpus.columns)

    with open_corpus(out) as corpus:

        def mentions(fuzzy: bool) -> int:
            return len(find_mentions(corpus, [PHRASE], fuzzy=fuzzy))

        def rates() -> int:
            return len(mention_rates(corpus, find_mentions(corpus, [PHRASE]), [PHRASE], ["region"]))

        questions: dict[str, Callable[[], int]] = {
            "open the corpus": opened,
            "mentions": lambda: mentions(fuzzy=False),
            "mentions --fuzzy": lambda: mentions(fuzzy=True),
            "mentions --by region": rates,
        }
        return tuple((name, *_timed(question, rounds)) for name, question in questions.items())


def _timed(question: Callable[[], int], rounds: int) -> tuple[str, ...]:
    n = question()
    walls, cpus = [], []
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        question()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return (f"{n:,}", f"{statistics.median(walls):.2f}", f"{min(walls):.2f}", f"{statistics.median(cpus):.2f}")


if __name__ == "__main__":
    sys.exit(main())
