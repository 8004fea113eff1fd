"""``earwitness mentions OUT "acme" "acme cola"``."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from pipelines.commands.query import add_timeout
from pipelines.console.terminal import console

if TYPE_CHECKING:
    from pipelines.corpus.appearances import Count
    from pipelines.corpus.asked import Corpus
    from pipelines.corpus.doubtful import Doubtful


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", metavar="OUT", type=Path, help="the folder of the corpus")
    parser.add_argument(
        "phrases",
        metavar="PHRASE",
        nargs="+",
        help='one or more words, as "acme cola"; case and punctuation are nothing',
    )
    parser.add_argument("--fuzzy", action="store_true", help="misspelt ones, too, marked with their edit distance")
    parser.add_argument(
        "--distance", metavar="N", type=int, help="of --fuzzy, the greatest (default: one for every four letters)"
    )
    parser.add_argument(
        "--around", metavar="WORDS", type=int, default=10, help="words of context before and after (default: 10)"
    )
    parser.add_argument(
        "--seconds", metavar="S", type=float, default=10.0, help="of emotion before and after (default: 10)"
    )
    parser.add_argument(
        "--by", metavar="COLUMN", action="append", default=[], help="count by a metadata column instead; repeatable"
    )
    add_count(parser)
    add_doubtful(parser, "mentions")
    parser.add_argument("--format", metavar="table|csv|json|parquet", help="default: as FILE is called, or table")
    parser.add_argument("--to", metavar="FILE", type=Path, help="where to write it (default: standard output)")
    add_timeout(parser)
    parser.set_defaults(act=act, rest="phrases")


def add_count(parser: argparse.ArgumentParser) -> None:
    """What is counted of a content that lies in several files."""
    parser.add_argument(
        "--count",
        metavar="recordings|files",
        default="recordings",
        help="each content once, in each group in which its files lie (default), or each file that holds it",
    )


def add_doubtful(parser: argparse.ArgumentParser, what: str) -> None:
    """What becomes of transcripts that may be made up."""
    parser.add_argument(
        "--doubtful",
        metavar="in|out|only",
        default="in",
        help=f"{what} whose transcript may be made up: with the others (default), left out, or alone",
    )


def act(arguments: argparse.Namespace, aside: Console) -> None:
    from pipelines.console.patience import check_seconds, patiently
    from pipelines.corpus.appearances import count_of
    from pipelines.corpus.asked import open_corpus
    from pipelines.corpus.doubtful import doubtful_of
    from pipelines.corpus.output import format_of

    format = format_of(arguments.format, arguments.to)
    check_seconds(arguments.timeout)
    count, doubtful = count_of(arguments.count), doubtful_of(arguments.doubtful)
    with open_corpus(arguments.out) as corpus, console(1) as result:
        corpus.check_own(arguments.by)
        show = partial(_show, arguments, format, count, doubtful, corpus, result, aside)
        patiently(show, corpus.stop, arguments.timeout)


def _show(
    arguments: argparse.Namespace,
    format: str,
    count: Count,
    doubtful: Doubtful,
    corpus: Corpus,
    result: Console,
    aside: Console,
) -> None:
    from pipelines.commands.printed.answer import showing
    from pipelines.commands.printed.mentions import show_mentions, show_rates
    from pipelines.corpus.output import answer
    from pipelines.mentions import find_mentions, mention_rates
    from pipelines.mentions.doubted import taken_in
    from pipelines.mentions.find import as_arrow
    from pipelines.mentions.notes import groups_notes, notes

    as_table = format == "table"
    every = find_mentions(
        corpus,
        arguments.phrases,
        fuzzy=arguments.fuzzy,
        distance=arguments.distance,
        around=arguments.around,
        seconds=arguments.seconds,
        count=count,
    )
    found = taken_in(every, doubtful)
    if arguments.by:
        once = found.drop_duplicates(["phrase", "recording_id", "channel", "start_ms", "end_ms"])
        rows = mention_rates(corpus, once, arguments.phrases, arguments.by, count=count, doubtful=doubtful)
    else:
        rows = found
    if not as_table:
        beside = {"mentions_asked": as_arrow(rows)}
        answer(corpus, "FROM mentions_asked", format, arguments.to, showing(result), beside)
    elif arguments.by:
        show_rates(result, rows)
    else:
        show_mentions(result, found)
    for note in (
        *notes(corpus, every, arguments.phrases, fuzzy=arguments.fuzzy, count=count, doubtful=doubtful),
        *groups_notes(corpus, arguments.by, count),
    ):
        (result if as_table else aside).print(note)
